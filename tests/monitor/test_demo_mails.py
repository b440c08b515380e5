"""The mails of the demonstration: read by whoever sits at this machine, and by nobody else."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from monitor.demo import mails

pytestmark = [pytest.mark.django_db, pytest.mark.urls("monitor.demo.urls")]

LINK = "http://127.0.0.1:8000/subscribe/confirm/abc:def-_1/"


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def send(folder: Path, *subjects: str, html: str = "") -> None:
    """Send mails in one connection, as the worker does: they come to lie in one file."""
    backend = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    backend.open()
    for subject in subjects:
        mail = EmailMultiAlternatives(
            subject, f"Please confirm:\n{LINK}\n", "monitor@localhost", ["ada@reader.example"]
        )
        mail.extra_headers["List-Unsubscribe"] = f"<{LINK}>"
        if html:
            mail.attach_alternative(html, "text/html")
        backend.send_messages([mail])
    backend.close()


def test_several_mails_of_one_file_are_listed_newest_first(client, folder):
    send(folder, "First", "Sécond – with Ünicode", "Third")
    assert [mail.subject for mail in mails.newest_first(folder)] == ["Third", "Sécond – with Ünicode", "First"]
    page = client.get("/demo/mails/").content.decode()
    assert page.index("Third") < page.index("Sécond – with Ünicode") < page.index("First")
    assert "ada@reader.example" in page


def test_a_mail_shows_its_text_and_headers_with_links(client, folder):
    send(folder, "Confirm")
    mail = next(mails.newest_first(folder))
    page = client.get(f"/demo/mails/{mail.file}/{mail.place}/").content.decode()
    assert page.count(f'href="{LINK}"') == 2
    assert "List-Unsubscribe" in page
    assert "<iframe" not in page


def test_what_a_mail_says_is_text_on_our_page(client, folder):
    send(folder, "<script>alert(1)</script>")
    mail = next(mails.newest_first(folder))
    page = client.get(f"/demo/mails/{mail.file}/{mail.place}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_html_part_is_shown_in_a_sandbox(client, folder):
    send(folder, "Update", html="<p>Updated: <a href='/'>Cambodia</a></p>")
    mail = next(mails.newest_first(folder))
    address = f"/demo/mails/{mail.file}/{mail.place}/"
    assert f'<iframe src="{address}html/"' in client.get(address).content.decode()
    shown = client.get(f"{address}html/")
    assert "Updated:" in shown.content.decode()
    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script" not in policy
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_that_is_just_being_written_waits(folder):
    send(folder, "Whole")
    (folder / "20300101-000000-1.log").write_bytes(b"Subject: Half\n\nText that has no end y")
    assert [mail.subject for mail in mails.newest_first(folder)] == ["Whole"]


def test_a_mail_without_any_header_is_still_shown(client, folder):
    (folder / "20300101-000000-1.log").write_bytes(b"\nText" + mails.END)
    assert client.get("/demo/mails/").status_code == 200
    assert "Text" in client.get("/demo/mails/20300101-000000-1/1/").content.decode()


def test_a_long_list_goes_on_on_the_next_page(client, folder):
    send(folder, *(f"Mail {number:02}" for number in range(1, 54)))
    first, second = client.get("/demo/mails/"), client.get("/demo/mails/?from=50")
    assert "Mail 53" in first.content.decode()
    assert "Mail 03" not in first.content.decode()
    assert "Mail 03" in second.content.decode()
    assert client.get("/demo/mails/?from=nonsense").status_code == 200


def test_no_mail_yet_is_no_error(client, settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "not-there")
    assert "No mail yet" in client.get("/demo/mails/").content.decode()


@pytest.mark.parametrize("address", ["/demo/mails/nothing/1/", "/demo/mails/nothing/1/html/", "/demo/mails/a.b/1/"])
def test_there_is_nothing_where_no_mail_is(client, folder, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("stranger", ["192.0.2.7", "::ffff:192.0.2.7", "", "localhost"])
def test_strangers_find_nothing(client, folder, stranger):
    send(folder, "Confirm")
    mail = next(mails.newest_first(folder))
    for address in ("", f"{mail.file}/{mail.place}/", f"{mail.file}/{mail.place}/html/"):
        assert client.get(f"/demo/mails/{address}", REMOTE_ADDR=stranger).status_code == 404


@pytest.mark.urls("monitor.urls")
def test_the_site_itself_has_no_such_page(client, folder):
    assert client.get("/demo/mails/").status_code == 404


def test_a_mail_of_another_make_is_read_too(folder):
    mail = EmailMessage()
    mail["Subject"] = "Plain"
    mail.set_content("Häagen", cte="8bit")
    (folder / "20300101-000000-1.log").write_bytes(mail.as_bytes() + mails.END)
    assert next(mails.newest_first(folder)).text == "Häagen\n"
