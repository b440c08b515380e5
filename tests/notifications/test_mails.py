"""What a subscriber reads, and what its mail program reads."""

import email
import re
from datetime import date
from email.policy import default
from html.parser import HTMLParser

import pytest
from django.core import mail as django_mail

from notifications.duties import detect, fan_out
from notifications.mails import mail_for
from notifications.models import Announcement, Message
from notifications.wording import Unwritable, one_line
from profiles.models import Profile
from tests.factories import make_country, make_live_profile, make_subscriber, make_theme, publish

pytestmark = pytest.mark.django_db

A, B = date(2010, 10, 18), date(2026, 11, 23)
NOTE = "The vote of October was added.\n<b>Bold & brave</b> https://example.org/"


@pytest.fixture
def profile(settings):
    settings.SITE_URL = "https://monitor.example"
    profile = make_live_profile(on=A)
    detect()
    make_subscriber()
    return profile


def parsed(mail):
    return email.message_from_bytes(mail.message().as_bytes(), policy=default)


def told(work, mailoutbox):
    work()
    [mail] = mailoutbox
    return parsed(mail)


def text_of(mail, kind="plain"):
    return mail.get_body([kind]).get_content()


class Reader(HTMLParser):
    """Collects what an HTML mail links to, loads and says."""

    def __init__(self, html):
        super().__init__()
        self.links, self.loaded, self.words = set(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "a":
            self.links.add(found["href"])
        self.loaded += [tag] * (tag in {"img", "script", "link", "iframe", "style", "video", "object", "form"})
        self.loaded += [found["src"]] if "src" in found else []
        self.loaded += re.findall(r"url\([^)]*\)", found.get("style", ""))

    def handle_data(self, data):
        self.words.append(data)


def test_a_mail_says_what_was_updated_when_and_why(profile, work, mailoutbox):
    publish(profile, on=B, note=NOTE)
    mail = told(work, mailoutbox)
    assert mail["Subject"] == "United States: Mine Ban Policy updated 23 November 2026"
    text = text_of(mail)
    for said in (
        "United States: Mine Ban Policy",
        "23 November 2026",
        "18 October 2010",
        "The vote of October was added.",
    ):
        assert said in text
    assert "https://monitor.example/countries/united-states/mine-ban-policy/\n" in text
    assert "https://monitor.example/countries/united-states/mine-ban-policy/editions/2/\n" in text


def test_both_parts_lead_to_the_same_places_and_load_nothing(profile, work, mailoutbox):
    publish(profile, on=B, note="The vote was added.")
    mail = told(work, mailoutbox)
    html = Reader(text_of(mail, "html"))
    in_text = set(re.findall(r"https?://\S+", text_of(mail)))
    assert in_text == html.links - {"https://monitor.example/"}
    assert len(in_text) == 4
    assert all(link.startswith("https://monitor.example/") for link in in_text)
    assert html.loaded == []


def test_a_change_note_is_text_in_both_parts(profile, work, mailoutbox):
    publish(profile, on=B, note=NOTE)
    mail = told(work, mailoutbox)
    assert "<b>Bold & brave</b>" in text_of(mail)
    assert "&lt;b&gt;Bold &amp; brave&lt;/b&gt;" in text_of(mail, "html")


def test_the_headers_a_mail_program_needs(profile, work, mailoutbox):
    publish(profile, on=B, note=NOTE)
    mail = told(work, mailoutbox)
    message = Message.objects.get()
    assert mail["To"] == "reader@example.org"
    assert mail["List-Id"] == "<usa.mine-ban-policy.en.monitor.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://monitor\.example/subscribe/one-click/[\w.-]+/>", mail["List-Unsubscribe"].strip())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{message.key.hex}@monitor.example>"
    assert mail["Date"].datetime == message.created_at.replace(microsecond=0)
    assert not {"cc", "bcc", "reply-to"} & {name.lower() for name in mail}


def test_the_same_message_is_the_same_mail_each_time(profile, work, mailoutbox):
    publish(profile, on=B, note=NOTE)
    work()
    message = Message.objects.get()
    one, again = (mail_for(message, "reader@example.org") for _ in range(2))
    assert (one.subject, one.body, one.alternatives) == (again.subject, again.body, again.alternatives)
    assert one.extra_headers == again.extra_headers


