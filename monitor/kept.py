"""What was typed survives the server's No.

A post to a page of the admin may be refused: the session ended, the page is
older than the last login, the account lacks a right. The answer then holds the
fields that were sent, and sends them again when the reason is gone, after a login
in that very page where one is needed. The post goes its usual way then, through
CSRF, permissions and the merging of two who saved.

A post that may come from another site is offered nothing, for one click would
make a forged one good; and one with a password in it is not kept.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, auth
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views import csrf

from monitor import guessing

LOGIN = "again"  # prefix of the login's fields, which travel among those of the page
TOKEN = "csrfmiddlewaretoken"  # noqa: S105


class KeepingSite(admin.AdminSite):
    """An admin that loses no post by refusing it."""

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        answer = super().admin_view(view, cacheable)

        @wraps(answer)
        def answer_or_keep(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not can_be_kept(request):
                return answer(request, *args, **kwargs)
            login = self._log_in(request)
            if not self.has_permission(request) or (login and login.errors):
                return self.ask_again(request, login or self._login_form(request))
            try:
                response = answer(request, *args, **kwargs)
            except PermissionDenied:
                return self.ask_again(request, self._login_form(request))
            if login and isinstance(response, HttpResponse):
                guessing.remember(response, request.user.get_username())
            return response

        return answer_or_keep

    def _login_form(self, request: HttpRequest, data: Any = None) -> AuthenticationForm:
        return (self.login_form or AuthenticationForm)(request, data, prefix=LOGIN)

    def _log_in(self, request: HttpRequest) -> AuthenticationForm | None:
        """Log in with what was typed beside the kept fields, and leave those alone; None when nothing was."""
        if f"{LOGIN}-username" not in request.POST:
            return None
        login = self._login_form(request, request.POST)
        if login.is_valid():
            auth.login(request, login.get_user())
        fields = request.POST.copy()
        for name in login.fields:
            fields.pop(login.add_prefix(name), None)
        request.POST = fields  # type: ignore[assignment]
        return login

    def ask_again(self, request: HttpRequest, login: AuthenticationForm | None = None) -> HttpResponse:
        """The page that keeps the post: it says what happened, and sends it again; with ``login``, after that."""
        context = {
            **self.each_context(request),
            **typed(request),
            "login": login,
            "may_enter": self.has_permission(request),
        }
        response = render(request, "admin/kept.html", context, status=403)
        add_never_cache_headers(response)
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a post without its token (``settings.CSRF_FAILURE_VIEW``)."""
    site = admin.site
    if not (isinstance(site, KeepingSite) and _is_of_admin(request) and can_be_kept(request)):
        response: HttpResponse = csrf.csrf_failure(request, reason)
        add_never_cache_headers(response)
        return response
    return site.ask_again(request, None if site.has_permission(request) else site._login_form(request))


def can_be_kept(request: HttpRequest) -> bool:
    """Whether this is a post of somebody who typed into a page of this site, and no password."""
    if request.method != "POST" or not is_from_here(request):
        return False
    names = {name for name, _value in _fields(request)} | set(request.FILES)
    return bool(names) and not any(_is_secret(name) for name in names)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent this, and nothing says otherwise.

    Scripts and forms of other sites can set none of these headers. ``Referer``
    is believed over HTTPS alone, as Django does.
    """
    here = f"{request.scheme}://{request.get_host()}"
    said = []
    if "Origin" in request.headers:
        said.append(request.headers["Origin"] == here)
    if "Sec-Fetch-Site" in request.headers:
        said.append(request.headers["Sec-Fetch-Site"] == "same-origin")
    if not said and request.is_secure():
        said.append(_origin(request.headers.get("Referer", "")) == here)
    return bool(said) and all(said)


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def typed(request: HttpRequest) -> dict[str, Any]:
    """What `monitor/_kept.html` sends again: ``fields`` without passwords, and the names of ``files``."""
    fields = [(name, value) for name, value in _fields(request) if not _is_secret(name)]
    return {"fields": fields, "files": list(request.FILES)}


def _is_secret(name: str) -> bool:
    return "password" in name.lower()


def _is_of_admin(request: HttpRequest) -> bool:
    return bool(request.resolver_match and "admin" in request.resolver_match.namespaces)


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed: names and values in the order of the page."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != TOKEN and not name.startswith(f"{LOGIN}-")
    ]
