"""The words of the command line, and what each of them says to whoever runs it."""

import asyncio
import re
import sys
from datetime import timedelta
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click import BadParameter
from click.testing import CliRunner
from sqlalchemy import text

from portal.cli import main, partitions_of
from portal.stack.child import Child
from portal.stack.ports import free_port
from tenancy import login
from tenancy.accounts import EmailTaken
from tenancy.db import system_session
from tests.factories import host_of, make_direct, make_user, the_platform, unique
from tests.portal.one_machine import ROOT, run, terminal

PASSWORD = "correct horse battery"
NOBODY = "127.0.0.1:9"
DEAD = {
    "DATABASE_URL": f"postgresql+psycopg://ih_app:hush-hush@{NOBODY}/insighthub",
    "DATABASE_OWNER_URL": f"postgresql+psycopg://postgres:hush-hush@{NOBODY}/insighthub",
    "REDIS_URL": f"redis://:hush-hush@{NOBODY}/0",
    "CLICKHOUSE_URL": f"http://default:hush-hush@{NOBODY}/default",
    "SECRET_KEY": "a-key-for-tests-only",
}


def test_help_lists_every_command() -> None:
    answer = CliRunner().invoke(main, ["--help"])

    listed = re.findall(r"^  ([a-z][a-z-]+)  +(\S.*)", answer.output, re.M)
    assert {word for word, _what in listed} == {
        *("up", "demo", "web", "ingest", "worker", "beat", "migrate", "create-operator", "doctor")
    }
    assert all(what for _word, what in listed)


def test_the_program_is_installed_under_its_name() -> None:
    (found,) = entry_points(group="console_scripts", name="insighthub")

    assert found.load() is main


@pytest.mark.parametrize(
    ("words", "chosen"),
    [("", [0, 1, 2, 3]), ("0-3", [0, 1, 2, 3]), ("2", [2]), ("3,0", [0, 3]), ("0-1,1-2", [0, 1, 2])],
)
def test_partitions_are_ranges_and_lists(words: str, chosen: list[int]) -> None:
    assert partitions_of(words, 4) == chosen


@pytest.mark.parametrize("words", ["a", "0-", "-1", "0;1", "4", "0-4", "3-1", "1 2", "0,,1"])
def test_other_partitions_are_refused(words: str) -> None:
    with pytest.raises(BadParameter):
        partitions_of(words, 4)


async def test_an_operator_is_created_once(stack: dict[str, str]) -> None:
    email = f"{unique('operator')}@example.com"
    words = ("create-operator", email, "--password", PASSWORD)

    made, again = run(*words, **stack), run(*words, **stack)

    assert (made.returncode, made.stdout) == (0, f"{email} can now sign in on app.localhost.\n")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.endswith(f"Error: {EmailTaken().message}\n")
    viewer, _token = await login.sign_in(await host_of(await the_platform()), email, PASSWORD, "192.0.2.7")
    assert viewer.role == "operator"


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("mara", PASSWORD, "name@example.com"), ("mara@example.com", "short", "password")],
)
def test_an_operator_needs_an_address_and_a_good_password(
    stack: dict[str, str], email: str, password: str, reason: str
) -> None:
    refused = run("create-operator", email, "--password", password, **stack)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Error: ") and reason in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_migrating_again_changes_nothing(stack: dict[str, str]) -> None:
    answer = run("migrate", **stack)

    assert (answer.returncode, answer.stdout) == (0, "PostgreSQL and ClickHouse have the newest schema.\n")


def test_stores_that_do_not_answer_are_told_without_their_passwords() -> None:
    doctor = run("doctor", **DEAD)
    assert doctor.returncode == 1
    for name in ("postgresql", "redis", "clickhouse", "ingest"):
        assert re.search(rf"^PROBLEM  {name}: It does not answer: .*[cC]onnect", doctor.stdout, re.M)

    operator = run("create-operator", "mara@example.com", "--password", PASSWORD, **DEAD)
    assert (operator.returncode, operator.stdout) == (1, "")
    assert (
        operator.stderr
        == "Error: The database is not available at the moment. Please try again in a minute.\n"
    )

    migration = run("migrate", **DEAD)
    assert migration.returncode == 1
    assert re.search(r"^Error: PostgreSQL could not be migrated: .*refused", migration.stderr, re.M)

    for told in (doctor, operator, migration):
        assert "hush-hush" not in told.stdout + told.stderr


