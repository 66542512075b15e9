"""The insighthub command: one image, one program, a word for each process."""

import asyncio
import re
import sys
from collections.abc import Callable

import click

from portal.settings import settings


@click.group(help="White-label web analytics: the one-machine stack, and each of its processes alone.")
def main() -> None:
    from portal.log import configure_logs

    configure_logs()


@main.command()
def up() -> None:
    """Start everything on this machine; what has no URL is embedded."""
    from portal.stack.supervisor import run_stack

    _in_one_sentence(
        lambda: run_stack(
            _say,
            prepare=lambda say: None,
            ready=lambda: [f"Ready on port {settings().port}. Ctrl-C stops everything."],
        )
    )


@main.command()
@click.option("--events", default=3_000_000, show_default=True, help="Sample events over all sites.")
def demo(events: int) -> None:
    """Start everything with a sample world: agencies, clients, 13 months of traffic and a small shop."""
    from portal.stack import demo as sample_world
    from portal.stack.supervisor import run_stack

    _in_one_sentence(
        lambda: run_stack(
            _say,
            prepare=lambda say: sample_world.load(events, say),
            ready=sample_world.summary,
            demo=True,
        )
    )


@main.command()
def web() -> None:
    """Serve pages, API and collect; with PORTAL_PAGES=off only collect and the API."""
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
    )


@main.command()
@click.option("--partitions", default="", help='Which partitions this process takes, as "0-3" or "0,2".')
def ingest(partitions: str) -> None:
    """Take events from the stream into ClickHouse."""
    from analytics.settings import settings as analytics_settings
    from portal.processes import run_ingest

    chosen = _partitions(partitions, analytics_settings().ingest_partitions)
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
    """Start background jobs by the clock."""
    from portal.worker import celery_app

    settings().data_dir.mkdir(parents=True, exist_ok=True)
    celery_app.start(["beat", "--loglevel=warning", "--schedule", str(settings().data_dir / "beat")])


@main.command()
def migrate() -> None:
    """Bring PostgreSQL and ClickHouse to the newest schema."""
    import analytics.migrate
    import tenancy.migrate

    tenancy.migrate.migrate()
    analytics.migrate.migrate()
    _say("PostgreSQL and ClickHouse have the newest schema.")


@main.command("create-operator")
@click.argument("email")
@click.option("--name", default="Operator", show_default=True)
@click.password_option()
def create_operator(email: str, name: str, password: str) -> None:
    """Create the account of a platform operator."""
    from tenancy import accounts
    from tenancy.db import run_alone
    from tenancy.errors import InsightHubError

    try:
        run_alone(accounts.create_operator(email=email, name=name, password=password))
    except InsightHubError as error:
        raise click.ClickException(error.message) from error
    _say(f"{email} may now sign in on the platform's own domain.")


@main.command()
def doctor() -> None:
    """Check every dependency, with a sentence for each."""
    from portal.health import check_all
    from tenancy.db import run_alone

    checks = run_alone(check_all())
    for check in checks:
        _say(f"{'ok     ' if check.ok else 'PROBLEM'}  {check.name}: {check.sentence}")
    if not all(check.ok for check in checks):
        sys.exit(1)


def _say(line: str) -> None:
    click.echo(line)


def _in_one_sentence(run: Callable[[], None]) -> None:
    """What stops the stack is told in one sentence, not in a traceback."""
    from portal.stack.trouble import StackTrouble
    from tenancy.errors import InsightHubError

    try:
        run()
    except (StackTrouble, InsightHubError) as trouble:
        raise click.ClickException(str(trouble)) from trouble


def _partitions(text: str, total: int) -> list[int]:
    """The partitions of "0-3" or "0,2"; all of them for nothing."""
    if not text:
        return list(range(total))
    if not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", text):
        raise click.BadParameter('Partitions look like "0-3" or "0,2".')
    chosen: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        chosen.update(range(int(first), int(last or first) + 1))
    if max(chosen) >= total:
        raise click.BadParameter(f"There are {total} partitions: 0 to {total - 1}.")
    return sorted(chosen)


if __name__ == "__main__":
    main()
