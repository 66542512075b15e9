"""The ClickHouse schema: numbered files, each once, the same text for one server and for a cluster."""

from pathlib import Path

import pytest

from analytics import migrate
from analytics.clickhouse import command, rows_of
from analytics.settings import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of schema files for this test alone."""
    monkeypatch.setattr(migrate, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that name a cluster."""
    monkeypatch.setattr(settings(), "clickhouse_cluster", "main")


def applied(name: str) -> int:
    return int(rows_of(f"SELECT count() FROM schema_files WHERE name = '{name}'")[0][0])


@pytest.mark.usefixtures("stack")
def test_a_second_run_changes_nothing() -> None:
    before = rows_of("SELECT name, checksum, at FROM schema_files ORDER BY name")
    migrate.migrate()
    assert rows_of("SELECT name, checksum, at FROM schema_files ORDER BY name") == before
    assert len(before) >= len(migrate.files()) > 0


@pytest.mark.usefixtures("stack")
def test_a_new_file_runs_once_and_may_not_change_afterwards(folder: Path) -> None:
    file = folder / "9001_note.sql"
    file.write_text(
        "-- A note.\nCREATE TABLE IF NOT EXISTS note (a UInt8) ENGINE = {engine:MergeTree} ORDER BY a;\n"
    )
    migrate.migrate()
    migrate.migrate()
    assert rows_of("EXISTS TABLE note") == [(1,)]
    assert applied(file.name) == 1
    file.write_text(file.read_text().replace("UInt8", "UInt16"))
    with pytest.raises(migrate.SchemaChanged, match="9001_note"):
        migrate.migrate()
    command("DROP TABLE note")
    command(f"DELETE FROM schema_files WHERE name = '{file.name}'")


@pytest.mark.usefixtures("stack")
def test_a_file_that_fails_is_tried_again(folder: Path) -> None:
    file = folder / "9002_mistake.sql"
    file.write_text("CREATE TABLE mistake (a Nonsense) ENGINE = {engine:MergeTree} ORDER BY a")
    with pytest.raises(Exception, match="Nonsense"):
        migrate.migrate()
    assert applied(file.name) == 0


def test_the_files_are_numbered_without_gaps() -> None:
    numbers = [int(file.name[:4]) for file in migrate.files()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_statement_may_be_repeated() -> None:
    for file in migrate.files():
        for statement in migrate.statements(file.read_text()):
            assert "IF NOT EXISTS" in statement or "IF EXISTS" in statement, statement


def test_one_server_has_plain_engines() -> None:
    (statement,) = migrate.statements("CREATE TABLE t {on_cluster} (a Int8) ENGINE = {engine:MergeTree};")
    assert statement == "CREATE TABLE t  (a Int8) ENGINE = MergeTree"


@pytest.mark.usefixtures("cluster")
def test_a_cluster_has_replicated_ones() -> None:
    plain, versioned = migrate.statements(
        "CREATE TABLE t {on_cluster} (a Int8) ENGINE = {engine:MergeTree}; -- a comment; with a semicolon\n"
        "CREATE TABLE u {on_cluster} (a Int8) ENGINE = {engine:ReplacingMergeTree(version, deleted)};"
    )
    assert plain == "CREATE TABLE t ON CLUSTER 'main' (a Int8) ENGINE = ReplicatedMergeTree"
    assert versioned.endswith("ENGINE = ReplicatedReplacingMergeTree(version, deleted)")
