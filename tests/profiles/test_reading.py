"""The public pages: what each shows, what it leaves out, and at what cost."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from profiles.footnotes import marker
from profiles.models import Profile, Topic
from tests.factories import (
    correction,
    make_countries,
    make_country,
    make_live_profile,
    make_profile,
    make_region,
    make_site_page,
    make_theme,
    make_topic,
    publish,
)

pytestmark = pytest.mark.django_db

PROFILE = "/countries/united-states/mine-ban-policy/"


def read(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def words(html):
    """What a reader sees of a page's text, on one line."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def publish_again(profile, *, body, on, note):
    profile.sections.update(body=body)
    return publish(profile, on=on, note=note)


@pytest.fixture
def many(db):
    """A site in use: thirty profiles of ten countries with a second edition each, notes, and a menu."""
    for number, slug in enumerate(["about-us", "press-room", "resources"]):
        make_site_page(slug=slug, title=slug.title(), position=number)
    for theme in ("mine-ban-policy", "mine-action", "impact"):
        make_topic(theme=make_theme(slug=theme, name=theme.replace("-", " ").title()), label="Status")
    countries = [make_country(), *make_countries(9)]
    for country in countries:
        for theme in ("mine-ban-policy", "mine-action", "impact"):
            key = uuid4()
            profile = make_live_profile(
                country=country,
                theme=make_theme(slug=theme),
                facts={"Status": f"State Party{marker(key)}"},
                notes={key: "A source."},
                heading="Use",
                body="<p>First words.</p>",
            )
            publish_again(profile, body="<p>Second words.</p>", on=date(2011, 1, 1), note="Words changed.")
    return countries


# --- what it costs -----------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 3),
        ("/countries/", 3),
        ("/countries/?find=united%20states", 1),
        ("/countries/?find=nowhere", 3),
        ("/countries/united-states/", 3),
        (PROFILE, 3),
        (f"{PROFILE}editions/", 3),
        (f"{PROFILE}editions/1/", 3),
        (f"{PROFILE}editions/2/", 3),
        ("/themes/", 2),
        ("/themes/mine-ban-policy/", 3),
        ("/themes/mine-ban-policy/?sort=region", 3),
        ("/updates/", 3),
        ("/updates/?page=2", 3),
        ("/updates/feed.atom", 1),
        ("/countries/united-states/feed.atom", 2),
        ("/themes/mine-ban-policy/feed.atom", 2),
        ("/about-us/", 2),
        ("/sitemap.xml", 2),
        ("/robots.txt", 0),
        ("/nowhere/", 2),
        ("/countries/nowhere/mine-ban-policy/", 3),
    ],
)
def test_a_page_takes_three_queries_however_many_rows_there_are(
    client, many, django_assert_num_queries, address, queries
):
    with django_assert_num_queries(queries):
        client.get(address)


# --- the profile -------------------------------------------------------------


def test_a_profile_shows_its_facts_sections_and_notes(client):
    key = uuid4()
    make_live_profile(
        facts={"Mine Ban Treaty status": f"Not a State Party{marker(key)}"},
        heading="Use",
        body=f"<p>None since 1991.{marker(key)}</p>",
        notes={key: "Letter from the mission."},
    )
    html = read(client, PROFILE)
    assert "Mine ban policy overview Mine Ban Treaty status Not a State Party" in words(html)
    assert 'href="#n-1" role="doc-noteref"' in html
    assert html.count('id="nr-1"') == html.count('id="nr-1b"') == html.count('id="n-1"') == 1
    assert "Letter from the mission." in html
    assert 'aria-label="a, note 1, use 1 of 2"' in html
    assert 'aria-label="b, note 1, use 2 of 2"' in html
    assert str(key) not in html


def test_ibid_says_in_the_list_what_it_refers_to(client):
    first, second = uuid4(), uuid4()
    make_live_profile(
        body=f"<p>One.{marker(first)} Two.{marker(second)}</p>", notes={first: "Reuters, 2009.", second: "Ibid."}
    )
    assert re.search(r"Ibid\.\s+\( ?note 1: Reuters, 2009\.\)", words(read(client, PROFILE)))


