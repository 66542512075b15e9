"""The rules of the house, checked."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("tracker", "tenancy", "themes", "analytics", "billing", "portal")


def modules(room: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        if "node_modules" not in path.parts:
            yield path, ast.parse(path.read_text(), str(path))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room: str) -> None:
    allowed = ROOMS[: ROOMS.index(room) + 1]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, tree in modules(room)
        for name in imports(tree)
        if (top := name.split(".")[0]) in ROOMS and top not in allowed
    ]
    assert not wrong


def test_stores_are_reached_through_their_doors_alone() -> None:
    """One pool, one policy, one wall: a second way in would have none of them."""
    doors = {
        "clickhouse_connect": {"analytics/clickhouse.py", "analytics/ingest/worker.py"},
        "psycopg": {"tenancy/db.py", "tenancy/migrate.py", "portal/stack/postgres.py"},
        "chdb": {"portal/stack/chdb_engine.py"},
    }
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for room in ROOMS
        for path, tree in modules(room)
        for name in imports(tree)
        if (door := doors.get(name.split(".")[0])) is not None and str(path.relative_to(ROOT)) not in door
    ]
    assert not wrong


def test_files_are_short_and_say_what_they_hold() -> None:
    long, silent, vague = [], [], []
    for room in ROOMS:
        for path, tree in modules(room):
            if len(path.read_text().splitlines()) > 400:
                long.append(path.name)
            if ast.get_docstring(tree) is None:
                silent.append(str(path.relative_to(ROOT)))
            if path.stem in {"utils", "helpers", "common", "manager", "service", "base", "misc"}:
                vague.append(path.name)
    assert (long, silent, vague) == ([], [], [])


def test_alembic_stays_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_locks_hold_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "tracker/package-lock.json"):
        assert not re.search(r"https?://", (ROOT / name).read_text()), name


def test_compose_runs_every_process_and_nothing_else_is_open_to_the_world() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    ours = {
        name: service["command"] for name, service in services.items() if service.get("image") == "insighthub"
    }
    assert sorted(command[0] for command in ours.values()) == sorted(
        ["migrate", "web", "web", "web", "ingest", "worker", "beat"]
    )
    assert services["collect"]["environment"]["PORTAL_PAGES"] == "off"
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    named = {services[name]["environment"]["NODE"] for name in ("web-1", "web-2")}
    caddyfile = (ROOT / "Caddyfile").read_text()
    assert all(f"query node={node}" in caddyfile for node in named)


def test_every_setting_is_documented() -> None:
    import analytics.settings
    import portal.settings
    import tenancy.settings

    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    for package in (analytics.settings, portal.settings, tenancy.settings):
        read = {name.upper() for name in package.Settings.model_fields} - {"DEMO"}
        assert read <= documented, package.__name__
