"""Atom feeds of updates: entries that stay themselves, and links that no stranger can bend."""

from datetime import date
from xml.etree import ElementTree

import pytest
from django.utils.dateparse import parse_datetime

from profiles.models import Edition
from tests.factories import correction, make_country, make_live_profile, make_theme, publish

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://monitor.example.org"
FEEDS = ["/updates/feed.atom", "/countries/united-states/feed.atom", "/themes/mine-ban-policy/feed.atom"]


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_URL = SITE
    settings.FEED_AUTHORITY = "monitor.example.org"


def feed_at(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314


def entries_of(feed):
    return feed.findall(f"{ATOM}entry")


def text(element, name):
    return element.findtext(f"{ATOM}{name}")


def link(element, rel):
    return element.find(f"{ATOM}link[@rel='{rel}']").attrib["href"]


@pytest.mark.parametrize("address", FEEDS)
def test_an_entry_tells_what_changed_and_leads_to_the_edition(client, address):
    edition = make_live_profile(note="First published.").live_edition
    feed = feed_at(client, address)
    [entry] = entries_of(feed)
    assert text(entry, "title") == "United States: Mine Ban Policy"
    assert text(entry, "summary") == "First published."
    assert link(entry, "alternate") == f"{SITE}/countries/united-states/mine-ban-policy/editions/1/"
    assert text(entry, "id") == f"tag:monitor.example.org,2010:edition:{edition.pk}"
    updated = parse_datetime(text(entry, "updated"))
    assert abs((updated - edition.published_at).total_seconds()) < 1
    assert text(feed, "updated") == text(entry, "updated")
    assert text(feed, "id") == link(feed, "self") == f"{SITE}{address}"
    assert link(feed, "alternate") == f"{SITE}{address.removesuffix('feed.atom')}"
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Treaty Monitor"


def test_entries_are_updates_newest_first_and_no_corrections(client):
    profile = make_live_profile(note="First.")
    profile.sections.update(body="<p>More.</p>")
    publish(profile, on=date(2011, 1, 1), note="Second.")
    profile.sections.update(body="<p>Mended.</p>")
    profile.publish(by=None, change=correction(note="A comma."))
    assert [text(entry, "summary") for entry in entries_of(feed_at(client, FEEDS[0]))] == ["Second.", "First."]


def test_a_feed_holds_what_its_page_is_about_and_nothing_else(client):
    make_live_profile()
    make_live_profile(country=make_country(iso3="CUB", name="Cuba", slug="cuba"))
    make_live_profile(theme=make_theme(slug="impact", name="Impact"))
    titles = [{text(entry, "title") for entry in entries_of(feed_at(client, address))} for address in FEEDS]
    assert titles[0] == {"United States: Mine Ban Policy", "Cuba: Mine Ban Policy", "United States: Impact"}
    assert titles[1] == {"United States: Mine Ban Policy", "United States: Impact"}
    assert titles[2] == {"United States: Mine Ban Policy", "Cuba: Mine Ban Policy"}


def test_ids_outlive_new_names_and_a_new_host(client, settings):
    country, theme = make_country(), make_theme()
    make_live_profile(country=country, theme=theme)
    before = text(entries_of(feed_at(client, FEEDS[0]))[0], "id")
    country.slug, theme.slug = "usa", "ban"
    country.save()
    theme.save()
    settings.SITE_URL = "https://elsewhere.example.net"
    after = entries_of(feed_at(client, FEEDS[0]))[0]
    assert text(after, "id") == before
    assert link(after, "alternate") == "https://elsewhere.example.net/countries/usa/ban/editions/1/"


def test_no_link_comes_from_what_a_stranger_sent(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_live_profile()
    for address in [*FEEDS, "/sitemap.xml", "/robots.txt"]:
        assert b"evil.example" not in client.get(address, headers={"Host": "evil.example"}).content, address


def test_a_note_is_read_as_words_and_can_break_no_feed(client):
    profile = make_live_profile(note="First.")
    profile.sections.update(body="<p>More.</p>")
    publish(
        profile,
        on=date(2011, 1, 1),
        note="<b>1 < 2</b> & \x0b\x08 ]]> “naïve”\ud83d".encode("utf-8", "ignore").decode(),
    )
    [newest, _first] = entries_of(feed_at(client, FEEDS[0]))
    assert text(newest, "summary").startswith("&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp;")


def test_an_empty_feed_is_a_feed_and_does_not_change_by_itself(client):
    make_country()
    first = client.get("/countries/united-states/feed.atom")
    assert entries_of(ElementTree.fromstring(first.content)) == []  # noqa: S314
    assert client.get("/countries/united-states/feed.atom").content == first.content


def test_a_feed_keeps_the_newest_fifty(client):
    profile = make_live_profile()
    for day in range(1, 56):
        profile.sections.update(body=f"<p>{day}</p>")
        publish(profile, on=date.fromordinal(date(2011, 1, 1).toordinal() + day), note=f"Change {day}.")
    summaries = [text(entry, "summary") for entry in entries_of(feed_at(client, FEEDS[0]))]
    assert len(summaries) == 50
    assert summaries[0] == "Change 55."
    assert Edition.objects.count() == 56


@pytest.mark.parametrize("address", ["/countries/nowhere/feed.atom", "/themes/nothing/feed.atom"])
def test_no_feed_of_what_is_not_there(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", FEEDS)
def test_a_page_names_its_feed(client, address):
    make_live_profile()
    html = client.get(address.removesuffix("feed.atom")).content.decode()
    assert 'rel="alternate" type="application/atom+xml"' in html
    assert f'href="{address}"' in html