def test_a_profile_links_what_belongs_to_it(client):
    make_live_profile()
    make_live_profile(theme=make_theme(slug="mine-action", name="Mine Action"))
    make_profile(theme=make_theme(slug="impact", name="Impact"))
    html = read(client, PROFILE)
    for address in (
        f"{PROFILE}editions/",
        f"{PROFILE}editions/1/",
        "/countries/united-states/",
        "/countries/united-states/feed.atom",
        "/countries/united-states/mine-action/",
        "/feedback/united-states/mine-ban-policy/",
        "/subscribe/?country=united-states&amp;theme=mine-ban-policy",
    ):
        assert f'{address}"' in html, address
    assert "/countries/united-states/impact/" not in html


def test_every_link_of_a_page_leads_somewhere(client, many):
    seen, waiting = set(), {"/", PROFILE, f"{PROFILE}editions/1/", "/themes/impact/", "/about-us/", "/updates/"}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(address)
        assert response.status_code in (200, 302), address
        if address in ("/", PROFILE, f"{PROFILE}editions/1/", "/themes/impact/", "/about-us/", "/updates/"):
            links = re.findall(r'href="(/[^"#]*)', response.content.decode())
            waiting |= {link.replace("&amp;", "&") for link in links if not link.startswith("/static/")} - seen
    assert len(seen) > 30


def test_the_date_on_the_page_is_the_profiles_own_even_if_changed_by_hand(client):
    profile = make_live_profile(on=date(2010, 10, 18))
    assert "Last updated 18 October 2010" in words(read(client, PROFILE))
    Profile.objects.filter(pk=profile.pk).update(last_updated=date(2011, 3, 1))
    assert "Last updated 1 March 2011" in words(read(client, PROFILE))


def test_a_correction_keeps_the_note_of_the_update_and_names_itself(client):
    profile = make_live_profile(note="Votes of 2010 added.")
    profile.sections.update(body="<p>Corrected words.</p>")
    profile.publish(by=None, change=correction(note="A name was misspelt."))
    shown = words(read(client, PROFILE))
    assert "What changed: Votes of 2010 added." in shown
    assert re.search(r"Corrected on .+: A name was misspelt\.", shown)


def test_a_citation_names_the_edition_and_where_it_stays(client, settings):
    settings.SITE_URL = "https://monitor.example.org"
    make_live_profile()
    html = read(client, PROFILE)
    permalink = f"https://monitor.example.org{PROFILE}editions/1/"
    assert "United States : Mine Ban Policy. Treaty Monitor, edition 1, 18 October 2010." in words(html)
    assert f'<a href="{permalink}">{permalink}</a>' in html
    assert f'<link rel="canonical" href="https://monitor.example.org{PROFILE}">' in html


def test_words_of_an_edition_that_look_like_mark_up_are_words(client):
    make_live_profile(
        facts={"Status": "<b>1 < 2</b><script>alert(1)</script>"},
        heading="<img src=x onerror=alert(1)>",
        note="<script>alert(2)</script>",
    )
    html = read(client, PROFILE)
    assert "<script>alert" not in html
    assert "<img src=x" not in html


@pytest.mark.parametrize("address", [PROFILE, f"{PROFILE}editions/", f"{PROFILE}editions/1/"])
def test_a_working_copy_is_never_public(client, address):
    make_profile(body="<p>Secret draft.</p>")
    assert "Secret draft" not in read(client, address, status=404)


def test_edits_are_not_seen_before_they_are_published(client):
    profile = make_live_profile(body="<p>Published.</p>")
    profile.sections.update(body="<p>Draft.</p>")
    assert "Draft." not in read(client, PROFILE)


def test_another_language_is_another_profile(client):
    profile = make_live_profile()
    Profile.objects.filter(pk=profile.pk).update(language="fr")
    read(client, PROFILE, status=404)
    assert "Mine Ban Policy" not in words(read(client, "/updates/"))


