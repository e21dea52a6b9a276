"""A PostgreSQL server of the tests' own: its own cluster in a temporary folder, on loopback, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from tests.peers.child import Child, PeerFailedError, PeerMissingError
from tests.peers.ports import LOOPBACK, free_port, wait_until

_OWNER = "postgres"


def _programs() -> Path:
    """The folder of the newest version installed."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not folders:
        raise PeerMissingError("PostgreSQL's server", "postgresql")
    return max(folders, key=lambda folder: float(folder.parent.name))


def _account() -> str | None:
    """The account to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in (_OWNER, "nobody") if name in names)


class Postgres:
    """A server with as many databases as tests ask for. What it writes is synced to disk, as in real use."""

    def __init__(self) -> None:
        self.port = free_port()
        self._programs = _programs()
        self._account = _account()
        # Not under pytest's own folder, which no other account may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="barta-postgres-"))
        self._child: Child | None = None

    def start(self) -> None:
        cluster = self._folder / "cluster"
        if self._account is not None:
            shutil.chown(self._folder, self._account)
        # The empty cluster need not survive a power cut (--no-sync); the server started on it syncs as usual.
        initdb = [str(self._programs / "initdb"), "--pgdata", str(cluster), "--username", _OWNER, "--auth=trust"]
        made = subprocess.run(
            [*initdb, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            cwd=self._folder,
            user=self._account,
            extra_groups=[] if self._account else None,
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode != 0:
            raise PeerFailedError(f"initdb failed:\n{made.stdout}{made.stderr}")
        settings = {"listen_addresses": LOOPBACK, "port": self.port, "unix_socket_directories": "", "jit": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        # SIGQUIT is PostgreSQL's immediate shutdown: nothing is written any more, because the cluster is thrown away.
        self._child = Child(
            [str(self._programs / "postgres"), "-D", str(cluster), *options],
            folder=self._folder,
            name="postgres",
            user=self._account,
            ending=signal.SIGQUIT,
        )
        wait_until(self._answers, 30, "PostgreSQL to answer")

    def stop(self) -> None:
        if self._child is not None:
            self._child.end()
            try:
                self._child.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                pass
            finally:
                self._child.kill()
        shutil.rmtree(self._folder)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{_OWNER}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or as a copy of another that nobody is connected to; returns its address."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        assert self._child is not None
        self._child.check()
        try:
            psycopg.connect(self.url(), connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True
