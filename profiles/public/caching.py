"""How public pages meet caches: anybody may keep one, and asks each time whether it is still true.

A page is built anew for every request and its ``ETag`` is a digest of what came
out, so whatever changes it, be it a row altered by hand in the database, is seen
at once. ``Last-Modified`` is for those who know nothing better: the time of the
newest row on the page, or of the release, or the moment a change was noticed
that left no such trace. It is noticed by way of the cache, so several processes
notice together only when they share one (``CACHE_URL``).
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from pathlib import Path
from time import time
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache as memory
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Make ``view`` a page for everybody: read only, without cookie, kept by any cache and asked for every time."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = for_all_caches(view(request, *args, **kwargs))
        if response.status_code != 200:
            return response
        digest = hashlib.sha256(response.content).hexdigest()[:32]
        response.headers["ETag"] = f'"{digest}"'
        changed = None
        if not request.GET:  # anybody can invent a query, and nobody should fill the memory with it
            changed = _changed(request, digest)
            response.headers["Last-Modified"] = http_date(min(changed, int(time())))
        answered = get_conditional_response(request, response.headers["ETag"], changed, response)
        return cast(HttpResponse, answered)

    return cast(View, require_safe(answer))


def for_all_caches(response: HttpResponse) -> HttpResponse:
    """Also for redirects and errors: a cache would keep those by its own lights otherwise."""
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def shows(request: HttpRequest, *times: datetime | None) -> None:
    """Say that the page answering ``request`` shows rows of these times."""
    known: list[datetime] = request.__dict__.setdefault("shown_times", [])
    known += [moment for moment in times if moment]


@cache
def released_at() -> int:
    """When code or templates last changed on this machine, in seconds since 1970."""
    folders = [Path(__file__).parents[1], Path(settings.BASE_DIR, "templates")]
    return int(max(file.stat().st_mtime for folder in folders for file in folder.rglob("*.*")))


def _changed(request: HttpRequest, digest: str) -> int:
    """When the page took the form with this ``digest``, in seconds since 1970.

    Never the time of another form of the same page: should both fall in one
    second, the later one gets the next.
    """
    key = f"page:{request.path}"
    known_digest, known_time = memory.get(key, ("", 0))
    if digest == known_digest:
        return int(known_time)
    newest = max([released_at(), *(int(moment.timestamp()) for moment in request.__dict__.get("shown_times", []))])
    changed = max(newest, int(time()), known_time + 1) if known_digest else newest
    memory.set(key, (digest, changed), timeout=None)
    return changed
