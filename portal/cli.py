"""The insighthub command: one image, one program, a word for each process."""

import asyncio
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from portal.settings import settings
from portal.stack.trouble import StackTrouble
from tenancy.errors import InsightHubError


class _InSentences(click.Group):
    """What stops a command is told in a sentence, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (StackTrouble, InsightHubError) as trouble:
            raise click.ClickException(str(trouble)) from trouble
        except ValidationError as wrong:
            raise click.ClickException(_wrong_settings(wrong)) from wrong


@click.group(
    cls=_InSentences,
    help="White-label web analytics: everything on one machine, or each process alone.",
)
def main() -> None:
    from portal.log import configure_logs

    configure_logs()


@main.command()
def up() -> None:
    """Start everything on this machine; stores without a URL are embedded."""
    from portal.stack.supervisor import run_stack

    run_stack(_say, prepare=lambda say: None, ready=_how_to_begin)


@main.command()
@click.option("--events", default=3_000_000, show_default=True, help="Sample events over all sites.")
def demo(events: int) -> None:
    """Start everything with a sample world: agencies, clients, 13 months of traffic and a small shop."""
    from portal.stack import demo as sample_world
    from portal.stack.supervisor import run_stack

    run_stack(
        _say,
        prepare=lambda say: sample_world.load(events, say),
        ready=sample_world.summary,
        demo=True,
    )


@main.command()
def web() -> None:
    """Serve pages, API and collect; with PORTAL_PAGES=off, only collect and the API."""
    import uvicorn

    from portal.app import create_app

    uvicorn.run(
        create_app(),
        host=settings().host,
        port=settings().port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        # Longer than a proxy keeps a connection that it may use again: else it writes into a closed one.
        timeout_keep_alive=75,
    )


@main.command()
@click.option("--partitions", default="", help='Which partitions this process takes, as "0-3" or "0,2".')
def ingest(partitions: str) -> None:
    """Write events from the stream to ClickHouse."""
    from analytics.settings import settings as analytics_settings
    from portal.processes import run_ingest

    chosen = partitions_of(partitions, analytics_settings().ingest_partitions)
    asyncio.run(run_ingest(chosen))


@main.command()
def worker() -> None:
    """Run background jobs."""
    from portal.worker import QUEUES, celery_app

    celery_app.worker_main(
        ["worker", "--loglevel=warning", "--concurrency=1", "--queues", ",".join(QUEUES), "--without-gossip"]
    )


@main.command()
def beat() -> None:
    """Start scheduled background jobs."""
    from portal.worker import celery_app

    settings().data_dir.mkdir(parents=True, exist_ok=True)
    celery_app.start(["beat", "--loglevel=warning", "--schedule", str(settings().data_dir / "beat")])


@main.command("migrate")
def migrate_all() -> None:
    """Update PostgreSQL and ClickHouse to the newest schema."""
    from portal.migrate import migrate

    migrate()
    _say("PostgreSQL and ClickHouse have the newest schema.")


@main.command("create-operator")
@click.argument("email")
@click.option("--name", default="Operator", show_default=True)
@click.password_option()
def create_operator(email: str, name: str, password: str) -> None:
    """Create the account of a platform operator."""
    from tenancy import accounts
    from tenancy.db import run_alone
    from tenancy.settings import settings as tenancy_settings

    _join_the_running_stack()
    run_alone(accounts.create_operator(email=email, name=name, password=password))
    _say(f"{email} can now sign in on {tenancy_settings().platform_host}.")


@main.command()
def doctor() -> None:
    """Check every dependency, and say what is wrong."""
    _join_the_running_stack()
    from portal.doctor import examine  # it reads the settings
    from tenancy.db import run_alone

    checks = run_alone(examine())
    for check in checks:
        _say(f"{'ok     ' if check.ok else 'PROBLEM'}  {check.name}: {check.sentence}")
    if not all(check.ok for check in checks):
        sys.exit(1)


def _say(line: str) -> None:
    # The terminal may be gone; what was started from it must still end in order.
    with suppress(OSError):
        click.echo(line)


def _how_to_begin() -> list[str]:
    from tenancy.domains import base_url
    from tenancy.settings import settings as tenancy_settings

    elsewhere = settings().data_dir != Path("data")
    command = f"DATA_DIR={settings().data_dir} {sys.argv[0]}" if elsewhere else sys.argv[0]
    return [
        f"Ready: {base_url(tenancy_settings().platform_host)}",
        f"The first account, from another terminal: {command} create-operator you@example.com",
        "Ctrl-C stops everything.",
    ]


def _join_the_running_stack() -> None:
    """Where no server is named, the stores are those of the stack that runs on this machine."""
    from portal.stack.data_dir import DataDir

    if os.environ.get("DATABASE_URL"):
        return
    announced = DataDir(settings().data_dir).announced()
    if not announced:
        raise click.ClickException(
            f"InsightHub is not running in {settings().data_dir.absolute()}. Start it with `insighthub up`, "
            "or set DATABASE_URL and the other addresses of .env.example."
        )
    for name, value in announced.items():
        os.environ.setdefault(name, value)


def _wrong_settings(wrong: ValidationError) -> str:
    """Which settings, and what about them; never what was set, as it may be a secret."""
    reasons = [
        f"{'.'.join(map(str, error['loc'])).upper()} ({error['msg'].lower()})" for error in wrong.errors()
    ]
    return f"A setting is missing or wrong: {', '.join(reasons)}. See .env.example."


def partitions_of(text: str, total: int) -> list[int]:
    """The partitions of "0-3" or "0,2"; all of them for nothing."""
    if not text:
        return list(range(total))
    if not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", text):
        raise click.BadParameter('Partitions look like "0-3" or "0,2".')
    chosen: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not int(first) <= int(last or first) < total:
            raise click.BadParameter(f"There are {total} partitions: 0 to {total - 1}.")
        chosen.update(range(int(first), int(last or first) + 1))
    return sorted(chosen)


if __name__ == "__main__":
    main()
