"""The site's own pages: menu, admin, what machines read, and what is said when something is wrong."""

import re
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.test import Client

from monitor.models import SitePage
from tests.factories import make_live_profile, make_site_page, make_staff

pytestmark = pytest.mark.django_db

ADMIN = "/admin/monitor/sitepage/"
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def editor(client):
    client.force_login(
        make_staff(*(f"monitor.{verb}_sitepage" for verb in ("add", "change", "delete", "view")), username="ed")
    )
    return client


def fields(**changes):
    return {"title": "Press room", "slug": "press-room", "language": "en", "body": "", "position": "0", **changes}


# --- pages and menu ----------------------------------------------------------


def test_a_page_is_read_at_its_address_with_headings_under_the_title(client):
    make_site_page(body="<h3>Where it began</h3><p>In 1998.</p><h4>Details</h4>")
    html = client.get("/about-us/").content.decode()
    assert "<h1>About us</h1>" in html
    assert "<h2>Where it began</h2>" in html
    assert "<h3>Details</h3>" in html


def test_the_menu_stands_on_every_page_in_its_order(client):
    make_site_page(slug="press-room", title="Press room", position=2)
    make_site_page(slug="about-us", title="About us", position=1)
    make_site_page(slug="hidden", title="Hidden", in_menu=False)
    make_site_page(slug="a-propos", title="À propos", language="fr")
    for address in ("/", "/countries/", "/about-us/", "/nowhere/"):
        menu = re.search(r'<nav class="menu".*?</nav>', client.get(address).content.decode(), re.DOTALL)[0]
        assert re.findall(r">([^<>]+)</a>", menu) == ["About us", "Press room"]
    assert 'href="/about-us/" aria-current="page"' in client.get("/about-us/").content.decode()


def test_a_page_outside_the_menu_can_be_read(client):
    make_site_page(slug="hidden", title="Hidden", in_menu=False)
    assert client.get("/hidden/").status_code == 200


def test_a_page_of_another_language_or_of_none_is_not_found(client):
    make_site_page(slug="a-propos", language="fr")
    assert client.get("/a-propos/").status_code == 404
    assert client.get("/nothing/").status_code == 404


def test_what_was_stored_past_the_form_is_still_clean(client):
    make_site_page()
    SitePage.objects.update(body='<p onclick="x()">Words</p><script>alert(1)</script>')
    html = client.get("/about-us/").content.decode()
    assert "Words" in html
    assert "alert(1)" not in html
    assert "onclick" not in html


def test_a_site_without_menu_pages_has_no_empty_menu(client):
    assert 'class="menu' not in client.get("/").content.decode()


# --- the admin ---------------------------------------------------------------


def test_an_editor_writes_a_page_that_readers_then_find(editor, client):
    response = editor.post(f"{ADMIN}add/", fields(body="<p>Call us.<script>x</script></p>", in_menu="on"))
    assert response.status_code == 302
    html = Client().get("/press-room/").content.decode()
    assert "<p>Call us.</p>" in html


def test_the_form_carries_the_editor_and_its_policy_and_the_list_does_not(editor):
    page = make_site_page()
    form, listed = editor.get(f"{ADMIN}{page.pk}/change/"), editor.get(ADMIN)
    assert "django-ckeditor-widget" in form.content.decode()
    assert "footnote/plugin.js" not in form.content.decode()
    assert "'unsafe-inline'" in form["Content-Security-Policy"]
    assert "'unsafe-inline'" not in listed["Content-Security-Policy"]


@pytest.mark.parametrize("slug", ["countries", "themes", "updates", "admin", "static"])
def test_an_address_of_the_site_itself_is_refused(editor, slug):
    html = editor.post(f"{ADMIN}add/", fields(slug=slug)).content.decode()
    assert f"The address /{slug}/ belongs to the site itself." in html
    assert not SitePage.objects.exists()


def test_the_list_of_pages_costs_the_same_however_many_there_are(editor, django_assert_max_num_queries):
    for number in range(20):
        make_site_page(slug=f"page-{number}")
    with django_assert_max_num_queries(7):
        assert editor.get(ADMIN).status_code == 200


# --- for machines ------------------------------------------------------------


def test_the_sitemap_names_every_page_with_something_to_read(client, settings):
    settings.SITE_URL = "https://monitor.example.org"
    edition = make_live_profile().live_edition
    make_site_page()
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314
    places = {url.findtext(f"{NS}loc"): url.findtext(f"{NS}lastmod") for url in tree}
    assert set(places) == {
        f"https://monitor.example.org{path}"
        for path in (
            "/",
            "/countries/",
            "/countries/united-states/",
            "/countries/united-states/mine-ban-policy/",
            "/themes/",
            "/themes/mine-ban-policy/",
            "/updates/",
            "/about-us/",
        )
    }
    day = edition.published_at.date().isoformat()
    assert places["https://monitor.example.org/countries/united-states/mine-ban-policy/"] == day
    for address in places:
        assert client.get(address.removeprefix("https://monitor.example.org")).status_code == 200


def test_robots_are_told_where_the_sitemap_is_and_what_to_leave_alone(client, settings):
    settings.SITE_URL = "https://monitor.example.org/"
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert "Sitemap: https://monitor.example.org/sitemap.xml" in lines
    assert "Disallow: /admin/" in lines
    assert "Disallow: /" not in lines


# --- when something is wrong -------------------------------------------------


def test_nothing_found_is_said_in_plain_words_with_ways_on(client):
    response = client.get("/nowhere/")
    html = response.content.decode()
    assert response.status_code == 404
    assert "There is nothing at this address" in html
    assert 'action="/countries/"' in html
    assert 'class="skip"' in html
    assert '<html lang="en" dir="ltr">' in html


def test_the_page_of_a_failure_needs_no_database_no_context_and_no_hashed_files(settings, django_assert_num_queries):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    with django_assert_num_queries(0):
        html = render_to_string("500.html")
    assert "Something went wrong on our side" in html
    assert 'href="/static/profiles/reading.css"' in html
    assert '<html lang="en" dir="ltr">' in html


@pytest.mark.parametrize("address", ["/", "/countries/", "/themes/", "/updates/", "/about-us/", "/nowhere/"])
def test_no_page_needs_an_exception_from_the_policy(client, address):
    make_site_page()
    response = client.get(address)
    html = response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', html)
