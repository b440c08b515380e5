"""A researcher adds a note, an editor publishes a correction: readers see it, subscribers are left in peace."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from profiles.models import Profile
from tests.journeys.test_from_reader_to_editor import make_member
from tests.profiles.test_editing_in_browser import add_note, ready, save

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference")]


def log_in(page, client, live_server, user):
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def test_a_new_note_reaches_readers_as_a_correction_that_tells_nobody(
    united_states, page, client, live_server, mail_server
):
    call_command("import_profile", str(united_states), "--publish", verbosity=0)
    call_command("make_subscribers", 1, country="USA", theme="mine-ban-policy", verbosity=0)
    profile = Profile.objects.get()
    make_member("Researchers", username="ben")
    make_member("Editors", username="ana")
    page.on("dialog", lambda dialog: dialog.accept())

    log_in(page, client, live_server, User.objects.get(username="ben"))
    page.goto(reverse("admin:profiles_profile_change", args=[profile.pk]))
    ready(page)
    add_note(page, "sections-0-body", "Monitor interview with the delegation, Geneva, 21 June 2010.")
    save(page)
    assert profile.footnotes.count() == 29
    assert client.get(reverse("admin:profiles_profile_publish", args=[profile.pk])).status_code == 403
    assert client.get(profile.get_absolute_url()).content.count(b'role="doc-noteref"') == 28  # readers see the edition

    log_in(page, client, live_server, User.objects.get(username="ana"))
    page.goto(reverse("admin:profiles_profile_publish", args=[profile.pk]))
    page.get_by_label(re.compile("it is a correction")).check()
    page.get_by_role("button", name="Publish").click()
    page.goto(profile.get_absolute_url())
    assert page.locator("ol.notes > li").count() == 29
    assert page.get_by_text("Last updated 18 October 2010").first.is_visible()

    call_command("work", "--once")
    assert mail_server.mails == []

    page.goto(f"{profile.get_absolute_url()}editions/1/")
    assert page.locator("ol.notes > li").count() == 28
