"""Guessing passwords is slow, and locks nobody out (brute force, credential stuffing).

A password is counted before it is looked at, and given back if it was right: so
guesses made at one moment all count, and people who know theirs use nothing up.
It is counted for the network it came from and for the account it was for. When
the share of an hour is used up, one a minute is looked at still, and the others
are told how long to wait.

A browser in which an account was opened once is known to it for half a year, by
a signed cookie (OWASP's device cookie), and is counted by itself alone. So
whatever strangers guess, and from wherever, the owner comes in as before. The
counters are the throttle's: neither network nor account is stored, only hashes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from monitor.throttle import HOUR, MINUTE, count, give_back, networks

COOKIE = "known-browser"
KNOWN_FOR = timedelta(days=180)


class Share(NamedTuple):
    """How many guesses of an hour are looked at at once, for one network, account or browser."""

    form: str
    whom: str
    limit: int


class Counted(NamedTuple):
    form: str
    whom: str
    amount: int
    within: timedelta


def logging_in(request: HttpRequest, account: str) -> list[Share]:
    """The shares that a login is counted in; the same for a name that nobody has, which so is not told apart."""
    limits = settings.WRONG_PASSWORDS
    cookie = request.COOKIES.get(COOKIE, "")
    if _opened(cookie) == account:
        return [Share("login in browser", cookie, limits["browser"])]
    here = [Share("login", network, int(limits["network"] * times)) for network, times in networks(request).items()]
    return [*here, Share("login to account", account, limits["account"])]


def changing(account: str) -> list[Share]:
    """The share of old passwords: whoever finds a browser left open has the account, and not yet its password."""
    return [Share("old password", account, settings.WRONG_PASSWORDS["browser"])]


@contextmanager
def counted(shares: list[Share]) -> Iterator[None]:
    """Count one guess in all ``shares`` and look at it in the block, which raises if it was wrong.

    Raises ValidationError with the wait, instead of looking, when one of them
    is used up; then it was counted in none.
    """
    taken = _take(shares)
    yield
    _give_back(taken)


def remember(response: HttpResponse, account: str) -> None:
    """Let the browser that gets ``response`` be known to the account it has just opened."""
    response.set_cookie(
        COOKIE,
        _signer().sign_object([account]),
        max_age=KNOWN_FOR,
        path=reverse("admin:index"),  # where one may be asked to log in again
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _opened(cookie: str) -> str | None:
    """The account that the browser with this cookie opened once."""
    try:
        [account] = _signer().unsign_object(cookie, max_age=KNOWN_FOR)
    except BadSignature:
        return None
    return str(account)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="monitor.guessing")


def _take(shares: list[Share]) -> list[Counted]:
    taken: list[Counted] = []
    for form, whom, limit in shares:
        for most, within in ((limit, HOUR), (1, MINUTE)):
            wait = count(form, whom, most, within=within)
            if wait is None:
                taken.append(Counted(form, whom, 1, within))
                break
        else:
            _give_back(taken)
            raise _too_often(wait or 0)
    return taken


def _give_back(taken: list[Counted]) -> None:
    for one in taken:
        give_back(*one)


def _too_often(seconds: int) -> ValidationError:
    return ValidationError(
        ngettext(
            "Too many wrong passwords came for this account or from your network. Try again in %(seconds)d second.",
            "Too many wrong passwords came for this account or from your network. Try again in %(seconds)d seconds.",
            seconds,
        ),
        code="too-often",
        params={"seconds": seconds},
    )
