"""A post that is refused keeps its words: after a login, or a click, it goes its usual way."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitor.models import SitePage
from profiles.models import Profile
from tests.factories import make_live_profile, make_profile, make_site_page, make_staff
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough secret"
HERE = {"HTTP_ORIGIN": "http://testserver"}
TYPED = "<p>Typed for an hour; “é” &amp; <em>so</em>.</p>"


@pytest.fixture
def ana():
    return User.objects.create_superuser("ana", password=PASSWORD, first_name="Ana", last_name="Lima")


@pytest.fixture
def browser(ana):
    """One that is checked for CSRF as a real one is, logged in as Ana."""
    browser = Client(enforce_csrf_checks=True)
    log_in(browser)
    return browser


def log_in(browser, name="ana"):
    page = browser.get(reverse("admin:login"))
    data = {**fields_of(page, "login-form"), "username": name, "password": PASSWORD}
    assert browser.post(reverse("admin:login"), data, **HERE).status_code == 302


def change_page(profile):
    return reverse("admin:profiles_profile_change", args=[profile.pk])


def typed_into(browser, profile):
    data = fields_of(browser.get(change_page(profile)), "profile_form")
    return {**data, "sections-0-body": TYPED, "_continue": "Save"}


def end_session(browser):
    Session.objects.all().delete()


def log_in_elsewhere(browser):
    end_session(browser)
    log_in(browser)


def clear_cookies(browser):
    browser.cookies.clear()


def log_in_as_another(browser):
    User.objects.create_superuser("ben", password=PASSWORD)
    browser.post(reverse("admin:logout"), fields_of(browser.get(reverse("admin:index")), "logout-form"), **HERE)
    log_in(browser, "ben")


def kept(response):
    """The fields of the page that keeps a post."""
    assert response.status_code == 403
    assert "no-store" in response["Cache-Control"]
    return fields_of(response, "kept-form")


def with_login(fields, name="ana", password=PASSWORD):
    assert "again-username" in fields
    return {**fields, "again-username": name, "again-password": password}


@pytest.mark.parametrize("happened", [end_session, log_in_elsewhere, clear_cookies, log_in_as_another])
def test_whatever_happened_to_the_login_the_words_are_kept_and_saved(browser, happened):
    profile = make_profile(body="<p>Before.</p>")
    data = typed_into(browser, profile)
    happened(browser)
    response = browser.post(change_page(profile), data, **HERE)
    fields = kept(response)
    assert {name: value for name, value in fields.items() if name in data} == {
        **data,
        "csrfmiddlewaretoken": fields["csrfmiddlewaretoken"],
    }
    assert Profile.objects.get().sections.get().body == "<p>Before.</p>"
    if "again-username" in fields:
        fields = with_login(fields)
    response = browser.post(change_page(profile), fields, **HERE)
    assert response["Location"] == change_page(profile)
    assert Profile.objects.get().sections.get().body == "<p>Typed for an hour; “é” &amp; <em>so</em>.</p>"
    assert browser.get(change_page(profile)).status_code == 200


def test_it_is_said_who_would_save(browser):
    profile = make_profile()
    data = typed_into(browser, profile)
    log_in_as_another(browser)
    page = browser.post(change_page(profile), data, **HERE)
    assert "by ben, if you say so" in page.content.decode()
    assert browser.post(change_page(profile), kept(page), **HERE).status_code == 302
    assert Profile.objects.get().edited_by.username == "ben"


def test_a_newer_text_of_somebody_else_is_not_overwritten(browser):
    profile = make_profile(body="<p>Before.</p>")
    data = typed_into(browser, profile)
    profile.sections.update(body="<p>Written meanwhile.</p>")
    profile.claim(0, by=None)
    end_session(browser)
    fields = with_login(kept(browser.post(change_page(profile), data, **HERE)))
    response = browser.post(change_page(profile), fields, **HERE)
    assert response.status_code == 200
    assert "Written meanwhile." in response.content.decode()
    assert fields_of(response, "profile_form")["sections-0-body"] == TYPED
    assert Profile.objects.get().sections.get().body == "<p>Written meanwhile.</p>"


def test_a_wrong_password_keeps_the_words_and_is_counted(browser, settings):
    settings.WRONG_PASSWORDS = {"network": 30, "account": 2, "browser": 2}
    profile = make_profile()
    fields = {**typed_into(browser, profile)}
    end_session(browser)
    fields, said = kept(browser.post(change_page(profile), fields, **HERE)), []
    for _guess in range(5):
        response = browser.post(change_page(profile), with_login(fields, password="guess"), **HERE)
        fields = kept(response)
        said.append("Try again in" in response.content.decode())
        assert fields["sections-0-body"] == TYPED
        assert "guess" not in response.content.decode()
    assert said == [False, False, False, True, True]


def test_one_without_the_right_is_offered_another_login(browser):
    eve = make_staff(username="eve")
    eve.set_password(PASSWORD)
    eve.save()
    profile = make_profile()
    data = typed_into(browser, profile)
    end_session(browser)
    fields = kept(browser.post(change_page(profile), data, **HERE))
    response = browser.post(change_page(profile), with_login(fields, "eve"), **HERE)
    assert "eve may not do this" in response.content.decode()
    assert browser.post(change_page(profile), with_login(kept(response)), **HERE).status_code == 302
    assert "Typed for an hour" in Profile.objects.get().sections.get().body


def test_the_other_pages_of_the_admin_keep_their_words_too(browser):
    page, profile = make_site_page(body="<p>Old.</p>"), make_live_profile()
    addresses = {
        reverse("admin:monitor_sitepage_change", args=[page.pk]): ({"body": "<p>New.</p>"}, "sitepage_form"),
        reverse("admin:profiles_profile_withdraw", args=[profile.pk]): ({"reason": "A source asked."}, None),
    }
    opened = [(url, fields_of(browser.get(url), form) | typed) for url, (typed, form) in addresses.items()]
    end_session(browser)
    for url, data in opened:
        fields = with_login(kept(browser.post(url, data, **HERE)))
        assert browser.post(url, fields, **HERE).status_code == 302
        end_session(browser)
    assert SitePage.objects.get().body == "<p>New.</p>"
    assert Profile.objects.get().withdrawal_reason == "A source asked."


def test_a_file_must_be_chosen_again_and_that_is_said(browser):
    profile = make_profile()
    data = typed_into(browser, profile)
    end_session(browser)
    page = browser.post(change_page(profile), {**data, "map": SimpleUploadedFile("map.pdf", b"%PDF")}, **HERE)
    assert kept(page)["sections-0-body"] == TYPED
    assert 'enctype="multipart/form-data"' in page.content.decode()
    assert '<input type="file" name="map"' in page.content.decode()


def test_ten_thousand_fields_and_long_texts_come_back_whole(browser):
    profile = make_profile()
    data = typed_into(browser, profile)
    data |= {f"x-{number}": "é<&\">'\r\n" for number in range(9_900)} | {"long": "<p>é</p>" * 100_000}
    end_session(browser)
    fields = with_login(kept(browser.post(change_page(profile), data, **HERE)))
    assert fields["long"] == data["long"]
    assert fields["x-9899"] == data["x-9899"]
    assert browser.post(change_page(profile), fields, **HERE).status_code == 302


# --- what is offered nothing -------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "https://testserver"},
        {"HTTP_ORIGIN": "http://testserver.evil.example"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_REFERER": "http://testserver/admin/"},
        {"HTTP_REFERER": "https://evil.example/", "secure": True},
        {"HTTP_REFERER": "https://[", "secure": True},
    ],
)
@pytest.mark.parametrize("is_logged_in", [True, False])
def test_a_post_that_may_come_from_elsewhere_is_offered_nothing(browser, headers, is_logged_in):
    profile = make_profile()
    if not is_logged_in:
        browser.cookies.clear()
    forged = {"overview_heading": "Forged", "csrfmiddlewaretoken": "x" * 64}
    response = browser.post(change_page(profile), forged, **headers)
    assert response.status_code == 403
    assert b"Forged" not in response.content
    assert b"Open the page again" in response.content
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "headers",
    [
        HERE,
        {"HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_REFERER": "https://testserver/admin/x/", "secure": True},
    ],
)
def test_a_page_of_this_site_is_known_by_what_its_browser_says(browser, headers):
    profile = make_profile()
    browser.cookies.clear()
    response = browser.post(change_page(profile), {"overview_heading": "Mine"}, **headers)
    assert kept(response)["overview_heading"] == "Mine"


def test_no_page_of_passwords_is_kept(browser, ana):
    browser.cookies.clear()
    for name, args in {
        "login": [],
        "password_change": [],
        "auth_user_add": [],
        "auth_user_password_change": [1],
    }.items():
        data = {"username": "x", "password": "hidden-1", "old_password": "hidden-2", "password1": "hidden-3"}
        response = browser.post(reverse(f"admin:{name}", args=args), data, **HERE)
        assert response.status_code == 403
        assert b"hidden-" not in response.content
        assert b"kept-form" not in response.content


def test_logging_out_twice_is_no_matter(browser):
    data = fields_of(browser.get(reverse("admin:index")), "logout-form")
    end_session(browser)
    assert browser.post(reverse("admin:logout"), data, **HERE)["Location"] == reverse("admin:index")


def test_what_is_kept_cannot_become_mark_up(browser):
    browser.cookies.clear()
    evil = '"><script>alert(1)</script>'
    response = browser.post(change_page(make_profile()), {evil: evil}, **HERE)
    assert b"<script>alert(1)" not in response.content


def test_a_form_of_the_public_site_is_refused_in_the_house_s_words(browser):
    browser.cookies.clear()
    response = browser.post(reverse("notifications:subscribe"), {"address": "reader@example.org"}, **HERE)
    assert response.status_code == 403
    assert b"Open the page again" in response.content


# --- a session in use ---------------------------------------------------------------


def test_a_session_in_use_goes_on_and_is_written_once_an_hour(ana):
    browser = Client()
    browser.force_login(ana)
    began = timezone.now()
    index = reverse("admin:index")

    def ends():
        return Session.objects.get().expire_date

    first = ends()
    for minutes in (1, 30, 55):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            assert "sessionid" not in browser.get(index).cookies
        assert ends() == first
    for hours in (2, 9, 20, 31):
        with time_machine.travel(began + timedelta(hours=hours), tick=False):
            assert browser.get(index).cookies["sessionid"]["max-age"] == 12 * 60 * 60
            assert ends() == timezone.now() + timedelta(hours=12)
    with time_machine.travel(began + timedelta(hours=43, minutes=1), tick=False):
        assert browser.get(index).status_code == 302
