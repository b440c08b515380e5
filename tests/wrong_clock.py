"""The real settings in a process whose clock is wrong by ``CLOCK_AHEAD`` seconds; SQLite has no other clock than that."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db.backends.signals import connection_created

from monitor.settings import *  # noqa: F403

AHEAD = timedelta(seconds=float(os.environ["CLOCK_AHEAD"]))
time_machine.travel(datetime.now(UTC) + AHEAD, tick=True).start()


def strftime(form: str, _when: str) -> str:
    """What ``Now()`` asks of SQLite: ``%Y-%m-%d %H:%M:%f``, the last in milliseconds."""
    now = datetime.now(UTC)
    return now.strftime(form.replace("%f", f"%S.{now.microsecond // 1000:03}"))


def tell_wrong_time(connection: Any, **_options: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("strftime", 2, strftime)


connection_created.connect(tell_wrong_time, weak=False)
