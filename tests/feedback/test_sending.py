"""A reader writes to the editors: what is stored, what comes back, and what is never lost or kept."""

import io
import logging
import re

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from feedback.models import Attachment, FeedbackMessage
from tests.factories import correction, make_live_profile, make_profile
from tests.feedback import samples
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

URL = "/feedback/united-states/mine-ban-policy/"


@pytest.fixture
def profile():
    return make_live_profile()


def upload(name="letter.pdf", body=samples.PDF, sent_as="application/pdf"):
    return SimpleUploadedFile(name, body, content_type=sent_as)


def post(client, *, url=URL, **fields):
    return client.post(url, {"message": "The date is wrong.", **fields})


# --- the page -------------------------------------------------------------------


def test_the_page_says_who_reads_it_and_what_is_kept(client, profile):
    page = client.get(reverse("feedback:send", args=["united-states", "mine-ban-policy"]))
    text = " ".join(page.content.decode().split())
    for sentence in (
        "Your message goes to the editors. It is not published.",
        "Your name and your e-mail address are optional.",
        "Your network address and your browser are not kept with the message.",
        "Files are deleted 180 days after the editors have dealt with your message, the message itself after 2 years.",
        "Use the Tor Browser",
        "Up to 5 files of up to 10 MB each, 25 MB together.",
        "Kinds: PDF, Word (docx), OpenDocument (odt), TXT, CSV, JPEG, PNG, WebP.",
        "Place, time and camera are removed from pictures",
        "They may name their author.",
        f'<a href="mailto:{site.FEEDBACK_EMAIL}">',
    ):
        assert sentence in text
    assert text.count('type="file"') == 5
    assert "Error" not in text


def test_the_page_is_kept_by_nobody_and_leaves_one_cookie_until_the_browser_closes(client, profile):
    page = client.get(URL)
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert list(page.cookies) == ["csrftoken"]
    cookie = page.cookies["csrftoken"]
    assert (cookie["max-age"], cookie["expires"], cookie["httponly"]) == ("", "", True)


def test_a_profile_that_is_not_live_has_no_page(client):
    make_profile()
    assert client.get(URL).status_code == 404
    assert post(client).status_code == 404
    assert client.get("/feedback/atlantis/mine-ban-policy/").status_code == 404


def test_a_withdrawn_profile_answers_gone_with_the_reason(client, profile):
    profile.withdraw(reason="Merged with another.")
    page = client.get(URL)
    assert page.status_code == 410
    assert "Merged with another." in page.content.decode()
    assert post(client).status_code == 410
    assert not FeedbackMessage.objects.exists()


def test_a_country_that_was_renamed_is_found_by_its_old_address(client, profile):
    profile.country.slug = "usa"
    profile.country.save()
    answer = client.get(URL)
    assert (answer.status_code, answer.url) == (301, "/feedback/usa/mine-ban-policy/")


def test_other_methods_are_refused(client, profile):
    assert client.put(URL).status_code == 405
    assert client.head(URL).status_code == 200


# --- sending --------------------------------------------------------------------


def test_a_message_is_stored_with_its_file_and_thanked_for(client, profile):
    answer = post(client, name="Ana", address="ana@example.org", attachment_1=upload())
    message = FeedbackMessage.objects.get()
    assert (message.profile, message.edition) == (profile, profile.live_edition)
    assert (message.text, message.name, message.address) == ("The date is wrong.", "Ana", "ana@example.org")
    assert message.state == FeedbackMessage.State.NEW
    assert message.attachments.get().name == "letter.pdf"
    assert (answer.status_code, answer.url) == (302, f"/feedback/thanks/{message.reference}/")


def test_the_thanks_show_the_reference_and_nothing_else_of_it(client, profile):
    thanks = client.get(post(client, message="SECRETWORD", name="Informant").url)
    text = thanks.content.decode()
    assert FeedbackMessage.objects.get().reference in text
    assert not any(word in text for word in ("SECRETWORD", "Informant", "United States"))
    assert "no-store" in thanks.headers["Cache-Control"]
    assert not thanks.cookies


