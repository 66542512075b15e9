"""The rules of the house, checked."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

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


def compose() -> dict[str, Any]:
    """docker-compose.yml, its variables filled with long words."""
    text = re.sub(r"\$\{([A-Z_]+)[^}]*\}", r"a-long-word-for-\1", (ROOT / "docker-compose.yml").read_text())
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def our_services() -> dict[str, Any]:
    return {
        name: service
        for name, service in compose()["services"].items()
        if service.get("image") == "insighthub"
    }


def documented_settings() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))


def test_compose_runs_every_process_and_nothing_else_is_open_to_the_world() -> None:
    ours, services = our_services(), compose()["services"]
    assert sorted(service["command"][0] for service in ours.values()) == sorted(
        ["migrate", "web", "web", "web", "ingest", "worker", "beat"]
    )
    assert services["collect"]["environment"]["PORTAL_PAGES"] == "off"
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]


def test_compose_gives_each_process_what_it_needs_and_none_the_owners_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import analytics.settings
    import portal.settings
    import tenancy.settings

    for name, service in our_services().items():
        given: dict[str, str] = service["environment"]
        assert given.keys() <= documented_settings(), name
        with monkeypatch.context() as patch:
            for variable in documented_settings():
                patch.delenv(variable, raising=False)
            for variable, value in given.items():
                patch.setenv(variable, value)
            ours = tenancy.settings.Settings()
            proxies = analytics.settings.Settings().proxy_networks()
            assert portal.settings.Settings().port == 8000
        assert bool(ours.database_owner_url) == (name == "migrate"), name
        assert "a-long-word-for-POSTGRES_PASSWORD" not in ours.database_url, name
        (subnet,) = compose()["networks"]["default"]["ipam"]["config"]
        assert [str(proxy) for proxy in proxies] == [subnet["subnet"]], name


def test_compose_asks_for_documented_variables_alone() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    asked |= set(re.findall(r"\{\$([A-Z_]+)", (ROOT / "Caddyfile").read_text()))
    assert asked <= documented_settings()


def test_caddy_sends_each_socket_to_the_process_that_made_the_page() -> None:
    caddyfile = (ROOT / "Caddyfile").read_text()
    services = our_services()
    assert set(re.findall(r"([\w-]+):8000", caddyfile)) <= services.keys()
    nodes = {name: node for name, service in services.items() if (node := service["environment"].get("NODE"))}
    assert nodes == {name: name for name in nodes} and len(nodes) > 1
    for matcher, node in re.findall(r"(@socket\d) \{[^}]*query node=([\w-]+)", caddyfile):
        assert re.search(rf"reverse_proxy {matcher} {node}:8000 ", caddyfile)
        nodes.pop(node)
    assert not nodes


def test_the_image_keeps_files_beside_the_code_that_reads_them() -> None:
    """SQL, scripts, styles and migrations are no packages: an installed copy of the code would miss them."""
    assert "--no-build-isolation -e ." in (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().split()
    kept_back = [
        str(path.relative_to(ROOT))
        for folder in (*ROOMS, "alembic")
        for path in (ROOT / folder).rglob("*")
        if not {"node_modules", "__pycache__"} & set(path.parts)
        and any(fnmatch(str(path.relative_to(ROOT)), pattern.removeprefix("**/")) for pattern in ignored)
    ]
    assert not kept_back
    assert not {"README.md", "alembic.ini", "pyproject.toml", "requirements.lock"} & set(ignored)


def test_every_setting_is_documented() -> None:
    import analytics.settings
    import portal.settings
    import tenancy.settings
    import themes.settings

    for package in (analytics.settings, portal.settings, tenancy.settings, themes.settings):
        read = {name.upper() for name in package.Settings.model_fields} - {"DEMO"}
        assert read <= documented_settings(), package.__name__
