"""One throttle for every form that strangers may post: how often, from one network, within an hour.

The address itself is never stored. A row counts a keyed hash of form and
network for one window of time; the key is made at random each day. A count is
gone soon after its window and a key after its day, so that nobody can say
afterwards who wrote.

A stranger's network is counted in several widths: one IPv6 customer owns a /56
or a /48, 65,536 times what is counted as one network at the narrowest.

The limits stand in ``settings.THROTTLES`` by URL name. The middleware only
counts; the view answers, because only it can give back what was typed:
``request.retry_after`` is the number of seconds to wait, or None. What is to be
counted otherwise calls `count` itself (wrong passwords), or ``request.counted``
where it may not import this module (bytes of a day).
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from monitor.models import ThrottleCount, ThrottleKey

logger = logging.getLogger(__name__)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# How many times a form's limit holds for a network, by the length of its prefix. An IPv4 address may be a whole
# office, its /24 several of them; a home is given a /64 or a /56, and a site, however large, a /48 (RFC 6177).
WIDTHS = {4: {32: 1.0, 24: 4.0}, 6: {64: 1.0, 56: 1.5, 48: 2.0}}


class ThrottleMiddleware:
    """Set ``request.retry_after`` on a POST that is over the limit of its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.retry_after = None  # type: ignore[attr-defined]
        request.counted = partial(counted, request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        limit = settings.THROTTLES.get(name)
        if limit is None or request.method != "POST":
            return
        try:
            request.retry_after = count_networks(name, request, limit)  # type: ignore[attr-defined]
        except OperationalError as error:
            # A full disk: the view has something to say about it, and words to give back.
            logger.error("A post was not counted: %s", type(error).__name__)


def count_networks(
    form: str, request: HttpRequest, limit: int, amount: int = 1, within: timedelta = HOUR
) -> int | None:
    """Count ``amount`` for the sender's network in all its widths; the seconds to wait if one of them is full.

    ``limit`` is for the narrowest. What one of them refuses is counted in none:
    who floods from one network uses up no share of its neighbours.
    """
    counted: list[str] = []
    for network, times in networks(request).items():
        if wait := count(form, network, int(limit * times), amount, within):
            for narrower in counted:
                give_back(form, narrower, amount, within)
            return wait
        counted.append(network)
    return None


@contextmanager
def counted(request: HttpRequest, form: str, limit: int, amount: int, within: timedelta = DAY) -> Iterator[int | None]:
    """Count for a block as `count_networks` does; what it comes to nothing by, an exception, is given back."""
    wait = count_networks(form, request, limit, amount, within)
    try:
        yield wait
    except BaseException:
        if not wait:
            for network in networks(request):
                give_back(form, network, amount, within)
        raise


def networks(request: HttpRequest) -> dict[str, float]:
    """The sender's network in its widths, narrowest first, each with how many times a limit holds for it."""
    return _widths(_sender(request))


def count(form: str, whom: str, limit: int, amount: int = 1, within: timedelta = HOUR) -> int | None:
    """Count ``amount`` more for ``whom``; if that were more than ``limit``, nothing, and the seconds to wait.

    ``whom`` is a network, an account, anything with a name: only its keyed hash
    is kept. ``within`` is a window of the clock (MINUTE, HOUR or DAY, in UTC).
    """
    now = timezone.now()
    ends_at = _end(now, within)
    row, _created = ThrottleCount.objects.get_or_create(digest=_digest(form, whom, within), ends_at=ends_at)
    # One statement asks and counts, so that of posts at one moment no more pass than may.
    fits = ThrottleCount.objects.filter(pk=row.pk, count__lte=limit - amount)
    return None if fits.update(count=F("count") + amount) else int((ends_at - now).total_seconds()) + 1


def give_back(form: str, whom: str, amount: int = 1, within: timedelta = HOUR) -> None:
    """Take back what `count` counted: it came to nothing."""
    counted = ThrottleCount.objects.filter(digest=_digest(form, whom, within), ends_at=_end(timezone.now(), within))
    counted.filter(count__gte=amount).update(count=F("count") - amount)


def sweep() -> int:
    """Forget counts and keys that no post needs any more; how many rows went."""
    now = timezone.now()
    # A window just past stays: a post that began in it may still be counting.
    counts, _details = ThrottleCount.objects.filter(ends_at__lt=now - HOUR).delete()
    keys, _details = ThrottleKey.objects.filter(day__lt=now.date()).delete()
    return counts + keys


def _end(now: datetime, within: timedelta) -> datetime:
    """When the window around ``now`` ends; no window crosses midnight in UTC, when the key changes."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((now - midnight) // within + 1) * within


def _sender(request: HttpRequest) -> str:
    """The sender's address as the outermost proxy of ours saw it; what stands left of that, anybody could write."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", ""))


def _widths(address: str) -> dict[str, float]:
    """The networks around an address, which proxies write in many ways; only itself where it is none."""
    ip = _ip(address)
    if ip is None:
        return {address: 1.0}
    return {str(ip_network((ip, bits), strict=False)): times for bits, times in WIDTHS[ip.version].items()}


def _ip(address: str) -> IPv4Address | IPv6Address | None:
    """The address in ``1.2.3.4:5678``, ``[::1]:443``, ``fe80::1%eth0``; for ``::ffff:1.2.3.4`` the IPv4 one."""
    bare = address.partition("]")[0].lstrip("[") if address.startswith("[") else address
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        ip = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def _digest(form: str, whom: str, within: timedelta) -> str:
    counted = f"{form}\n{within}\n{whom}"
    return hmac.new(_key_of_the_day(), counted.encode(errors="replace"), hashlib.sha256).hexdigest()


def _key_of_the_day() -> bytes:
    made, _created = ThrottleKey.objects.get_or_create(
        day=timezone.now().astimezone(UTC).date(), defaults={"key": secrets.token_bytes(32)}
    )
    return bytes(made.key)
