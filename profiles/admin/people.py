"""How the admin names who did something, and when."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def who(user: "User | None") -> str:
    return user.get_full_name() or user.get_username() if user else _("a command")


def when(at: datetime | None) -> str:
    """The time at the site, with the day unless it is today."""
    if at is None:
        return _("an unknown time")
    at = timezone.localtime(at)
    return date_format(at, "TIME_FORMAT" if at.date() == timezone.localdate() else "DATETIME_FORMAT")