def test_thanks_for_a_message_that_never_came_are_not_given(client):
    assert client.get("/feedback/thanks/aaaaa-aaaaa-aaaaa-aaaaa/").status_code == 404


def test_only_the_message_is_required(client, profile):
    assert post(client).status_code == 302
    assert FeedbackMessage.objects.get().name == ""


def test_five_files_are_taken(client, profile):
    files = {f"attachment_{n}": upload(f"{n}.pdf") for n in range(1, 6)}
    assert post(client, **files).status_code == 302
    assert Attachment.objects.count() == 5


def test_the_edition_that_was_read_is_remembered_even_when_a_newer_one_is_live(client, profile):
    first = profile.live_edition
    form = client.get(URL).content.decode()
    number = re.search(r'name="edition" value="(\d+)"', form)[1]
    profile.sections.update(body="<p>Acceded.</p>")
    profile.publish(by=None, change=correction())
    post(client, edition=number)
    assert FeedbackMessage.objects.get().edition == first


@pytest.mark.parametrize("edition", ["", "99"])
def test_without_a_known_edition_the_live_one_is_meant(client, profile, edition):
    assert post(client, edition=edition).status_code == 302
    assert FeedbackMessage.objects.get().edition == profile.live_edition


def test_a_double_click_gives_one_message_and_the_same_thanks(client, profile):
    first, second = post(client, ticket="t"), post(client, ticket="t")
    assert first.url == second.url
    assert FeedbackMessage.objects.count() == 1


def test_every_opened_form_has_its_own_ticket(client, profile):
    tickets = {re.search(r'name="ticket" value="([^"]+)"', client.get(URL).content.decode())[1] for _n in range(2)}
    assert len(tickets) == 2


def test_a_filled_trap_gets_the_same_thanks_and_lands_in_spam_where_a_person_may_find_it(client, profile):
    answer = post(client, website="https://buy.example")
    message = FeedbackMessage.objects.get()
    assert answer.url == f"/feedback/thanks/{message.reference}/"
    assert message.state == FeedbackMessage.State.SPAM


# --- what is refused, with everything typed kept --------------------------------


TYPED = {"message": "Long and <b>careful</b>.", "name": "Ana & Ben", "address": "not an address"}


