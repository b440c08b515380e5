"""What a reader sends reaches the editors, and nobody else."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse

from tests.factories import make_live_profile
from tests.feedback import samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference")]

WORDS = "The column of 12 May passed the crossing at Kelvar."


def make_member(group, *, username, **fields):
    user = User.objects.create(username=username, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=group))
    return user


def public_pages(client):
    """Every page that can be reached by links from the home page, with its text."""
    waiting, seen = ["/", "/sitemap.xml", "/updates/feed.atom"], {}
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith(("/countries/", "/static/")) and "united-states" not in path:
            continue
        response = client.get(path)
        seen[path] = response.content.decode(errors="replace") if not response.streaming else ""
        waiting += re.findall(r'href="(/[^"#]*)"', seen[path])
    return seen


def test_feedback_with_a_file_appears_in_the_admin_and_nowhere_else(page, client, mail_server):
    make_live_profile()
    make_member("Editors", username="ana", email="ana@monitor.example")
    make_member("Researchers", username="ben", email="ben@monitor.example")

    page.goto("/countries/united-states/mine-ban-policy/")
    page.locator("main a[href*='/feedback/']").first.click()
    page.get_by_label("Your message").fill(WORDS)
    page.get_by_text("I would like to send an attachment").click()
    letter = {"name": "letter from kelvar.pdf", "mimeType": "application/pdf", "buffer": samples.PDF}
    page.locator("input[type=file]").first.set_input_files(letter)
    page.get_by_role("button", name="Send to the editors").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    call_command("work", "--once")
    [told] = mail_server.mails
    assert told["To"] == "ana@monitor.example"
    assert "Kelvar" not in told.as_string()

    visited = public_pages(client)
    assert len(visited) > 10
    assert not [path for path, text in visited.items() if "kelvar" in text.lower()]

    client.force_login(User.objects.get(username="ana"))
    inbox = client.get(reverse("admin:feedback_feedbackmessage_changelist")).content.decode()
    opened = client.get(re.search(r"/admin/feedback/feedbackmessage/\d+/change/", inbox)[0]).content.decode()
    assert WORDS in opened
    file = re.search(r"/admin/feedback/feedbackmessage/attachments/\d+/", opened)[0]
    got = client.get(file)
    assert b"".join(got.streaming_content) == samples.PDF
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"

    for visitor in (None, "ben"):
        client.logout()
        if visitor:
            client.force_login(User.objects.get(username=visitor))
        assert client.get(file).status_code == 404
