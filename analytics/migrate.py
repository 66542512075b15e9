"""Brings ClickHouse to the newest schema: numbered files, each run once, never changed afterwards."""

import re
from hashlib import sha256
from pathlib import Path

import structlog

from analytics.clickhouse import command, rows_of
from analytics.settings import settings
from tenancy.errors import InsightHubError

log = structlog.get_logger(__name__)

FOLDER = Path(__file__).parent / "schema"


class SchemaChanged(InsightHubError):
    """A file that ran already has other contents now."""

    code = "schema_changed"


def migrate() -> None:
    """Runs the files that have not run here, in the order of their numbers."""
    command(_LEDGER.format(**_cluster()))
    done: dict[str, str] = dict(rows_of("SELECT name, argMax(checksum, at) FROM schema_files GROUP BY name"))
    for file in files():
        text = file.read_text()
        checksum = sha256(text.encode()).hexdigest()
        if file.name in done:
            if done[file.name] != checksum:
                raise SchemaChanged(f"{file.name} ran here with other contents. Write a new one instead.")
            continue
        for statement in statements(text):
            command(statement)
        # The name and the checksum hold no quotes: the former is ours, the latter is hexadecimal.
        command(f"INSERT INTO schema_files (name, checksum) VALUES ('{file.name}', '{checksum}')")
        log.info("migrate.clickhouse_file", file=file.name)


def files() -> list[Path]:
    """The schema files in order."""
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def statements(text: str) -> list[str]:
    """The statements of a file, for a single server or a cluster; each may be repeated harmlessly."""
    plain = _COMMENT.sub("", text)
    engine = _ENGINE.sub(lambda found: _engine(found.group(1)), plain)
    return [part.strip() for part in engine.replace("{on_cluster}", _cluster()["on_cluster"]).split(";")
            if part.strip()]  # fmt: skip


_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_files {on_cluster} (
  name String, checksum String, at DateTime64(3) DEFAULT now64(3)
) ENGINE = {engine} ORDER BY name
"""
_COMMENT = re.compile(r"--[^\n]*")
_ENGINE = re.compile(r"\{engine:([^}]*)\}")


def _cluster() -> dict[str, str]:
    name = settings().clickhouse_cluster
    return {"on_cluster": f"ON CLUSTER '{name}'" if name else "", "engine": _engine("MergeTree")}


def _engine(engine: str) -> str:
    """ReplacingMergeTree(version) as it is, or replicated where there is a cluster."""
    if not settings().clickhouse_cluster:
        return engine
    name, _parenthesis, arguments = engine.partition("(")
    # The server's own macros and default path: one table per shard, a replica per server.
    return f"Replicated{name}({arguments}" if arguments else f"Replicated{name}"