# --- editions and history ----------------------------------------------------


def test_a_superseded_edition_stays_and_says_so(client, settings):
    settings.SITE_URL = "https://monitor.example.org"
    profile = make_live_profile(body="<p>Before.</p>", on=date(2009, 9, 1))
    publish_again(profile, body="<p>After.</p>", on=date(2010, 10, 18), note="Votes added.")
    html = read(client, f"{PROFILE}editions/1/")
    assert "You are reading edition 1 of 1 September 2009." in words(html)
    assert "A newer edition exists: edition 2 of 18 October 2010." in words(html)
    assert "Before." in words(html)
    assert "After." not in words(html)
    assert f'<link rel="canonical" href="https://monitor.example.org{PROFILE}editions/1/">' in html


def test_the_newest_edition_has_no_banner(client):
    make_live_profile()
    html = read(client, f"{PROFILE}editions/1/")
    assert "You are reading" not in html
    assert "This is the newest edition." in html


def test_an_edition_keeps_the_name_its_country_had(client):
    country = make_country()
    make_live_profile(country=country)
    country.name = "Columbia"
    country.save()
    assert "United States" in words(read(client, f"{PROFILE}editions/1/"))
    assert "Columbia" in words(read(client, PROFILE))


def test_history_lists_every_edition_newest_first(client):
    profile = make_live_profile(on=date(2009, 9, 1), note="First published.")
    publish_again(profile, body="<p>After.</p>", on=date(2010, 10, 18), note="Votes added.")
    profile.sections.update(body="<p>After, mended.</p>")
    profile.publish(by=None, change=correction())
    shown = words(read(client, f"{PROFILE}editions/"))
    assert re.search(r"Edition 3 Correction .* Edition 2 Update .*Votes added.* Edition 1 Update .*First", shown)
    assert "live now" in shown[: shown.index("Edition 2")]


@pytest.mark.parametrize("number", ["0", "2", "9" * 30, "9" * 5000])
def test_an_edition_that_never_was_is_not_found(client, number):
    make_live_profile()
    read(client, f"{PROFILE}editions/{number}/", status=404)


# --- withdrawn and renamed ---------------------------------------------------


@pytest.mark.parametrize("address", [PROFILE, f"{PROFILE}editions/", f"{PROFILE}editions/1/"])
def test_a_withdrawn_profile_says_why_at_all_its_addresses(client, address):
    profile = make_live_profile(body="<p>Withdrawn words.</p>")
    profile.withdraw(reason="A source was in danger.")
    response = client.get(address)
    assert response.status_code == 410
    html = response.content.decode()
    assert "A source was in danger." in html
    assert "Withdrawn words" not in html
    assert response["Cache-Control"] == "public, no-cache"


def test_a_withdrawn_profile_is_in_no_list(client):
    profile = make_live_profile(note="Withdrawn note.", facts={"Status": "Withdrawn fact"})
    profile.withdraw(reason="A source was in danger.")
    for address in ("/", "/updates/", "/themes/mine-ban-policy/", "/countries/", "/updates/feed.atom", "/sitemap.xml"):
        html = client.get(address).content.decode()
        assert "Withdrawn" not in html, address
        assert PROFILE not in html, address
    assert "A source was in danger." in read(client, "/countries/united-states/")


@pytest.mark.parametrize(
    "rest", ["", "feed.atom", "mine-ban-policy/", "mine-ban-policy/editions/", "mine-ban-policy/editions/1/"]
)
def test_an_address_with_a_former_name_leads_to_the_new_one(client, rest):
    country = make_country(slug="swaziland", name="Swaziland", iso3="SWZ")
    make_live_profile(country=country)
    country.slug = "eswatini"
    country.save()
    response = client.get(f"/countries/swaziland/{rest}")
    assert response.status_code == 301
    assert response["Location"] == f"/countries/eswatini/{rest}"
    assert client.get(response["Location"]).status_code == 200


# --- lists -------------------------------------------------------------------


