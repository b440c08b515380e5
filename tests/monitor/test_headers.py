"""What every kind of answer says to browsers, whoever gives it."""

import pytest
from django.test import Client
from django.urls import reverse

from monitor.headers import NOTHING
from tests.factories import make_live_profile, make_site_page, make_staff

pytestmark = pytest.mark.django_db

STATIC = ["/static/profiles/reading.css", "/static/ckeditor/ckeditor/ckeditor.js", "/static/admin/img/icon-yes.svg"]


def answers():
    """One answer of each kind: where it comes from, and it."""
    live = make_live_profile()
    make_site_page()
    client, staff = Client(raise_request_exception=False), Client()
    staff.force_login(make_staff("profiles.view_profile", "profiles.change_profile"))
    there = live.get_absolute_url()
    etag = client.get(there).headers["ETag"]
    yield from {
        "page": client.get(there),
        "not modified": client.get(there, headers={"If-None-Match": etag}),
        "compressed": client.get(there, headers={"Accept-Encoding": "gzip"}),
        "feed": client.get("/updates/feed.atom"),
        "sitemap": client.get("/sitemap.xml"),
        "robots": client.get("/robots.txt"),
        "form": client.get("/subscribe/"),
        "redirect": client.get("/about-us"),
        "not found": client.get("/nothing/"),
        "not allowed": client.put(there),
        "bad host": client.get("/", headers={"Host": "evil.example"}),
        "no token": Client(enforce_csrf_checks=True).post("/subscribe/"),
        "dead link": client.get("/subscribe/manage/x/"),
        "login": client.get("/admin/", follow=True),
        "admin": staff.get("/admin/"),
        "editor": staff.get(f"/admin/profiles/profile/{live.pk}/change/"),
        "catalogue": staff.get(reverse("admin:jsi18n")),
        **{path: get(path) for path in STATIC},
        "no file": client.get("/static/nothing.css"),
    }.items()


def get(path):
    """The answer, with the file closed that it streams from."""
    answer = Client().get(path)
    answer.close()
    return answer


def test_every_answer_carries_every_header():
    for kind, answer in answers():
        headers = answer.headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", kind
        assert "camera=()" in headers["Permissions-Policy"], kind
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], kind
        assert headers["X-Content-Type-Options"] == "nosniff", kind
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), kind


def test_a_broken_page_carries_them_too(monkeypatch):
    monkeypatch.setattr("monitor.robots.absolute", lambda path: 1 / 0)
    answer = Client(raise_request_exception=False).get("/robots.txt")
    assert answer.status_code == 500
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", STATIC)
def test_a_static_file_may_load_and_run_nothing(path):
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == NOTHING


def test_the_redirect_to_https_carries_them(settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/countries/")
    assert answer.status_code == 301
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Content-Security-Policy"] == NOTHING


def test_no_policy_is_unknown_to_a_browser(page):
    told = []
    page.on("console", lambda message: told.append(message.text))
    page.goto("/subscribe/")
    page.goto("/admin/login/")
    assert not [text for text in told if "olicy" in text]


def test_the_debug_page_keeps_its_styles(settings):
    settings.DEBUG = True
    answer = Client(raise_request_exception=False).get("/nothing/here/at/all/")
    assert "Content-Security-Policy" not in answer.headers or "'none'" not in answer.headers["Content-Security-Policy"]
