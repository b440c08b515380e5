"""Feedback as a person meets it: in a real browser, with and without script, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from feedback.models import FeedbackMessage
from tests.factories import make_feedback, make_live_profile, make_superuser
from tests.feedback import samples

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/feedback/united-states/mine-ban-policy/"
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def assert_accessible(page):
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def assert_nothing_sticks_out(page):
    """No sideways scrolling at 320 pixels (WCAG 1.4.10)."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture
def plain_page(chromium, live_server):
    """A browser page in which scripts are off."""
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def a_pdf(name="letter.pdf", body=samples.PDF):
    return {"name": name, "mimeType": "application/pdf", "buffer": body}


def test_a_reader_without_script_sends_a_message_with_a_picture(plain_page):
    make_live_profile()
    page = plain_page
    page.goto(URL)
    page.get_by_label("Your message").fill("The stockpile figure is out of date.")
    page.get_by_text("I would like to send an attachment").click()
    assert page.locator("input[type=file]:visible").count() == 5
    picture = {"name": "sign.jpg", "mimeType": "image/jpeg", "buffer": samples.make_picture(with_metadata=True)}
    page.get_by_label("File 1").set_input_files(picture)
    page.get_by_role("button", name="Send to the editors").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    message = FeedbackMessage.objects.get()
    assert page.get_by_text(message.reference).is_visible()
    assert message.text == "The stockpile figure is out of date."
    with message.attachments.get().file.open("rb") as file:
        assert b"TELLTALE" not in file.read()


def test_a_reader_without_script_is_led_through_an_error_and_keeps_the_words(plain_page):
    make_live_profile()
    page = plain_page
    page.goto(URL)
    page.get_by_label("Your message").fill("Long and careful.")
    page.get_by_text("I would like to send an attachment").click()
    page.get_by_label("File 2").set_input_files(a_pdf(body=b"not a pdf"))
    page.get_by_role("button", name="Send").click()
    assert page.title().startswith("Error:")
    assert page.get_by_label("Your message").input_value() == "Long and careful."
    page.get_by_role("link", name="“letter.pdf” is not a PDF document").click()
    assert page.url.endswith("#id_attachment_2")
    page.get_by_label("File 2").set_input_files(a_pdf())
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert FeedbackMessage.objects.get().attachments.count() == 1


def test_with_script_one_free_field_is_shown_and_a_file_can_be_removed(page):
    make_live_profile()
    page.goto(URL)
    page.get_by_text("I would like to send an attachment").click()
    fields = page.locator("input[type=file]:visible")
    assert fields.count() == 1
    page.get_by_label("File 1", exact=True).set_input_files(a_pdf())
    assert fields.count() == 2
    page.get_by_role("button", name="Remove: File 1").click()
    assert fields.count() == 1
    page.get_by_label("File 1", exact=True).set_input_files(a_pdf("kept.pdf"))
    page.get_by_label("Your message").fill("See the file.")
    page.get_by_role("button", name="Send to the editors").dblclick()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert FeedbackMessage.objects.get().attachments.get().name == "kept.pdf"


def test_with_script_a_file_that_is_too_large_is_told_before_it_is_sent(page, settings):
    settings.FEEDBACK_MAX_FILE_BYTES = 1024**2
    make_live_profile()
    page.goto(URL)
    page.get_by_label("Your message").fill("See the file.")
    page.get_by_text("I would like to send an attachment").click()
    field = page.get_by_label("File 1", exact=True)
    field.set_input_files(a_pdf(body=bytes(1024**2 + 1)))
    assert field.evaluate("input => input.validationMessage") == "This file is larger than 1 MB. Choose a smaller one."
    page.get_by_role("button", name="Send to the editors").click()
    assert page.url.endswith(URL)
    assert not FeedbackMessage.objects.exists()


def test_the_focus_is_on_the_summary_after_an_error(page):
    make_live_profile()
    page.goto(URL)
    page.locator("form[method=post]").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Send to the editors").click()
    page.locator(".error-summary:focus").wait_for()
    page.get_by_role("link", name="Write your message").click()
    page.locator("#id_message:focus").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_with_and_without_errors_and_the_thanks_are_accessible(page, scheme):
    make_live_profile()
    page.emulate_media(color_scheme=scheme)
    page.goto(URL)
    page.get_by_text("I would like to send an attachment").click()
    page.get_by_text("How to remove the author’s name").click()
    assert_accessible(page)
    page.locator("form[method=post]").evaluate("form => form.noValidate = true")
    page.get_by_label("File 1", exact=True).set_input_files(a_pdf("a.exe"))
    page.get_by_label("Your e-mail address").fill("nobody")
    page.get_by_role("button", name="Send to the editors").click()
    page.get_by_role("alert").wait_for()
    assert_accessible(page)
    assert_nothing_sticks_out(page)
    page.get_by_label("Your message").fill("Now it is right.")
    page.get_by_label("Your e-mail address").fill("")
    page.get_by_role("button", name="Send to the editors").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert_accessible(page)
    assert_nothing_sticks_out(page)


def test_an_editor_reads_downloads_and_answers(page, client, live_server):
    from feedback.uploads import Accepted

    message = make_feedback(text="The date is wrong.", name="Ben", files=[Accepted("Zoé.pdf", "pdf", samples.PDF)])
    log_in(page, client, live_server)
    page.goto("/admin/feedback/feedbackmessage/")
    assert_accessible_but_for_django(page)
    page.get_by_role("link", name="United States: Mine Ban Policy").click()
    page.get_by_text("The date is wrong.").wait_for()
    assert_accessible_but_for_django(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Zoé.pdf").click()
    assert download.value.suggested_filename == "Zoé.pdf"
    page.get_by_label("State").select_option("answered")
    page.locator("#id_notes-0-text").fill("Corrected with edition 2.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    assert page.get_by_text("Corrected with edition 2.").is_visible()
    message.refresh_from_db()
    assert message.state == FeedbackMessage.State.ANSWERED


def log_in(page, client, live_server):
    client.force_login(make_superuser(username="ana"))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def assert_accessible_but_for_django(page):
    """Our part of an admin page; the frame around it is Django's."""
    found = Axe().run(page, context="#content-main", options={"runOnly": WCAG["runOnly"]})
    ours = [violation for violation in found.response["violations"] if "feedback" in str(violation["nodes"])]
    assert ours == []