def test_typed_text_comes_back_and_the_errors_lead_to_their_fields(client, profile):
    page = post(client, **TYPED, attachment_2=upload("evil.exe"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "<title>Error: Write to the editors" in " ".join(text.split())
    assert "Long and &lt;b&gt;careful&lt;/b&gt;." in text
    assert "Ana &amp; Ben" in text
    assert 'value="not an address"' in text
    assert '<a href="#id_address">Write the whole address' in text
    assert '<a href="#id_attachment_2">“evil.exe” is not of a kind that is taken' in text
    assert "Files cannot be kept by this page: please choose them again." in text
    assert '<details class="feedback-attachments" open>' in text
    assert not FeedbackMessage.objects.exists()


def test_without_files_nobody_is_asked_to_choose_them_again(client, profile):
    text = post(client, message="").content.decode()
    assert "Write your message: this field is empty." in text
    assert "choose them again" not in text


@pytest.mark.parametrize("message", ["", "   \n\t ", "a\x00b"])
def test_an_impossible_message_is_refused(client, profile, message):
    assert post(client, message=message).status_code == 422


def test_a_message_that_is_too_long_says_by_how_much_and_comes_back_whole(client, profile):
    long = "ä" * 20_001
    page = post(client, message=long)
    assert "Shorten your message to 20000 characters (it has 20001)" in page.content.decode()
    assert long in page.content.decode()
    assert post(client, message="a\r\n" * 10_000).status_code == 302  # a line break is one character


@pytest.mark.parametrize(
    "address",
    [
        "a",
        "a@b",
        '"a b"@example.org',
        '"\x07"@example.org',
        "a@example.org\nBcc: x@example.org",
        "a@example.org,b@example.org",
        "a" * 300 + "@example.org",
    ],
)
def test_an_address_that_is_none_is_refused_politely(client, profile, address):
    page = post(client, address=address)
    assert page.status_code == 422
    assert "or leave it empty" in page.content.decode()


def test_a_name_loses_what_cannot_be_seen(client, profile):
    post(client, name="A\u202ena\r\nBcc:\x07 x")
    assert FeedbackMessage.objects.get().name == "Ana Bcc: x"


@pytest.mark.parametrize(
    "fields",
    [
        {"edition": "9" * 40},
        {"edition": "9" * 5_000},
        {"edition": "x"},
        {"edition": "-1"},
        {"ticket": "\x00"},
        {"ticket": "t" * 65},
    ],
)
def test_what_nobody_sees_nobody_has_to_mend(client, profile, fields):
    page = post(client, **TYPED | {"address": ""}, **fields)
    assert page.status_code == 422
    assert "a part of this page came back changed. Send it once more." in page.content.decode()
    assert client.post(URL, fields_of(page)).status_code == 302
    assert FeedbackMessage.objects.get().text == TYPED["message"]


@pytest.mark.parametrize(("field", "most"), [("name", 120), ("address", 254), ("website", 2_000)])
def test_every_field_has_a_limit_and_says_so(client, profile, field, most):
    page = post(client, message="SECRETWORD", **{field: "a" * 1_000_000})
    assert page.status_code == 422
    assert "SECRETWORD" in page.content.decode()
    assert f"{most}" in page.content.decode()
    assert not FeedbackMessage.objects.exists()


@pytest.mark.parametrize(
    "files",
    [
        {f"attachment_{n}": upload(f"{n}.pdf") for n in range(1, 7)},
        {"attachment_1": [upload("1.pdf"), upload("2.pdf")]},
        {"elsewhere": upload()},
    ],
    ids=["six", "two in one field", "a field that is not there"],
)
def test_a_file_too_many_is_refused_and_none_is_dropped_in_silence(client, profile, files):
    page = post(client, **files)
    assert page.status_code == 422
    assert "Choose at most 5 files, each in a field of its own." in page.content.decode()
    assert not Attachment.objects.exists()


def test_one_bad_file_refuses_the_whole_post(client, profile, store):
    page = post(client, attachment_1=upload(), attachment_2=upload("a.txt", b"<script>", "text/plain"))
    assert page.status_code == 422
    assert not FeedbackMessage.objects.exists()
    assert not store.exists()


def test_a_file_that_is_too_large_is_named_and_the_text_kept(client, profile, settings):
    settings.FEEDBACK_MAX_FILE_BYTES = 1024**2
    page = post(client, attachment_3=upload("big.pdf", samples.PDF + bytes(1024**2)))
    text = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#id_attachment_3">“big.pdf” is too large: a file may have 1 MB' in text
    assert "The date is wrong." in text


def test_files_may_together_have_so_much_and_no_more(client, profile, settings):
    settings.FEEDBACK_MAX_POST_BYTES = 3 * len(samples.PDF)
    page = post(client, **{f"attachment_{n}": upload(f"{n}.pdf") for n in range(1, 5)})
    assert "#id_attachment_4" in page.content.decode()
    assert "“4.pdf” is too large" in page.content.decode()
    assert post(client, **{f"attachment_{n}": upload(f"{n}.pdf") for n in range(1, 4)}).status_code == 302


def test_a_file_at_the_limit_is_taken(client, profile, settings):
    settings.FEEDBACK_MAX_FILE_BYTES = len(samples.PDF)
    assert post(client, attachment_1=upload()).status_code == 302


def test_hostile_names_are_text_and_nothing_else(client, profile, store):
    name = "../../<script>alert(1)</script>\u202efdp.pdf"
    post(client, attachment_1=upload("x.pdf"), attachment_2=upload(name))
    assert Attachment.objects.last().name == "script_fdp.pdf"
    assert all(re.fullmatch(r"[0-9a-f]{32}", path.name) for path in store.rglob("*") if path.is_file())


# --- when it cannot be taken now ------------------------------------------------


def test_too_many_posts_are_asked_to_wait_with_everything_typed_kept(client, profile, settings):
    settings.THROTTLES = {"feedback:send": 1}
    post(client)
    page = post(client, **TYPED, attachment_1=upload())
    text = page.content.decode()
    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3601
    assert "Nothing was sent: many messages came from your network within an hour." in text
    assert "Long and &lt;b&gt;careful&lt;/b&gt;." in text
    assert 'value="not an address"' in text
    assert "choose them again" in text
    assert FeedbackMessage.objects.count() == 1


def test_a_throttled_post_is_not_judged(client, profile, settings, monkeypatch):
    settings.THROTTLES = {"feedback:send": 0}
    page = post(client, attachment_1=upload("a.png", samples.make_hollow("PNG"), "image/png"))
    assert page.status_code == 429
    assert "pixels" not in page.content.decode()


def test_without_the_cookie_nothing_is_stored_and_everything_typed_is_kept(profile):
    client = Client(enforce_csrf_checks=True)
    page = post(client, **TYPED)
    text = page.content.decode()
    assert page.status_code == 403
    assert "Nothing was sent yet: your browser did not give back" in text
    assert "Long and &lt;b&gt;careful&lt;/b&gt;." in text
    assert not FeedbackMessage.objects.exists()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
    assert post(client, csrfmiddlewaretoken=token).status_code == 302  # sending it once more is enough


def test_a_post_from_another_site_stores_nothing(profile):
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(URL).content.decode())[1]
    page = client.post(URL, {"message": "x", "csrfmiddlewaretoken": token}, headers={"Origin": "https://evil.example"})
    assert page.status_code == 403
    assert not FeedbackMessage.objects.exists()


def test_a_full_disk_is_said_plainly_and_nothing_typed_is_lost(client, profile, settings, store, caplog):
    settings.FEEDBACK_FREE_BYTES = 2**62
    page = post(client, message="SECRETWORD", attachment_1=upload())
    text = page.content.decode()
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "Nothing was sent: the site cannot store files just now." in text
    assert "SECRETWORD" in text
    assert "choose them again" in text
    assert "SECRETWORD" not in caplog.text
    assert not FeedbackMessage.objects.exists()
    assert post(client).status_code == 302  # words alone are taken


def test_when_the_files_of_a_day_are_used_up_words_alone_are_taken(client, profile, settings):
    settings.FEEDBACK_DAILY_BYTES = len(samples.PDF)
    assert post(client, attachment_1=upload()).status_code == 302
    page = post(client, message="SECRETWORD", attachment_1=upload())
    assert page.status_code == 429
    assert page.headers["Retry-After"]
    assert "have used up the room there is for them" in page.content.decode()
    assert "SECRETWORD" in page.content.decode()
    assert post(client, message="SECRETWORD").status_code == 302


def test_one_network_does_not_use_up_the_files_of_a_day(client, profile, settings):
    settings.FEEDBACK_DAILY_BYTES, settings.FEEDBACK_MAX_POST_BYTES = 30 * len(samples.PDF), 2 * len(samples.PDF)
    sent = [post(client, message=str(n), attachment_1=upload()).status_code for n in range(5)]
    assert sent == [302] * 3 + [429] * 2  # a tenth
    other = client.post(URL, {"message": "x", "attachment_1": upload()}, REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 302
    assert post(client, message="Words alone are taken.").status_code == 302


def test_however_small_the_quota_one_whole_post_fits_in_a_networks_share(client, profile, settings):
    settings.FEEDBACK_DAILY_BYTES = settings.FEEDBACK_MAX_POST_BYTES = 3 * len(samples.PDF)
    assert post(client, **{f"attachment_{n}": upload(f"{n}.pdf") for n in range(1, 4)}).status_code == 302


def test_a_database_that_takes_nothing_is_said_plainly(client, profile):
    def full(execute, sql, *rest):
        if sql.startswith('INSERT INTO "feedback_feedbackmessage"'):
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        page = post(client, message="SECRETWORD")
    assert page.status_code == 503
    assert "the site cannot store messages just now" in page.content.decode()
    assert "SECRETWORD" in page.content.decode()


# --- what cannot be read whole --------------------------------------------------


def part(name, value, filename=None, more=b""):
    file = b"" if filename is None else b'; filename="%b"' % filename.encode()
    return b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n%b\r\n%b\r\n' % (name.encode(), file, more, value)


def post_body(client, body, content_type="multipart/form-data; boundary=x", **more):
    return client.generic("POST", URL, body, content_type, **more)


WORDS = part("message", b"SECRETWORD & <more>")
GIVEN_BACK = "SECRETWORD &amp; &lt;more&gt;</textarea>"


@pytest.mark.parametrize(
    "body",
    [
        WORDS + b"--x\r\nContent-Disposition: form-data; name=" + b"n" * 5_000 + b"\r\n\r\n" + b"--x--\r\n",
        WORDS + part("x", b"y" * 11 * 1024**2) + b"--x--\r\n",
        WORDS + part("x", b"") * 20_001 + b"--x--\r\n",
        part("x", b"") * 12_000 + WORDS + part("x", b"") * 10_000 + b"--x--\r\n",
        WORDS + part("attachment_1", b"y" * 101 * 1024**2, "a.pdf") + b"--x--\r\n",
    ],
    ids=["a name without end", "too much text", "too many fields", "words between them", "too much in all"],
)
def test_what_can_be_read_of_a_post_is_given_back(client, profile, body):
    page = post_body(client, body)
    assert page.status_code == 400
    assert "Nothing was sent: what your browser sent was too long" in page.content.decode()
    assert GIVEN_BACK in page.content.decode()
    assert not FeedbackMessage.objects.exists()


def test_a_message_of_eleven_megabytes_comes_back_as_far_as_it_was_read(client, profile):
    page = post(client, message="SECRETWORD " + "y" * 11 * 1024**2)
    assert page.status_code == 400
    assert "SECRETWORD yyy" in page.content.decode()


@pytest.mark.parametrize("count", [6, 101, 1_500])
@pytest.mark.parametrize("words_first", [True, False])
def test_however_many_files_are_chosen_the_words_come_back(client, profile, count, words_first):
    files = b"".join(part(f"attachment_{n}", samples.PDF, f"{n}.pdf") for n in range(1, count + 1))
    page = post_body(client, (WORDS + files if words_first else files + WORDS) + b"--x--\r\n")
    assert page.status_code == 422
    assert "Choose at most 5 files, each in a field of its own." in page.content.decode()
    assert GIVEN_BACK in page.content.decode()
    assert not FeedbackMessage.objects.exists()


def test_of_ten_thousand_fields_ours_are_read(client, profile):
    assert post_body(client, part("x", b"") * 10_000 + WORDS + b"--x--\r\n").status_code == 302
    assert post(client, **{f"x{n}": "" for n in range(10_001)}).status_code == 302


def test_a_connection_that_breaks_stores_no_half_of_a_message(client, profile):
    body = WORDS + part("name", b"Ana") + b"--x--\r\n"
    page = post_body(client, body, **{"wsgi.input": io.BytesIO(body[:120])})
    assert page.status_code == 400
    assert "SECRETWORD" in page.content.decode()
    assert not FeedbackMessage.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff" * 100, "multipart/form-data"),
        (WORDS, "multipart/form-data; boundary="),
        (WORDS, "multipart/form-data; boundary=\x01"),
        (WORDS, "multipart/form-data; boundary=" + "x" * 5_000),
    ],
)
def test_what_cannot_be_read_at_all_gets_the_form_and_a_sentence(client, profile, body, content_type):
    page = post_body(client, body, content_type)
    assert page.status_code == 400
    assert "could not be read to its end" in page.content.decode()
    assert "</textarea>" in page.content.decode()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nHalf", "multipart/form-data; boundary=x"),
        (b"no part at all", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"message", "text/plain"),
        (b"", "multipart/form-data; boundary=x"),
    ],
)
def test_what_holds_no_message_is_asked_for_one(client, profile, body, content_type):
    page = post_body(client, body, content_type)
    assert page.status_code == 422
    assert "Write your message: this field is empty." in page.content.decode()


