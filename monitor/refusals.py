"""When a request cannot be answered although nothing is wrong with it: say so, and give back what was typed.

A database that is away, full or locked is nobody's mistake in a program (500)
but a state that passes: 503, with the time after which to ask again. The page
needs no database itself. What was posted stands in it, ready to be sent again,
so that no word is lost with whoever wrote it.
"""

import logging
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.defaults import server_error

from monitor.kept import is_from_here, typed

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30

# SQLite's OperationalError also says "no such column", which is a mistake in a program and stays 500.
SQLITE_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}
POSTGRESQL_READ_ONLY = "25006"  # read_only_sql_transaction: a standby that was not promoted yet
POSTGRESQL_LIMIT = "54"  # program_limit_exceeded: would be no other tomorrow


class UnavailableMiddleware:
    """Answer database trouble in views and their templates; what other middlewares meet comes to `handler500`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return unavailable(request, error) if is_database_trouble(error) else None


def handler500(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception."""
    error = sys.exception()
    if isinstance(error, Exception) and is_database_trouble(error):
        return unavailable(request, error)
    return server_error(request)


def is_database_trouble(error: Exception) -> bool:
    """Whether the database, and not what it was asked, is why there is no answer."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_TROUBLE  # the rest of an extended code tells more of the same
    state = str(getattr(error.__cause__, "pgcode", None) or "")
    if isinstance(error, OperationalError | InterfaceError):
        return not state.startswith(POSTGRESQL_LIMIT)
    return state == POSTGRESQL_READ_ONLY


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503, with everything that was posted by a page of ours."""
    logger.error("The database is in trouble: %s", next(iter(str(error).splitlines()), type(error).__name__))
    context = {"site_name": settings.SITE_NAME, "address": request.get_full_path(), "method": request.method}
    page = render_to_string("503.html", {**context, **_kept(request)})  # no request: what it lends asks the database
    response = HttpResponse(page, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What was posted, and a token to send it with; nothing of a post that may come from another site.

    That would be sent again with a token of ours, by a button that we put under it.
    """
    has_good_token = getattr(request, "csrf_processing_done", False)
    if request.method != "POST" or not (has_good_token or is_from_here(request)):
        return {}
    try:
        kept = typed(request)
    except (SuspiciousOperation, MultiPartParserError, RawPostDataException, OSError):  # too large, or cut off
        return {}
    texts = [text for _name, text in kept["fields"] if len(text.split()) > 1]
    return {**kept, "texts": texts, "csrf_token": get_token(request)}
