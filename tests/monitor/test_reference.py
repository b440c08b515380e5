"""Reference rows: all of them at first, only the missing ones later, and never over an editor's work."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitor.models import SitePage
from profiles.models import Country, Region, Theme, Topic
from tests.factories import make_country, make_staff

pytestmark = pytest.mark.django_db


def load() -> str:
    output = StringIO()
    call_command("load_reference", stdout=output)
    return output.getvalue()


def test_everything_is_made_once():
    assert "countries 197" in load()
    assert Country.objects.count() == 197
    assert Region.objects.count() == 5
    assert Theme.objects.count() == 6
    assert SitePage.objects.count() == 6
    assert Group.objects.count() == 2


def test_a_second_run_writes_nothing_and_says_so():
    load()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert "nothing was written" in load()
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_countries_are_known_by_code_with_plain_slugs():
    load()
    slugs = dict(Country.objects.values_list("iso2", "slug"))
    assert slugs["US"] == "united-states"
    assert slugs["CI"] == "cote-divoire"
    assert slugs["TR"] == "turkiye"
    assert all(slug.isascii() for slug in slugs.values())
    assert Country.objects.get(iso3="TUR").name == "Türkiye"


def test_every_region_has_its_countries():
    load()
    assert Country.objects.get(iso3="KHM").region.name == "Asia-Pacific"
    assert all(region.countries.count() > 15 for region in Region.objects.all())


def test_themes_stand_in_order_with_their_topics():
    load()
    assert list(Theme.objects.values_list("slug", flat=True)) == [
        "mine-ban-policy",
        "cluster-munition-ban-policy",
        "mine-action",
        "casualties-and-victim-assistance",
        "support-for-mine-action",
        "impact",
    ]
    policy = Theme.objects.get(slug="mine-ban-policy")
    assert policy.overview_heading == "Mine ban policy overview"
    assert {
        "Mine Ban Treaty status",
        "Pro-mine ban UNGA voting record",
        "Participation in Mine Ban Treaty meetings",
        "Key developments",
    } <= set(policy.topics.values_list("label", flat=True))
    assert not Theme.objects.get(slug="impact").topics.exists()


def test_the_pages_of_the_menu_have_a_text():
    load()
    pages = SitePage.objects.filter(in_menu=True)
    assert [page.slug for page in pages] == [
        "about-us",
        "the-issues",
        "research-products",
        "order-publications",
        "press-room",
        "resources",
    ]
    assert all(page.body.startswith(("<p>", "<h3>")) and "script" not in page.body for page in pages)


def test_what_editors_changed_stays():
    load()
    Country.objects.filter(iso3="TUR").update(name="Turkey", slug="turkey")
    Region.objects.filter(slug="africa").update(slug="sub-saharan-africa")
    Theme.objects.filter(slug="impact").update(summary="Sharper.")
    Topic.objects.filter(label="Mine Ban Treaty status").update(label="Status under the Mine Ban Treaty")
    SitePage.objects.filter(slug="about-us").update(title="Who we are", body="<p>We.</p>")
    assert "nothing was written" in load()
    assert Country.objects.get(iso3="TUR").slug == "turkey"
    assert SitePage.objects.get(slug="about-us").body == "<p>We.</p>"


def test_missing_rows_are_made_again():
    load()
    Country.objects.filter(iso3="NRU").delete()
    Topic.objects.filter(label="Operators").delete()
    assert load() == "Made: countries 1, topics 1.\n"


def test_rows_of_others_are_no_obstacle():
    make_country(iso3="USA", name="The United States of America", slug="usa")
    load()
    assert Country.objects.get(iso3="USA").slug == "usa"
    assert Country.objects.count() == 197


def allowed(group: str) -> set[str]:
    user = make_staff()
    user.groups.add(Group.objects.get(name=group))
    return user.get_all_permissions()


def test_researchers_edit_and_editors_publish():
    load()
    researcher, editor = allowed("Researchers"), allowed("Editors")
    assert {"profiles.change_profile", "profiles.delete_footnote", "profiles.view_edition"} <= researcher
    assert {"profiles.publish_profile", "monitor.change_sitepage"} <= editor - researcher
    assert {"feedback.change_feedbackmessage", "feedback.view_attachment"} <= editor - researcher
    assert {"notifications.view_announcement", "notifications.view_subscriber"} <= editor - researcher
    assert researcher < editor
    assert not {"profiles.delete_profile", "profiles.add_country", "auth.change_user"} & editor


def test_a_group_gets_what_it_lacks_and_keeps_what_it_was_given():
    load()
    editors = Group.objects.get(name="Editors")
    editors.permissions.set([Permission.objects.get(codename="add_country")])
    load()
    assert {"profiles.publish_profile", "profiles.add_country"} <= allowed("Editors")
