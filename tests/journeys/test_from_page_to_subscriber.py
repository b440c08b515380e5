"""The main job once, whole: a text page becomes a profile, a reader follows it, and hears of its update once."""

import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from profiles.models import Profile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference")]

ADDRESS = "reader@example.org"
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def link_in(mail, pattern):
    text = mail.get_body(["plain"]).get_content()
    return re.search(rf"https?://\S*{pattern}\S*", text)[0]


def path_of(link):
    return re.sub(r"^https?://[^/]+", "", link)


def test_a_page_becomes_a_profile_whose_notes_lead_there_and_back(united_states, page, chromium, live_server):
    call_command("import_profile", str(united_states), "--publish")
    page.goto("/countries/united-states/mine-ban-policy/")
    assert page.locator("ol.notes > li").count() == 28
    assert page.get_by_text("Last updated").first.is_visible()

    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/countries/united-states/mine-ban-policy/")
    for number in range(1, 29):
        plain.locator(f"#nr-{number}").click()
        assert plain.url.endswith(f"#n-{number}")
        plain.locator(f"#n-{number} a[role=doc-backlink]").first.click()
        assert plain.url.endswith(f"#nr-{number}")
    context.close()


def test_the_published_page_has_no_barrier_that_axe_knows(united_states, chromium, live_server):
    call_command("import_profile", str(united_states), "--publish")
    for width, scheme in ((1280, "light"), (360, "dark")):
        context = chromium.new_context(
            bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=live_server.url
        )
        page = context.new_page()
        page.goto("/countries/united-states/mine-ban-policy/")
        results = Axe().run(page, options=WCAG)
        assert results.violations_count == 0, results.generate_report()
        context.close()


def test_a_reader_subscribes_and_hears_of_a_changed_date_exactly_once(
    united_states, page, mail_server, settings, live_server
):
    settings.SITE_URL = live_server.url
    call_command("import_profile", str(united_states), "--publish")
    page.goto("/countries/united-states/mine-ban-policy/")
    page.locator("main a[href*='/subscribe/']").first.click()
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).first.fill(ADDRESS)
    page.locator("main form button[type=submit]").first.click()
    call_command("work", "--once")
    [confirmation] = mail_server.to(ADDRESS)

    page.goto(link_in(confirmation, "confirm"))
    call_command("work", "--once")
    page.locator("main form button[type=submit]").first.click()
    call_command("work", "--once")
    assert len(mail_server.to(ADDRESS)) == 1  # what was published before is not news

    Profile.objects.update(last_updated=date(2011, 3, 1))  # by hand in the database: no code of ours is called
    for _tick in range(3):
        call_command("work", "--once")
    [_confirmation, told] = mail_server.to(ADDRESS)
    assert "United States" in told["Subject"]
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert told["Auto-Submitted"] == "auto-generated"
    assert told["List-Id"]
    assert told["Message-ID"]
    assert "/countries/united-states/mine-ban-policy/" in told.get_body(["plain"]).get_content()
    assert "1 March 2011" in told.get_body(["plain"]).get_content()
    assert told.get_body(["html"])


def test_leaving_from_the_mail_ends_it(united_states, client, page, mail_server, settings, live_server):
    settings.SITE_URL = live_server.url
    call_command("import_profile", str(united_states), "--publish")
    call_command("make_subscribers", 1, country="USA", theme="mine-ban-policy", verbosity=0)
    Profile.objects.update(last_updated=date(2011, 3, 1))
    call_command("work", "--once")
    [told] = mail_server.mails
    one_click = re.search(r"<(https?://[^>]+)>", told["List-Unsubscribe"])[1]
    assert client.get(path_of(one_click)).status_code in (200, 405)  # what a scanner does changes nothing
    assert client.post(path_of(one_click), {"List-Unsubscribe": "One-Click"}).status_code == 200

    Profile.objects.update(last_updated=date(2011, 4, 1))
    call_command("work", "--once")
    assert len(mail_server.mails) == 1
