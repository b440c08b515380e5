"""A clock that tests move: the machine's, and with it the database's."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import time_machine
from django.db.models import DateTimeField, Value
from django.db.models.functions import Now
from django.utils import timezone


def _told(_now: Now, compiler: Any, connection: Any, **context: Any) -> Any:
    return compiler.compile(Value(timezone.now(), DateTimeField()))


@contextmanager
def travel(to: Any, *, tick: bool = True) -> Iterator[Any]:
    """For as long as the block lasts it is ``to``, whoever asks; only columns filled by the database itself stay behind."""
    as_told = mock.patch.multiple(Now, as_sqlite=_told, as_postgresql=_told)
    with time_machine.travel(to, tick=tick) as moving, as_told:
        yield moving


def after(**span: float) -> Any:
    """``travel`` so far ahead: ``after(minutes=2)``."""
    return travel(timezone.now() + timedelta(**span))
