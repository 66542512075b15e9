"""One embedded stack per test process: real PostgreSQL, Redis and ClickHouse, migrated."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
import pytest_asyncio

from tests.mail_server import MailServerRun, MailServers, Rules, certificate
from tests.name_server import NameServer
from tests.name_server import running as running_name_server

# An example may be made on a machine that is busy with another process: how long it takes says nothing.
hypothesis.settings.register_profile(
    "ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def embedded() -> Iterator[dict[str, str]]:
    """The environment of this process's own databases."""
    from portal.stack.embedded import EmbeddedStack

    # Not below pytest's own directory, which each new run of it closes to the user of PostgreSQL.
    with TemporaryDirectory(prefix="insighthub-") as directory:
        stack = EmbeddedStack(Path(directory), durable=False)
        try:
            yield stack.start({})
        finally:
            stack.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(embedded: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """The databases, migrated, and this process's settings pointing at them."""
    environment = {**embedded, "DEMO": "1", "PUBLIC_PORT": "80"}
    os.environ.update(environment)
    import analytics.migrate
    import analytics.settings
    import portal.settings
    import tenancy.db
    import tenancy.migrate
    import tenancy.settings
    import themes.settings

    for package in (analytics.settings, portal.settings, tenancy.settings, themes.settings):
        package.settings.cache_clear()
    from portal.worker import celery_app  # it reads the settings

    celery_app.conf.broker_url = environment["REDIS_URL"]
    celery_app.set_default()
    tenancy.migrate.migrate()
    analytics.migrate.migrate()
    yield environment
    await tenancy.db.dispose()


@pytest.fixture
def mail_servers(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailServers]:
    """`mail_servers(tls=True)` is a mail server that listens on this machine; its certificate is trusted."""
    running: list[MailServerRun] = []
    certified = certificate(tmp_path_factory.getbasetemp())
    monkeypatch.setenv("SSL_CERT_FILE", str(certified.authority))

    def start(**rules: object) -> MailServerRun:
        running.append(MailServerRun(Rules(**rules), certified))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def names(stack: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """A name server that this process asks."""
    from tenancy.settings import settings

    with running_name_server() as server:
        monkeypatch.setattr(settings(), "dns_servers", server.setting)
        monkeypatch.setattr(settings(), "domain_target", "edge.hosting.example")
        server.says("edge.hosting.example", "A", "192.0.2.10")
        yield server
