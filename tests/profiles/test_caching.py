"""How public pages meet caches and browsers: what they say of themselves, and when they answer "unchanged"."""

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.utils.http import http_date, parse_http_date

from profiles.models import Profile
from profiles.public.caching import released_at
from tests.factories import make_country, make_live_profile, make_site_page, make_theme, publish

pytestmark = pytest.mark.django_db

PROFILE = "/countries/united-states/mine-ban-policy/"
PAGES = [
    "/",
    "/countries/",
    "/countries/united-states/",
    PROFILE,
    f"{PROFILE}editions/",
    f"{PROFILE}editions/1/",
    "/themes/",
    "/themes/mine-ban-policy/",
    "/updates/",
    "/updates/feed.atom",
    "/countries/united-states/feed.atom",
    "/themes/mine-ban-policy/feed.atom",
    "/about-us/",
    "/sitemap.xml",
    "/robots.txt",
]
LATER = datetime.now(UTC) + timedelta(days=400)


@pytest.fixture
def site(db):
    make_site_page()
    return make_live_profile()


def by_hand(sql, *values):
    """A change of the database that no code of ours knows of."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_for_everybody_and_every_cache(client, site, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert response["Vary"] == "Accept-Encoding"
    assert response["Cache-Control"] == "public, no-cache"
    assert response["ETag"].startswith('"')
    assert parse_http_date(response["Last-Modified"]) <= datetime.now(UTC).timestamp()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_the_same_for_staff_and_with_any_cookie(client, admin_client, site, address):
    client.cookies["theme"] = "dark"
    stranger, staff = client.get(address), admin_client.get(address)
    assert stranger.content == staff.content
    assert stranger["ETag"] == staff["ETag"]
    assert staff["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("address", PAGES)
def test_what_did_not_change_is_not_sent_again(client, site, address):
    first = client.get(address)
    by_tag = client.get(address, headers={"If-None-Match": first["ETag"]})
    by_time = client.get(address, headers={"If-Modified-Since": first["Last-Modified"]})
    for response in (by_tag, by_time):
        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == first["ETag"]
        assert response["Vary"] == "Accept-Encoding"
        assert response["Cache-Control"] == "public, no-cache"
        assert not response.cookies


@pytest.mark.parametrize("address", PAGES)
def test_head_says_what_get_would(client, site, address):
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (200, b"")
    for header in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control", "Vary"):
        assert head[header] == get[header], header
    assert client.head(address, headers={"If-None-Match": get["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_done_to_a_page_but_reading(client, site, address, method):
    assert getattr(client, method)(address).status_code == 405


@pytest.mark.parametrize("address", PAGES)
def test_a_compressed_page_is_known_by_its_weak_tag(client, site, address):
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    if "Content-Encoding" in response:
        assert gzip.decompress(response.content) == client.get(address).content
        assert response["ETag"].startswith('W/"')
    again = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert again["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "address", [PROFILE, "/countries/", "/countries/united-states/", "/themes/", "/themes/mine-ban-policy/"]
)
def test_a_date_changed_by_hand_is_seen_at_once(client, site, address):
    before = client.get(address)
    by_hand("UPDATE profiles_profile SET last_updated = %s", date(2011, 3, 1))
    for headers in ({"If-None-Match": before["ETag"]}, {"If-Modified-Since": before["Last-Modified"]}, {}):
        after = client.get(address, headers=headers)
        assert after.status_code == 200
        assert "1 March 2011" in after.content.decode()
        assert after["ETag"] != before["ETag"]


@pytest.mark.parametrize("address", [address for address in PAGES if address.endswith("/")])
def test_a_new_menu_is_seen_on_every_page(client, site, address):
    before = client.get(address)
    make_site_page(slug="press-room", title="Press room")
    after = client.get(address, headers={"If-None-Match": before["ETag"], "If-Modified-Since": before["Last-Modified"]})
    assert after.status_code == 200
    assert b"Press room" in after.content


def test_a_page_from_which_a_row_is_gone_is_sent_to_who_knows_only_the_time(client, site):
    """The newest row that is left is older: the time of the page may not go back with it."""
    make_live_profile(theme=make_theme(slug="mine-action", name="Mine Action"))
    before = client.get("/updates/")
    Profile.objects.get(theme__slug="mine-action").withdraw(reason="Merged.")
    after = client.get("/updates/", headers={"If-Modified-Since": before["Last-Modified"]})
    assert after.status_code == 200
    assert b"Mine Action" not in after.content


def test_the_time_of_a_page_is_that_of_its_newest_row(client, site):
    with time_machine.travel(LATER, tick=False):
        site.sections.update(body="<p>Acceded.</p>")
        edition = publish(site, on=date(2011, 1, 1), note="Acceded.")
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        for address in (
            PROFILE,
            f"{PROFILE}editions/",
            f"{PROFILE}editions/1/",
            "/",
            "/updates/",
            "/updates/feed.atom",
        ):
            assert client.get(address)["Last-Modified"] == http_date(edition.published_at.timestamp()), address


def test_the_time_of_a_page_is_never_before_its_release(client, site):
    assert parse_http_date(client.get("/robots.txt")["Last-Modified"]) == released_at()


def test_a_changed_site_page_is_younger(client, site):
    before = client.get("/about-us/")
    with time_machine.travel(LATER, tick=False):
        page = make_site_page()
        page.body = "<p>Changed.</p>"
        page.save()
        for address in ("/about-us/", "/"):
            assert parse_http_date(client.get(address)["Last-Modified"]) == int(LATER.timestamp())
    assert client.get("/about-us/")["ETag"] != before["ETag"]


def test_a_lost_cache_changes_nothing_that_readers_are_told(client, site):
    before = client.get(PROFILE)
    cache.clear()
    after = client.get(PROFILE)
    assert (after["ETag"], after["Last-Modified"]) == (before["ETag"], before["Last-Modified"])


def test_invented_queries_fill_no_memory_and_get_no_time(client, site):
    response = client.get("/?utm_source=somewhere")
    assert "Last-Modified" not in response
    assert client.get("/?utm_source=somewhere", headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", ["/nowhere/", "/countries/nowhere/", "/countries/?find=usa", "/countries/former/"])
def test_errors_and_redirects_are_asked_for_again_too(client, address):
    """Kept for long, they would hide a profile published since."""
    country = make_country(slug="former")
    country.slug = "united-states"
    country.save()
    response = client.get(address)
    assert response.status_code in (301, 302, 404)
    assert response["Cache-Control"] == "public, no-cache"
    assert response["Vary"] == "Accept-Encoding"
    assert not response.cookies