def test_countries_stand_under_their_region_with_profiles_and_dates(client):
    make_live_profile()
    make_country(iso3="CUB", name="Cuba", slug="cuba")
    make_country(iso3="MLI", name="Mali", slug="mali", region=make_region(name="Africa"))
    shown = words(read(client, "/countries/"))
    assert re.search(r"Americas United States Mine Ban Policy 18 October 2010 No profile yet Cuba", shown)
    assert "Africa No profile yet Mali" in shown


def test_countries_are_sorted_without_their_accents(client):
    for iso3, name in (("CYP", "Cyprus"), ("CIV", "Côte d’Ivoire"), ("HRV", "Croatia")):
        make_country(iso3=iso3, name=name, slug=iso3.lower())
    assert "Côte d’Ivoire Croatia Cyprus" in words(read(client, "/countries/"))


def test_a_country_shows_what_it_has_and_admits_what_it_lacks(client):
    make_live_profile(note="Votes of 2010 added.")
    make_theme(slug="impact", name="Impact", position=9)
    shown = words(read(client, "/countries/united-states/"))
    assert re.search(r"Mine Ban Policy Votes of 2010 added. Last updated 18 October 2010", shown)
    assert "Not covered yet Impact" in shown


@pytest.mark.parametrize("typed", ["United States", "usa", "united-states", "UNITED%20STATES"])
def test_a_known_name_leads_straight_to_the_country(client, typed):
    make_country()
    response = client.get(f"/countries/?find={typed}")
    assert (response.status_code, response["Location"]) == (302, "/countries/united-states/")


def test_a_name_a_country_had_once_leads_to_it(client):
    country = make_country(slug="swaziland", name="Swaziland", iso3="SWZ")
    country.slug, country.name = "eswatini", "Eswatini"
    country.save()
    assert client.get("/countries/?find=Swaziland")["Location"] == "/countries/eswatini/"


def test_an_unknown_name_gets_an_answer_with_suggestions(client):
    make_country()
    shown = read(client, "/countries/?find=Unted+Stats+%3Cb%3E")
    assert "No country is called “Unted Stats &lt;b&gt;” here" in shown
    assert 'href="/countries/united-states/"' in shown
    assert 'value="Unted Stats &lt;b&gt;"' in shown


def test_a_theme_sets_facts_side_by_side(client):
    theme = make_theme()
    for position, label in enumerate(["Mine Ban Treaty status", "Transparency reporting", "Key developments"]):
        make_topic(theme=theme, label=label, position=position)
    key = uuid4()
    make_live_profile(
        facts={"Key developments": "Review underway", "Mine Ban Treaty status": f"Not a party{marker(key)}"},
        notes={key: "A source."},
    )
    make_live_profile(country=make_country(iso3="CUB", name="Cuba", slug="cuba"), facts={"Older label": "Kept"})
    Topic.objects.filter(label="Older label").update(label="Newer label")
    html = read(client, "/themes/mine-ban-policy/")
    shown = words(html)
    assert "Mine Ban Treaty status Key developments Older label" in shown
    assert "Transparency reporting" not in shown
    assert re.search(r"Cuba Americas 18 October 2010 – not stated – not stated Kept United States", shown)
    assert f'href="{PROFILE}#n-1"' in html
    assert str(key) not in html


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Angola", "Cuba", "Zambia"]),
        ("country", ["Angola", "Cuba", "Zambia"]),
        ("region", ["Angola", "Zambia", "Cuba"]),
        ("updated", ["Zambia", "Cuba", "Angola"]),
        ("nonsense", ["Angola", "Cuba", "Zambia"]),
    ],
)
def test_a_theme_is_sorted_as_asked(client, sort, order):
    africa = make_region(name="Africa")
    for iso3, name, region, year in (
        ("ZMB", "Zambia", africa, 2012),
        ("CUB", "Cuba", make_region(name="The Americas"), 2011),
        ("AGO", "Angola", africa, 2010),
    ):
        country = make_country(iso3=iso3, name=name, slug=name.lower(), region=region)
        make_live_profile(country=country, on=date(year, 1, 1))
    shown = words(read(client, f"/themes/mine-ban-policy/?sort={sort}"))
    assert sorted(order, key=shown.index) == order


