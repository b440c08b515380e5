"""The links in our mails: signed, each for one purpose, and silent about whom they belong to.

Whoever holds a link may do what it says, so no link carries an address or a
number that could be counted through, none works for another purpose (the salt
sees to that), and following one only shows a page. What lasts is told here:
confirming for a week, managing for a month, leaving for ever.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from notifications.scope import Scope
from profiles.models import Country, Profile, Theme

CONFIRM_FOR = timedelta(days=7)
MANAGE_FOR = timedelta(days=30)


class BadLink(Exception):
    """No link of ours, or what it speaks of is gone."""


class ExpiredLink(BadLink):
    """A link of ours that is too old; ``carried`` is what it said."""

    def __init__(self, carried: Any = None) -> None:
        self.carried = carried
        super().__init__()


@dataclass(frozen=True)
class Ticket:
    """What a confirmation link carries: which message, half of the address, and what was asked for."""

    message: UUID
    half: bytes
    scope: Scope


def absolute(path: str) -> str:
    """A path of this site as it stands in a mail; never from a request, whose Host header a stranger writes."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def host() -> str:
    """The site's name, for identifiers in mails."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def confirm_path(ticket: Ticket) -> str:
    scope = ticket.scope
    carried = [
        ticket.message.hex,
        urlsafe_b64encode(ticket.half).decode(),
        scope.country.iso3 if scope.country else "",
        scope.theme.slug if scope.theme else "",
        scope.language,
    ]
    return _path("confirm", _dated("confirm").sign_object(carried))


def read_confirm(token: str) -> Ticket:
    """Raises ExpiredLink after a week, BadLink for anything that is not a whole confirmation link."""
    message, half, country, theme, language = _read_dated("confirm", token, CONFIRM_FOR)
    scope = Scope(_country(country), _theme(theme), language)
    return Ticket(UUID(message), urlsafe_b64decode(half), scope)


def manage_path(subscriber: UUID, at: datetime) -> str:
    """Where a subscriber sees what is followed; good for a month from ``at``, the moment its mail was written."""
    return _path("manage", _dated("manage", at).sign_object([subscriber.hex]))


def read_manage(token: str) -> UUID:
    """The subscriber's key. Raises ExpiredLink, which carries the key, or BadLink."""
    [key] = _read_dated("manage", token, MANAGE_FOR)
    return UUID(key)


def leave_path(subscriber: UUID, profile: Profile) -> str:
    return _path("leave", _leaving("leave", subscriber, profile))


def one_click_path(subscriber: UUID, profile: Profile) -> str:
    """Where a mail program posts when its own button is pressed (RFC 8058)."""
    return _path("one-click", _leaving("one-click", subscriber, profile))


def read_leave(purpose: str, token: str) -> tuple[UUID, Profile]:
    """Whose link it is, and which profile's mails shall end. Raises BadLink."""
    try:
        key, country, theme, language = _signer(purpose).unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error
    profile = (
        Profile.objects.filter(country__iso3=country, theme__slug=theme, language=language)
        .select_related("country", "theme")
        .first()
    )
    if profile is None:
        raise BadLink
    return UUID(key), profile


class _DatedSigner(signing.TimestampSigner):
    """Signs as of a given moment, so that a mail written once and sent twice is the same mail."""

    def __init__(self, at: datetime | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.at = at

    def timestamp(self) -> str:
        return signing.b62_encode(int(self.at.timestamp())) if self.at else super().timestamp()


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"notifications.{purpose}", sep=".")


def _dated(purpose: str, at: datetime | None = None) -> _DatedSigner:
    return _DatedSigner(at, salt=f"notifications.{purpose}", sep=".")


def _read_dated(purpose: str, token: str, lasts: timedelta) -> Any:
    signer = _dated(purpose)
    try:
        return signer.unsign_object(token, max_age=lasts)
    except signing.SignatureExpired as error:
        raise ExpiredLink(signer.unsign_object(token)) from error
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error


def _leaving(purpose: str, subscriber: UUID, profile: Profile) -> str:
    carried = [subscriber.hex, profile.country.iso3, profile.theme.slug, profile.language]
    return _signer(purpose).sign_object(carried)


def _path(name: str, token: str) -> str:
    return reverse(f"notifications:{name}", args=[token])


def _country(iso3: str) -> Country | None:
    return _one(Country.objects.filter(iso3=iso3)) if iso3 else None


def _theme(slug: str) -> Theme | None:
    return _one(Theme.objects.filter(slug=slug)) if slug else None


def _one(rows: Any) -> Any:
    """The one row a link speaks of. Raises BadLink when it is gone: a link never widens to more than it said."""
    found = rows.first()
    if found is None:
        raise BadLink
    return found