@pytest.mark.parametrize("charset", ["utf-8", "nonsense", "hex", "punycode", "utf-16", "idna"])
def test_whatever_encoding_is_claimed_the_words_are_read(client, profile, charset):
    content_type = f"multipart/form-data; boundary=x; charset={charset}"
    assert post_body(client, part("message", "Gefährdung.".encode()) + b"--x--\r\n", content_type).status_code == 302
    assert FeedbackMessage.objects.get().text == "Gefährdung."


def test_words_that_are_not_utf_8_lose_no_letter(client, profile):
    assert post_body(client, part("message", "Gefährdung.".encode("latin-1")) + b"--x--\r\n").status_code == 302
    assert FeedbackMessage.objects.get().text == "Gefährdung."


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=latin-1"])
def test_a_form_without_files_is_read_as_well(client, profile, charset):
    encoded = "application/x-www-form-urlencoded" + charset
    assert post_body(client, b"message=Gef%C3%A4hrdung+%26+mehr&name=Ana", encoded).status_code == 302
    message = FeedbackMessage.objects.get()
    assert (message.text, message.name) == ("Gefährdung & mehr", "Ana")


@pytest.mark.parametrize("rest", [b"&x=1" * 30_000, b"&x=" + b"y" * 11 * 1024**2])
def test_a_form_without_files_that_is_too_long_gives_back_the_words(client, profile, rest):
    page = post_body(client, b"message=SECRETWORD" + rest, "application/x-www-form-urlencoded")
    assert page.status_code == 400
    assert "SECRETWORD</textarea>" in page.content.decode()


