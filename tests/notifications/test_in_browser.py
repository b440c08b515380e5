"""The pages of a follower as a real browser shows them."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from notifications import links, signing_up
from notifications.duties import detect, send
from notifications.models import Subscription
from notifications.scope import Scope
from tests.factories import make_country, make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def profile(settings, live_server):
    settings.SITE_URL = live_server.url
    profile = make_live_profile()
    detect()
    return profile


def link_in(mail, purpose):
    return re.search(rf"https?://\S+/{purpose}/\S+", mail.body)[0]


def test_following_and_leaving_from_first_click_to_last(profile, page, mailoutbox):
    page.goto("/subscribe/?country=united-states&theme=mine-ban-policy")
    page.get_by_label("Your e-mail address").fill("reader@bücher.example")
    page.get_by_role("button", name="Send me a link to confirm").click()
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    send()

    page.context.clear_cookies()
    page.goto(link_in(mailoutbox[0], "confirm"))
    page.get_by_role("button", name="Yes, send me updates").click()
    page.get_by_text("it is confirmed").wait_for()
    assert page.get_by_role("link", name="United States: Mine Ban Policy").count() == 1
    assert page.context.cookies() == []

    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_text("You follow nothing at present").wait_for()
    page.get_by_text("Delete my address", exact=True).click()
    page.get_by_role("button", name="Delete my address now").click()
    page.get_by_role("heading", name="Your address is deleted").wait_for()
    assert [subscription.ended_reason for subscription in Subscription.objects.all()] == ["managed"]


def test_leaving_by_the_link_in_a_mail(profile, page):
    subscriber = make_subscriber()
    page.goto(links.leave_path(subscriber.key, profile))
    page.get_by_role("button", name="End these mails").click()
    page.get_by_role("heading", name="These mails have ended").wait_for()
    assert Subscription.objects.get().ended_reason == "left"


def test_a_mistake_is_shown_beside_the_field_and_nothing_typed_is_lost(profile, page):
    page.goto("/subscribe/?country=united-states")
    page.get_by_label("Your e-mail address").fill("reader@localhost")
    page.get_by_role("button", name="Send me a link to confirm").click()
    page.get_by_role("alert").get_by_role("link", name="The part after the @").click()
    assert page.evaluate("document.activeElement.name") == "address"
    assert page.get_by_label("Your e-mail address").input_value() == "reader@localhost"
    assert page.get_by_label("Country").input_value() == "united-states"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_no_page_has_a_barrier_that_axe_knows_or_scrolls_sideways(
    profile, chromium, live_server, mailoutbox, width, scheme
):
    subscriber = make_subscriber()
    make_subscriber(country=make_country(iso3="KHM", name="Cambodia", slug="cambodia"))
    signing_up.ask("new@example.org", Scope(profile.country))
    send()
    pages = [
        "/subscribe/",
        "/subscribe/check-your-mail/",
        link_in(mailoutbox[0], "confirm"),
        links.manage_path(subscriber.key, timezone.now()),
        links.manage_path(subscriber.key, timezone.now() - timedelta(days=40)),
        links.leave_path(subscriber.key, profile),
        "/subscribe/leave/nothing/",
        "/subscribe/address-deleted/",
    ]
    size = {"width": width, "height": 900}
    context = chromium.new_context(bypass_csp=True, viewport=size, color_scheme=scheme, base_url=live_server.url)
    page = context.new_page()
    for address in pages:
        page.goto(address)
        results = Axe().run(page, options=WCAG)
        assert results.violations_count == 0, f"{address}\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    context.close()
