"""Waiting by one clock, the database's: workers' own clocks differ, and one that is wrong must not make others wait.

With SQLite the database has no clock but its machine's, and any clock can be set
back. So nothing is believed that lies further ahead than anything waits.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now, TruncDate
from django.utils import timezone

# More than clocks differ that are merely careless, so that two of them do not quarrel.
SLACK = timedelta(minutes=1)


def bring_back(rows: QuerySet, field: str, longest: timedelta, to: Any, *, slack: timedelta = SLACK) -> int:
    """Set ``field`` to ``to`` where it lies further ahead than ``longest``: a clock that was ahead has written it."""
    return rows.filter(**{f"{field}__gt": Now() + longest + slack}).update(**{field: to})


def today() -> TruncDate:
    """The site's day."""
    return TruncDate(Now(), tzinfo=timezone.get_current_timezone())
