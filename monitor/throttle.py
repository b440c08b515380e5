"""One throttle for every public form: how often one network address may post it in an hour.

The address itself is never stored. A row counts a keyed hash of form, address
and hour; the key is made at random each day, and key and counts are gone a day
later, so that nobody can say afterwards who wrote.

The limits stand in ``settings.THROTTLES`` by URL name. The middleware only
counts; the view answers, because only it can give back what was typed:
``request.retry_after`` is the number of seconds to wait, or None.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from monitor.models import ThrottleCount, ThrottleKey


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
        if limit is not None and request.method == "POST":
            request.retry_after = count(name, network_address(request), limit)  # type: ignore[attr-defined]


def network_address(request: HttpRequest) -> str:
    """The sender's address, as the outermost proxy of ours saw it; what stands left of that, anybody could write."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", ""))


def count(form: str, address: str, limit: int) -> int | None:
    """Count one more post; the seconds until the next hour if it was more than ``limit``, else None."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    digest = hmac.new(_key_of_the_day(), f"{form}\n{address}".encode(), hashlib.sha256).hexdigest()
    row, _created = ThrottleCount.objects.get_or_create(digest=digest, hour=hour)
    ThrottleCount.objects.filter(pk=row.pk).update(count=F("count") + 1)  # one statement: no post is counted away
    row.refresh_from_db(fields=["count"])
    return None if row.count <= limit else int((hour + timedelta(hours=1) - now).total_seconds()) + 1


def sweep() -> int:
    """Forget keys and counts older than a day; how many rows went."""
    yesterday = timezone.now() - timedelta(days=1)
    counts, _details = ThrottleCount.objects.filter(hour__lt=yesterday).delete()
    keys, _details = ThrottleKey.objects.filter(day__lt=yesterday.date()).delete()
    return counts + keys


def _key_of_the_day() -> bytes:
    made, _created = ThrottleKey.objects.get_or_create(
        day=timezone.now().date(), defaults={"key": secrets.token_bytes(32)}
    )
    return bytes(made.key)