@pytest.mark.parametrize("name", ["Cambodia", "Côte d’Ivoire", "Ελλάδα " * 12, "W" * 90, "A rather long name " * 5])
def test_no_header_begins_with_an_empty_line(name, work, mailoutbox):
    profile = make_live_profile(on=A, country=make_country(iso3="QQA", slug="long", name=name.strip()))
    detect()
    make_subscriber(address=f"{'a' * 60}@{'b' * 60}.example.org")
    publish(profile, on=B, note=NOTE)
    work()
    raw = mailoutbox[0].message().as_bytes(linesep="\r\n")
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert not [line for line in head if line.rstrip().endswith(b":")]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert all(len(line) <= 76 for line in head if b"=?" in line)
    assert parsed(mailoutbox[0])["Subject"].startswith(name.strip())


def test_lines_stay_short_and_plain_on_the_way(profile, work, mailoutbox):
    publish(profile, on=B, note="Ö" * 2000)
    work()
    raw = mailoutbox[0].message().as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998
    assert "Ö" * 2000 in text_of(parsed(mailoutbox[0]))


def test_a_date_changed_without_an_edition_is_told_in_neutral_words(profile, work, mailoutbox):
    Profile.objects.update(last_updated=B)
    text = text_of(told(work, mailoutbox))
    assert "there is no change note" in text
    assert "First published" not in text
    assert "/editions/1/" in text


def test_news_of_the_same_day_are_called_an_update_again(profile, work, mailoutbox):
    publish(profile, on=A, note=NOTE)
    mail = told(work, mailoutbox)
    assert mail["Subject"] == "United States: Mine Ban Policy updated again on 18 October 2010"
    for kind in ("plain", "html"):
        text = " ".join(Reader(text_of(mail, kind)).words if kind == "html" else text_of(mail, kind).split())
        assert "The vote of October was added." in text
        assert "stays" in text
        assert "before" not in text


def test_a_date_set_back_is_called_corrected(profile, work, mailoutbox):
    publish(profile, on=B, note=NOTE)
    work()
    Profile.objects.update(last_updated=A)
    work()
    mail = parsed(mailoutbox[1])
    assert mail["Subject"] == "United States: Mine Ban Policy, date corrected to 18 October 2010"
    assert "corrected from 23 November 2026 to 18 October 2010" in " ".join(text_of(mail).split())
    assert "First published" not in text_of(mail)


def test_a_profile_withdrawn_before_its_mail_was_worded_holds_nothing_up(profile, work, mailoutbox):
    Profile.objects.update(last_updated=B)
    detect()
    fan_out()
    profile.refresh_from_db()
    profile.withdraw(reason="A source asked for it.")
    work()
    assert mailoutbox == []
    assert Message.objects.get().state == Message.State.SKIPPED
    assert "Edition" not in Announcement.objects.get().wording["text"]


@pytest.mark.parametrize(
    "name", ["Evil\nBcc: other@example.net", "Evil\r\n\r\nBody", "Evil\u2028Bcc: x", "Evil\x00", "É" * 120]
)
def test_nothing_written_in_the_admin_becomes_a_header(name, work, mailoutbox, settings):
    country = make_country(iso3="QQA", slug="evil", name=name.replace("\x00", "\x01"))
    profile = make_live_profile(on=A, country=country, theme=make_theme(name="Theme\nX-Evil: yes", slug="evil"))
    detect()
    make_subscriber()
    publish(profile, on=B, note="\n.\nQUIT\nBcc: other@example.net\n\n")
    mail = told(work, mailoutbox)
    assert {name.lower() for name in mail} == {
        "content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted",
        "list-id", "list-unsubscribe", "list-unsubscribe-post",
    }  # fmt: skip
    assert "updated 23 November 2026" in mail["Subject"]


def test_an_address_spoilt_in_the_database_is_no_second_recipient(profile):
    message = Message.objects.create(
        kind=Message.Kind.LINK, subscriber=make_subscriber(), wording={"subject": "", "text": "", "html": ""}
    )
    with pytest.raises(Unwritable):
        mail_for(message, "a@example.org, b@example.org")


def test_one_line_is_one_line():
    assert one_line(" a\r\nb\x85c\u2029d\te\x00 ") == "a b c d e"


def test_mails_name_the_site_of_the_settings_whoever_asks(client, work, mailoutbox, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://monitor.example/", ["*"]
    client.post("/subscribe/", {"address": "reader@example.org"}, headers={"host": "evil.example"})
    work()
    body = django_mail.outbox[0].body
    assert "https://monitor.example/subscribe/confirm/" in body
    assert "evil" not in body
