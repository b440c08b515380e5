"""What is logged: never a link that acts in somebody's name, whoever writes the line and whatever goes wrong."""

import io
import logging
import re
from urllib.parse import quote

import pytest
from django.core import signing
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from django.utils.log import AdminEmailHandler
from gunicorn.config import Config
from gunicorn.glogging import Logger

from monitor.logs import CUT, cut
from notifications import links
from profiles.models import Profile
from tests.factories import make_feedback, make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db

REFERENCE = "k7fm2q9wxd4r"


@pytest.fixture
def logged():
    """Everything that any logger of the process writes while the test lasts, as text with tracebacks."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    loggers = [logging.getLogger(name) for name in ("", "django.server", "gunicorn.error", "gunicorn.access")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture
def tokens():
    """A living link of each kind."""
    profile = make_live_profile()
    key = make_subscriber().key
    paths = [links.manage_path(key, timezone.now()), links.leave_path(key, profile), links.one_click_path(key, profile)]
    ticket = signing.TimestampSigner(salt="notifications.confirm", sep=".").sign_object(
        ["a" * 32, "b" * 40, "", "", "en"]
    )
    return [*(path.strip("/").rpartition("/")[2] for path in paths), ticket]


def routes(resolver=None, before="/"):
    """Every address that takes text which only a mail or an answer of ours tells."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern).lstrip("^")
        if not isinstance(one, URLPattern):
            yield from routes(one, route)
        elif re.search(r"<(str:\w+|slug:reference)>", route) and not route.startswith("/admin/"):
            yield route


def with_token(token):
    return [re.sub(r"<(str:\w+|slug:reference)>", token, route) for route in routes()]


def parts(token):
    """What must not be found: the token, what is left of one that was cut off, and its signature."""
    return {token, token[:-5], token[3:], token.rpartition(".")[2]}


def test_every_refusal_of_every_link_is_logged_without_it(tokens, logged, monkeypatch):
    client = Client(raise_request_exception=False)
    assert len(with_token("x")) >= 5
    for token in [*tokens, tokens[0][:-7], REFERENCE]:
        for path in with_token(token):
            for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "POST", "GET"):
                client.generic(method, path)
                client.generic(method, f"{path}nothing/here/")
                client.generic(method, f"/fr{path}", headers={"Referer": f"https://testserver{path}"})
        for room in ("notifications", "feedback"):
            monkeypatch.setattr(f"{room}.views.render", broken(token))
        for path in with_token(token):
            assert client.get(path).status_code in (404, 500)
        monkeypatch.undo()
    text = logged.getvalue()
    assert CUT in text
    assert "Method Not Allowed (OPTIONS): /subscribe/manage/[cut]/" in text
    assert "Internal Server Error: /subscribe/" in text
    assert "RuntimeError: cannot render /subscribe/manage/[cut]/" in text
    for token in [*tokens, REFERENCE]:
        assert not [part for part in parts(token) if part in text]


def broken(token):
    def render(*args, **kwargs):
        raise RuntimeError(f"cannot render /subscribe/manage/{token}/")

    return render


def test_an_error_report_holds_no_link(tokens, rf, settings, mailoutbox):
    settings.ADMINS = [("Operator", "operator@example.org")]
    token = tokens[0]
    try:
        broken(token)(None)
    except RuntimeError as error:
        caught = (RuntimeError, error, error.__traceback__)
    request = rf.get(
        f"/subscribe/manage/{token}/", headers={"Referer": f"https://testserver/subscribe/manage/{token}/"}
    )
    record = logging.getLogger("django.request").makeRecord(
        "django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s", (request.path,), caught,
        extra={"request": request, "status_code": 500},
    )  # fmt: skip
    AdminEmailHandler(include_html=True).emit(record)
    [mail] = mailoutbox
    whole = mail.message().as_string() + mail.body + str(mail.alternatives)
    assert "RuntimeError" in whole
    assert not [part for part in parts(token) if part in whole]


def test_the_access_log_of_gunicorn_holds_no_link(tokens, logged):
    config = Config()
    config.set("accesslog", "-")
    config.set("loglevel", "info")
    logger = Logger(config)
    for token in tokens:
        line = f"GET /subscribe/manage/{token}/?x=1 HTTP/1.1"
        logger.access_log.info(
            '%(h)s "%(r)s" %(s)s "%(f)s"', {"h": "-", "r": line, "s": 200, "f": f"/subscribe/x/{token}/"}
        )
        logger.error("Error handling request %s", f"/subscribe/leave/{token}/")
    text = logged.getvalue()
    assert "GET /subscribe/manage/[cut]/?x=1 HTTP/1.1" in text
    assert not [part for token in tokens for part in parts(token) if part in text]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Not Found: /countries/lao-pdr/mine-ban-policy/editions/12/", None),
        ("Found /subscribe/check-your-mail/ and /subscribe/", None),
        ("Not Found: /feedback/lao-pdr/mine-action/", None),
        ("2026-11-25 01:13:07,564 INFO monitor.management.commands.work: The worker has begun.", None),
        ("handed <8f14e45f-ceea-4671-9c2f-3b1b7d1d8a6e@monitor.example.org>", None),
        ("GET /static/ckeditor/ckeditor/plugins/footnotes/plugin.abcdef012345.js", None),
        ("next=%2Fsubscribe%2Fmanage%2Fabc HTTP", "next=%2Fsubscribe%2Fmanage%2F[cut] HTTP"),
        ("/fr/feedback/thanks/k7fm2q9w/", "/fr/feedback/thanks/[cut]/"),
        ('"/subscribe/one-click/a.b-c"', '"/subscribe/one-click/[cut]"'),
    ],
)
def test_a_line_keeps_all_but_the_link(before, after):
    assert cut(before) == (after or before)


def test_every_signed_value_is_cut():
    for value in [
        signing.dumps({"a": 1}),
        signing.Signer().sign("name"),
        signing.TimestampSigner(sep=".").sign_object([1, 2]),
        quote(signing.dumps([1])),
    ]:
        assert cut(f"x={value};") == "x=[cut];"


def test_a_message_that_does_not_fit_its_arguments_harms_nobody(logged, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("x").warning("%d of %s", "a")
    logging.getLogger("x").warning("still here")
    assert "still here" in logged.getvalue()


def test_a_reference_of_feedback_is_not_logged(logged):
    message = make_feedback()
    Client().put(f"/feedback/thanks/{message.reference}/")
    assert "Method Not Allowed (PUT)" in logged.getvalue()
    assert message.reference not in logged.getvalue()
    assert Profile.objects.exists()
