"""One throttle for every public form: how often one network address may post it in an hour.

The address itself is never stored. A row counts a keyed hash of form and
address for one hour; the key is made at random each day. A count is gone after
the next hour and a key after its day, so that nobody can say afterwards who wrote.

The limits stand in ``settings.THROTTLES`` by URL name. The middleware only
counts; the view answers, because only it can give back what was typed:
``request.retry_after`` is the number of seconds to wait, or None.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from monitor.models import ThrottleCount, ThrottleKey

logger = logging.getLogger(__name__)


class ThrottleMiddleware:
    """Set ``request.retry_after`` on a POST that is over the limit of its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.retry_after = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        limit = settings.THROTTLES.get(name)
        if limit is None or request.method != "POST":
            return
        try:
            request.retry_after = count(name, network_address(request), limit)  # type: ignore[attr-defined]
        except OperationalError as error:
            # A full disk: the view has something to say about it, and words to give back.
            logger.error("A post was not counted: %s", type(error).__name__)


def network_address(request: HttpRequest) -> str:
    """The sender's network, as the outermost proxy of ours saw it; what stands left of that, anybody could write.

    For IPv6 its first 64 bits: a single connection owns all the addresses below them.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    return _network(hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", "")))


def count(form: str, address: str, limit: int) -> int | None:
    """Count one more post; the seconds until the next hour if it was more than ``limit``, else None."""
    now = timezone.now()
    hour = _hour(now)
    digest = hmac.new(_key_of_the_day(), f"{form}\n{address}".encode(), hashlib.sha256).hexdigest()
    row, _created = ThrottleCount.objects.get_or_create(digest=digest, hour=hour)
    with transaction.atomic():  # the row stays locked until it is read, so that each post sees its own number
        ThrottleCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
        row.refresh_from_db(fields=["count"])
    return None if row.count <= limit else int((hour + timedelta(hours=1) - now).total_seconds()) + 1


def sweep() -> int:
    """Forget counts and keys that no post needs any more; how many rows went."""
    now = timezone.now()
    # The hour just past stays: a post that began in it may still be counting.
    counts, _details = ThrottleCount.objects.filter(hour__lt=_hour(now) - timedelta(hours=1)).delete()
    keys, _details = ThrottleKey.objects.filter(day__lt=now.date()).delete()
    return counts + keys


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _network(address: str) -> str:
    """One name for one network, however a proxy writes it (``1.2.3.4:5678``, ``[::1]:443``, ``::ffff:1.2.3.4``)."""
    bare = address.partition("]")[0].lstrip("[") if address.startswith("[") else address
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        ip = ip_address(bare.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return str(ip)


def _key_of_the_day() -> bytes:
    made, _created = ThrottleKey.objects.get_or_create(
        day=timezone.now().date(), defaults={"key": secrets.token_bytes(32)}
    )
    return bytes(made.key)
