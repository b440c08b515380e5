"""A researcher's session goes in the middle of a sentence, in a real browser, and the sentence is stored."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.urls import reverse

from profiles.models import Profile
from tests.factories import make_profile
from tests.profiles.editing import body_of, open_profile

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long enough secret"


@pytest.fixture
def ana():
    return User.objects.create_superuser("ana", password=PASSWORD, first_name="Ana", last_name="Lima")


def log_in(page):
    page.goto(reverse("admin:login"))
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def end_session(page):
    Session.objects.all().delete()


def clear_cookies(page):
    page.context.clear_cookies()


def log_in_in_a_second_tab(page):
    Session.objects.all().delete()
    tab = page.context.new_page()
    log_in(tab)
    tab.close()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("happens", [end_session, log_in_in_a_second_tab, clear_cookies])
def test_what_was_typed_before_the_session_went_is_stored(page, chromium, live_server, ana, happens, script):
    profile = make_profile(body="<p>Not acceded.</p>")
    context = None
    if not script:
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
        page = context.new_page()
    log_in(page)
    if script:
        open_profile(page, profile)
        body_of(page, "sections-0-body").press("Control+End")
        body_of(page, "sections-0-body").press_sequentially(" Typed & lost?")
    else:
        page.goto(reverse("admin:profiles_profile_change", args=[profile.pk]))
        page.locator("[name=sections-0-body]").fill("<p>Not acceded. Typed &amp; lost?</p>")
    happens(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Not saved yet").wait_for()
    if happens is log_in_in_a_second_tab:
        page.get_by_role("button", name="Save it now").click()
    else:
        page.get_by_label("Username").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in and save").click()
    page.get_by_text("was changed successfully").wait_for()
    assert "Not acceded. Typed &amp; lost?" in Profile.objects.get().sections.get().body
    if context:
        context.close()
