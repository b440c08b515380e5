"""Django's SQLite, of which reading needs no writing.

In WAL mode (write-ahead log) a reader needs two files beside the database, and
the last connection to close removes them. On a disk that has no room for them,
or may not be written to, every page would fail that asks for nothing but what is
already there. So a connection that cannot have them does without:

- where the log is empty the database is whole, and is opened as immutable: no
  file beside it, no lock (https://www.sqlite.org/uri.html#uriimmutable);
- what a killed process left in a log is read by one connection at a time, which
  needs no shared memory then (https://www.sqlite.org/wal.html#noshm).

A connection lives for one request, so the next one notices that there is room again.
"""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

CANNOT_WRITE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}


class Alone(sqlite3.Connection):
    """One at a time, of all threads and processes that come here: of two, each would wait for the other's lock.

    What they queue for is the folder (flock): there may be no room for a file of their own.
    """

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        self._queue = os.open(Path(database).parent, os.O_RDONLY)
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        super().__init__(database, *args, **kwargs)

    def close(self) -> None:
        super().close()
        if self._queue >= 0:
            os.close(self._queue)
            self._queue = -1


class DatabaseWrapper(base.DatabaseWrapper):
    """Opens a database in WAL mode; one that cannot be written to, to be read."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return self._opened(conn_params, "PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            file = Path(conn_params["database"])
            if error.sqlite_errorcode & 0xFF not in CANNOT_WRITE or not file.is_file():
                raise
            if _has_log(file):
                return self._opened({**conn_params, "factory": Alone}, "PRAGMA locking_mode=EXCLUSIVE")
            return self._opened({**conn_params, "database": f"{file.resolve().as_uri()}?immutable=1"})

    def _opened(self, conn_params: dict[str, Any], *commands: str) -> Any:
        """A connection that has read something already: whatever files it needs are open."""
        connection = super().get_new_connection(conn_params)
        try:
            for command in (*commands, "SELECT COUNT(*) FROM sqlite_schema"):
                connection.execute(command).fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _has_log(file: Path) -> bool:
    """Whether something that was committed may stand beside the database only."""
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0
