"""Real workers, each a process of its own, on the database of a test; their clocks may be wrong."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
Start = Callable[..., "subprocess.Popen[bytes]"]

# Found before PostgreSQL's own by a connection whose search path says so.
WRONG_CLOCK = """
CREATE OR REPLACE FUNCTION public.statement_timestamp() RETURNS timestamptz LANGUAGE sql AS
$$ SELECT pg_catalog.statement_timestamp() + current_setting('test.ahead')::interval $$
"""


def database_address(ahead: timedelta = timedelta()) -> str:
    """The address of this test's database for another process, to whom its clock may be wrong."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")
    if ahead:
        with connection.cursor() as cursor:
            cursor.execute(WRONG_CLOCK)
        seconds = round(ahead.total_seconds())
        options = urlencode({"options": f"-c search_path=public,pg_catalog -c test.ahead={seconds}s"})
        address = address._replace(query=f"{address.query}&{options}".lstrip("&"))
    return address.geturl()


@pytest.fixture
def start(mail_server: Any, settings: Any, tmp_path: Path) -> Iterator[Start]:
    """Start a worker, its clock or its database's ahead by so much; whatever is left of them ends with the test."""
    workers: list[subprocess.Popen[bytes]] = []

    def worker(*, ahead: timedelta = timedelta(), database_ahead: timedelta = timedelta(), quiet: int = 0) -> Any:
        environment = {
            **os.environ,
            "DATABASE_URL": database_address(database_ahead),
            "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
            "DJANGO_SETTINGS_MODULE": "tests.wrong_clock" if ahead or database_ahead else "monitor.settings",
            "CLOCK_AHEAD": str(ahead.total_seconds()),
            "MONITOR_VAR": str(tmp_path),
            "MONITOR_QUIET_MINUTES": str(quiet),
        }
        command = [sys.executable, "manage.py", "work", "--once"]
        workers.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))  # noqa: S603
        return workers[-1]

    yield worker
    for left in workers:
        left.kill()
        left.wait()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS public.statement_timestamp()")