def test_themes_stand_in_their_order_with_what_they_cover(client):
    make_theme(slug="impact", name="Impact", position=3)
    make_theme(slug="mine-action", name="Mine Action", position=2)
    make_live_profile(theme=make_theme(position=1))
    make_live_profile(theme=make_theme(), country=make_country(iso3="CUB", name="Cuba", slug="cuba"))
    shown = words(read(client, "/themes/"))
    assert "Mine Ban Policy 2 countries newest of 18 October 2010 Mine Action Not covered yet. Impact" in shown


def test_a_theme_without_topics_or_profiles_says_so(client):
    make_theme(slug="impact", name="Impact")
    assert "Not covered yet." in read(client, "/themes/impact/")
    make_live_profile(theme=make_theme(slug="impact"))
    assert "1 country has a profile." in read(client, "/themes/impact/")


def test_updates_are_substantive_editions_newest_first(client):
    profile = make_live_profile(note="First note.")
    publish_again(profile, body="<p>More.</p>", on=date(2011, 1, 1), note="Second note.")
    profile.sections.update(body="<p>Mended.</p>")
    profile.publish(by=None, change=correction(note="Mended a comma."))
    for address in ("/", "/updates/"):
        shown = words(read(client, address))
        assert shown.index("Second note.") < shown.index("First note.")
        assert "Mended a comma." not in shown


def test_updates_come_in_pages_that_miss_and_repeat_none(client):
    for country in make_countries(35):
        make_live_profile(country=country)
    first, second = (words(read(client, f"/updates/?page={number}")) for number in (1, 2))
    names = [re.findall(r"Area \w+", shown) for shown in (first, second)]
    assert len(set(names[0]) | set(names[1])) == 35
    assert not set(names[0]) & set(names[1])
    assert "Page 1 of 2" in first


@pytest.mark.parametrize(
    "sent", ["abc", "-1", "0", "99999", "1.5", "", "9" * 5000, "\x00", "x" * 1_000_000, "%ff", "١"]
)
@pytest.mark.parametrize(
    ("address", "name"), [("/updates/", "page"), ("/countries/", "find"), ("/themes/mine-ban-policy/", "sort")]
)
def test_nothing_typed_into_an_address_breaks_a_page(client, address, name, sent):
    make_live_profile()
    assert client.get(address, {name: sent}).status_code in (200, 302, 400, 404)


@pytest.mark.parametrize(
    "address", ["/countries/%00/", "/countries/a%2Fb/", "/themes/%F0%9F%92%A9/", "/%00/", "/" + "a" * 5000 + "/"]
)
def test_no_address_breaks_the_site(client, address):
    assert client.get(address).status_code == 404


def test_an_empty_site_can_be_read(client):
    for address in ("/", "/countries/", "/themes/", "/updates/", "/updates/feed.atom", "/sitemap.xml"):
        read(client, address)


def test_the_page_of_an_edition_does_not_change_when_a_newer_render_is_cached(client):
    """What is cached belongs to one edition: another edition of the same profile has its own."""
    profile = make_live_profile(body="<p>Before.</p>")
    read(client, PROFILE)
    publish_again(profile, body="<p>After.</p>", on=date(2011, 1, 1), note="Votes added.")
    assert "After." in words(read(client, PROFILE))
    assert "Before." in words(read(client, f"{PROFILE}editions/1/"))


def test_addresses_are_what_design_promises():
    kwargs = {"country": "united-states", "theme": "mine-ban-policy"}
    assert reverse("profiles:profile", kwargs=kwargs) == PROFILE
    assert reverse("profiles:edition", kwargs={**kwargs, "number": 3}) == f"{PROFILE}editions/3/"
    assert reverse("profiles:history", kwargs=kwargs) == f"{PROFILE}editions/"
    assert reverse("profiles:theme", kwargs={"theme": "impact"}) == "/themes/impact/"
