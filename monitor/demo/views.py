"""The mails of the demonstration, for whoever sits at this machine."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import Any

from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from monitor.demo import mails as kept

PAGE = 50

# A mail's HTML may do nothing but show itself; its links open in the window around it.
HTML_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}

View = Callable[..., HttpResponseBase]


def loopback_only(view: View) -> View:
    """404 for everybody else: mails carry links that act in the name of whoever they were sent to."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _is_loopback(request.META.get("REMOTE_ADDR", "")):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@loopback_only
@never_cache
def mails(request: HttpRequest) -> HttpResponse:
    start = _whole_number(request.GET.get("from", "0"))
    found = list(islice(kept.newest_first(_folder()), start, start + PAGE + 1))
    older = start + PAGE if len(found) > PAGE else None
    return render(request, "monitor/demo_mails.html", {"mails": found[:PAGE], "older": older})


@loopback_only
@never_cache
def mail(request: HttpRequest, file: str, place: int) -> HttpResponse:
    return render(request, "monitor/demo_mail.html", {"mail": _find(file, place)})


@loopback_only
@never_cache
@xframe_options_sameorigin
@csp(HTML_POLICY)  # type: ignore[arg-type]  # its types know only views without arguments
def mail_html(request: HttpRequest, file: str, place: int) -> HttpResponse:
    return HttpResponse('<base target="_top">' + _find(file, place).html)


def _find(file: str, place: int) -> kept.Mail:
    found = kept.find(_folder(), file, place)
    if found is None:
        raise Http404("There is no such mail.")
    return found


def _folder() -> Path:
    """Where mails lie; an empty place when settings send them elsewhere."""
    return Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.VAR / "mails")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