def test_doctor_tells_stores_from_the_processes_that_work_on_them(stack: dict[str, str]) -> None:
    doctor = run("doctor", **stack, INGEST_PARTITIONS="40")

    assert doctor.returncode == 1
    assert "ok       redis: It answers." in doctor.stdout
    assert "ok       redis keeps events: " in doctor.stdout
    assert re.search(r"^PROBLEM  ingest: \d+ of 40 partitions have no ingest process\.$", doctor.stdout, re.M)
    assert "PROBLEM  worker: No worker responds" in doctor.stdout
    assert "ok       mail: Emails are not sent: they stay in " in doctor.stdout


def test_doctor_says_that_no_mail_leaves_and_that_the_dns_of_agencies_names_the_platform(
    stack: dict[str, str],
) -> None:
    silent = run(
        "doctor", **{**stack, "MAIL_DIR": ""}, PLATFORM_HOST="app.platform.example", DOMAIN_TARGET=""
    )
    assert "PROBLEM  mail: No emails are sent: set SMTP_URL and MAIL_FROM." in silent.stdout
    assert (
        "PROBLEM  domains: Set DOMAIN_TARGET to a name that names nobody: without it the DNS records of"
        " agencies name app.platform.example.\n"
    ) in silent.stdout

    dead = run(
        "doctor", **stack, SMTP_URL="smtps://kim:hush-hush@127.0.0.1:9", MAIL_FROM="us@platform.example"
    )
    assert "PROBLEM  mail: Nothing responds on 127.0.0.1, port 9." in dead.stdout
    assert "hush-hush" not in dead.stdout + dead.stderr


def test_commands_that_need_a_stack_say_that_none_runs(tmp_path: Path) -> None:
    for words in (("doctor",), ("create-operator", "mara@example.com", "--password", PASSWORD)):
        told = run(*words, DATA_DIR=str(tmp_path))

        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr.startswith(
            f"Error: InsightHub is not running in {tmp_path}. Start it with `insighthub up`"
        )


def test_a_process_alone_says_which_setting_it_lacks() -> None:
    told = run("web", PORT=str(free_port()))

    assert told.returncode == 1
    assert (
        told.stderr
        == "Error: A setting is missing or wrong: SECRET_KEY (field required). See .env.example.\n"
    )


async def test_a_worker_does_what_it_is_told(stack: dict[str, str], tmp_path: Path) -> None:
    from portal.worker import celery_app

    customer = await make_direct()
    kim = await make_user(customer)
    await login.sign_in(await host_of(customer), kim.email, kim.password, "192.0.2.8")
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE user_sessions SET expires_at = now() - :ago WHERE user_id = :id"),
            {"ago": timedelta(seconds=1), "id": kim.id},
        )

    async def sessions() -> int:
        async with system_session(reason="test") as db:
            return int(
                await db.scalar(
                    text("SELECT count(*) FROM user_sessions WHERE user_id = :id"), {"id": kim.id}
                )
                or 0
            )

    assert await sessions() == 1
    await asyncio.to_thread(celery_app.control.purge)
    worker = Child(
        "The worker",
        [sys.executable, "-m", "portal.cli", "worker"],
        log=tmp_path / "worker.log",
        env=terminal(**stack, DATA_DIR=str(tmp_path)),
    )
    try:
        await asyncio.to_thread(celery_app.send_task, "tenancy.purge_expired_sessions")
        for _try in range(1800):
            if await sessions() == 0 or not worker.running:
                break
            await asyncio.sleep(0.1)
        assert await sessions() == 0, worker.last_words()
    finally:
        await asyncio.to_thread(worker.stop)


async def test_the_timetable_names_tasks_that_exist(stack: dict[str, str]) -> None:
    from portal.worker import QUEUES, celery_app

    celery_app.loader.import_default_modules()

    assert celery_app.conf.beat_schedule
    for name, entry in celery_app.conf.beat_schedule.items():
        assert entry["task"] in celery_app.tasks, name
        assert entry.get("options", {}).get("queue", celery_app.conf.task_default_queue) in QUEUES
    packages = {path.parent.name for path in ROOT.glob("*/tasks.py")}
    assert {f"{package}.tasks" for package in packages} == set(celery_app.conf.include)


async def test_beat_starts_and_keeps_its_notes_with_the_data(stack: dict[str, str], tmp_path: Path) -> None:
    beat = Child(
        "Beat",
        [sys.executable, "-m", "portal.cli", "beat"],
        log=tmp_path / "beat.log",
        env=terminal(**stack, DATA_DIR=str(tmp_path / "data")),
    )
    try:
        await asyncio.to_thread(beat.wait_until, lambda: any((tmp_path / "data").glob("beat*")), seconds=180)
    finally:
        await asyncio.to_thread(beat.stop)