def test_a_file_whose_name_is_only_dots_is_not_dropped_in_silence(client, profile):
    page = post_body(client, WORDS + part("attachment_1", samples.PDF, "..") + b"--x--\r\n")
    assert page.status_code == 422
    assert "“unnamed” is not of a kind that is taken" in page.content.decode()


def test_words_about_a_profile_that_was_withdrawn_meanwhile_come_back(client, profile):
    profile.withdraw(reason="Merged with another.")
    page = post(client, message="SECRETWORD & <more>")
    assert page.status_code == 410
    assert "Merged with another." in page.content.decode()
    assert GIVEN_BACK in page.content.decode()


def test_words_about_a_country_that_was_renamed_meanwhile_are_sent_on(client, profile):
    profile.country.slug = "usa"
    profile.country.save()
    answer = client.post(URL, {"message": "SECRETWORD"}, follow=True)
    assert answer.redirect_chain[0] == ("/feedback/usa/mine-ban-policy/", 308)
    assert FeedbackMessage.objects.get().text == "SECRETWORD"


# --- what is not kept -----------------------------------------------------------


def test_neither_network_address_nor_browser_is_found_anywhere_afterwards(client, profile, store, caplog, settings):
    caplog.set_level(logging.DEBUG)
    sent = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "TELLTALE/1.0", "HTTP_X_FORWARDED_FOR": "203.0.113.78"}
    picture = upload("photo.jpg", samples.make_picture(with_metadata=True), "image/jpeg")
    assert client.post(URL, {"message": "Seen.", "attachment_1": picture}, **sent).status_code == 302
    assert client.post(URL, {"message": ""}, **sent).status_code == 422
    kept = everything_in_the_database() + caplog.text.encode()
    kept += b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    for trace in (b"203.0.113", b"TELLTALE"):
        assert trace not in kept


def everything_in_the_database() -> bytes:
    dump = io.BytesIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # names of our own tables
            for row in cursor.fetchall():
                dump.write(repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]).encode())
    return dump.getvalue()


def test_what_is_sent_reaches_no_temporary_folder(client, profile, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    assert post(client, attachment_1=upload(body=samples.PDF[:-6] + bytes(100_000) + b"%%EOF\n")).status_code == 302
    assert list(tmp_path.iterdir()) == []


def test_the_page_asks_the_database_little(client, profile, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        client.get(URL)
