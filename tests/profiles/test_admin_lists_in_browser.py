"""The admin's list of profiles in a real browser: all of its columns, a line each."""

from datetime import date

import pytest
from django.urls import reverse

from profiles.models import Profile
from tests.factories import make_country, make_live_profile, make_superuser, make_theme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 1600])
def test_the_list_of_profiles_shows_every_column_and_gives_a_row_one_line(page, client, live_server, width):
    editor = make_superuser(username="ana")
    for iso3, name in (("BIH", "Bosnia and Herzegovina"), ("NOR", "Norway")):
        make_live_profile(
            country=make_country(iso3=iso3, name=name, slug=iso3.lower()),
            theme=make_theme(slug="casualties", name="Casualties and Victim Assistance"),
        )
    Profile.objects.update(edited_by=editor, proposed_date=date(2025, 12, 30))
    client.force_login(editor)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(reverse("admin:profiles_profile_changelist"))
    table = page.locator("#result_list")
    assert table.evaluate("(table) => table.scrollWidth <= table.closest('.results').clientWidth")
    rows = table.locator("tbody tr").all()
    assert len(rows) == 2
    assert all(row.bounding_box()["height"] < 45 for row in rows)
