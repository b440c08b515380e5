"""A snapshot that this release cannot read costs its own page, in words, and no other.

It may come from a newer release after a way back, or from a hand in the database.
"""

import json
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.module_loading import import_string

from profiles.content import VERSION
from profiles.models import Edition, Profile
from tests.factories import (
    correction,
    make_country,
    make_feedback,
    make_live_profile,
    make_site_page,
    make_subscriber,
    make_superuser,
    make_theme,
    publish,
    substantive,
)
from tests.walking import walk, walk_public

pytestmark = pytest.mark.django_db

OURS = "/countries/united-states/mine-ban-policy/"
FACTS = {"Mine Ban Treaty status": "Not a State Party"}
READABLE = {
    "version": VERSION,
    "country": "United States",
    "theme": "Mine Ban Policy",
    "language": "en",
    "overview_heading": "Overview",
    "facts": [{"label": "Mine Ban Treaty status", "value": "Not a State Party"}],
    "sections": [{"key": "k", "heading": "", "body": "<p>Not acceded.</p>"}],
    "footnotes": [],
}
FOREIGN = {
    "a list": [],
    "a list of snapshots": [READABLE],
    "null": None,
    "a text": "hello",
    "a number": 7,
    "another thing": {"hello": "world"},
    "a newer version": {**READABLE, "version": VERSION + 1, "facts": {"1": ["another shape"]}},
    "a version that is no number": {**READABLE, "version": True},
    "facts that are null": {**READABLE, "facts": None},
    "facts that are a number": {**READABLE, "facts": 3},
    "facts without a value": {**READABLE, "facts": [{"label": "Status"}]},
    "facts with more than a value": {**READABLE, "facts": [{"label": "Status", "value": "None", "since": 1999}]},
    "a fact that is null": {**READABLE, "facts": [None]},
    "a fact with a list for a value": {**READABLE, "facts": [{"label": "Status", "value": []}]},
    "sections that are null": {**READABLE, "sections": None},
    "sections that are an object": {**READABLE, "sections": {"body": "<p>Text.</p>"}},
    "a section with a number for a body": {**READABLE, "sections": [{"key": "k", "heading": "", "body": 1}]},
    "a note that is a text": {**READABLE, "footnotes": ["ICBL."]},
    "a country that is null": {**READABLE, "country": None},
    "no country": {name: part for name, part in READABLE.items() if name != "country"},
    "a part that nobody knows": {**READABLE, "summary": "In short."},
}


def stored(edition, snapshot):
    """Put ``snapshot`` in the database behind the back of a model that would not change an edition."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE profiles_edition SET snapshot = %s WHERE id = %s", [json.dumps(snapshot), edition.pk])


def do_what_is_due():
    for duty in [import_string(path) for path in settings.DUTIES]:
        while duty():
            pass


@pytest.fixture
def site(db):
    """Two profiles of one country and theme each, one with two editions; the second of them is to become foreign."""
    make_site_page()
    make_live_profile(theme=make_theme(slug="mine-action", name="Mine Action"))
    make_live_profile(country=make_country(iso3="AGO", name="Angola", slug="angola"), facts=FACTS)
    profile = make_live_profile(facts=FACTS)
    publish(profile, on=date(2011, 1, 1), note="Acceded.")
    return profile


@pytest.mark.parametrize("snapshot", FOREIGN.values(), ids=FOREIGN)
def test_it_costs_its_own_pages_and_no_other_public_one(client, site, snapshot):
    stored(site.live_edition, snapshot)
    answers = walk_public(client)
    statuses = {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200}
    assert statuses == {OURS: 503, f"{OURS}editions/2/": 503, "/nowhere/": 404}
    assert {f"{OURS}editions/1/", "/themes/mine-ban-policy/?sort=updated", "/subscribe/"} <= answers.keys()
    assert reverse("feedback:send", args=["united-states", "mine-ban-policy"]) in answers


@pytest.mark.parametrize("address", [OURS, f"{OURS}editions/2/"])
def test_its_own_page_says_so_and_leads_to_the_others(client, site, address):
    stored(site.live_edition, FOREIGN["a newer version"])
    answer = client.get(address)
    page = answer.content.decode()
    assert "Edition 2 cannot be shown just now" in page
    assert "written by another version of the software" in page
    assert f'href="{OURS}editions/"' in page
    assert answer["Cache-Control"] == "public, no-cache"
    assert not answer.cookies


def test_the_table_of_its_theme_keeps_its_row_without_its_facts(client, site):
    stored(site.live_edition, FOREIGN["null"])
    page = client.get("/themes/mine-ban-policy/").content.decode()
    assert page.count("This edition cannot be shown just now.") == 1
    assert page.count("Not a State Party") == 1
    assert f'href="{OURS}"' in page


def test_every_page_of_the_admin_opens(client, site):
    first, second = site.editions.order_by("number")
    stored(first, FOREIGN["a list"])
    stored(second, FOREIGN["a newer version"])
    stored(Profile.objects.get(country__slug="angola").live_edition, FOREIGN["null"])
    make_feedback(edition=first)
    client.force_login(make_superuser())
    publish_page = reverse("admin:profiles_profile_publish", args=[site.pk])
    rooms = tuple(f"/admin/{room}/" for room in ("profiles", "feedback", "notifications"))
    answers = walk(client, reverse("admin:index"), publish_page, within=rooms)
    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code >= 400} == {}
    assert "nothing can be compared with it" in answers[publish_page].content.decode()
    edition_page = answers[reverse("admin:profiles_edition_change", args=[first.pk])].content.decode()
    assert "cannot be read by this version of the software" in edition_page


def test_an_editor_reads_what_is_wrong_with_it(admin_client, site):
    stored(site.live_edition, FOREIGN["a newer version"])
    page = admin_client.get(reverse("admin:profiles_edition_change", args=[site.live_edition_id])).content.decode()
    assert f"This release reads content of version {VERSION}, not {VERSION + 1}." in page


@pytest.mark.parametrize("change", [correction(note="Written anew."), substantive(on=date(2012, 1, 1), note="Anew.")])
def test_a_new_edition_takes_its_place(client, site, change):
    stored(site.live_edition, FOREIGN["a list"])
    edition = site.publish(by=None, change=change)
    assert edition.number == 3
    assert client.get(OURS).status_code == 200
    assert client.get(f"{OURS}editions/2/").status_code == 503


def test_subscribers_are_told_of_it_all_the_same(site, mailoutbox):
    do_what_is_due()
    make_subscriber()
    site.sections.update(body="<p>Ratified.</p>")
    publish(site, on=date(2012, 1, 1), note="Ratified.")
    stored(site.live_edition, FOREIGN["a newer version"])
    do_what_is_due()
    assert [mail.subject for mail in mailoutbox] == ["United States: Mine Ban Policy updated 1 January 2012"]


def test_it_has_a_name(site):
    stored(site.live_edition, FOREIGN["another thing"])
    assert str(Edition.objects.get(pk=site.live_edition_id)) == "United States: Mine Ban Policy, edition 2"
