"""A database that is away is told by 503, and gives back what was typed; a mistake in the program stays 500."""

import re
import sqlite3
from contextlib import closing, contextmanager
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, connection
from django.db.utils import DatabaseErrorWrapper
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import FeedbackMessage
from monitor.refusals import is_database_trouble
from profiles.models import Profile
from tests.factories import (
    make_feedback,
    make_live_profile,
    make_site_page,
    make_staff,
    make_subscriber,
    make_superuser,
)
from tests.forms import fields_of
from tests.walking import walk, walk_public

pytestmark = pytest.mark.django_db

FEEDBACK = "/feedback/united-states/mine-ban-policy/"
WORDS = 'They buried "them" by the river.\r\n\r\n<b>Do not</b> name me & mine.'


WRITING = re.compile("INSERT|UPDATE|DELETE|BEGIN|SAVEPOINT")


@contextmanager
def database_away(to=re.compile(""), error=OperationalError):
    """Let the database refuse every statement that begins with what ``to`` matches, as one does that has just gone."""

    def refuse(execute, sql, *rest):
        if to.match(sql):
            raise error("connection to server failed: Connection refused")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def site(db):
    make_site_page()
    return make_live_profile()


@pytest.fixture
def browser():
    """A client that checks tokens as browsers meet it, and gets the page for an error and not the error."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def sent(browser, address, data, **headers):
    return browser.post(address, data, headers={"Origin": "http://testserver", **headers})


def filled_in(browser, page, form_id=None, **typed):
    return {**fields_of(browser.get(page), form_id), **typed}


def test_reading_writes_nothing(browser, site):
    """Not even a row that would be there from then on: on a full disk every page must open all the same."""
    make_feedback(edition=site.live_edition)
    make_subscriber()
    browser.force_login(make_superuser())
    with database_away(WRITING):
        answers = walk_public(browser) | walk(browser, reverse("admin:index"), within="/admin/")
    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code >= 400} == {
        "/nowhere/": 404
    }
    assert len(answers) > 50


def test_every_public_page_says_so_by_503(browser, site):
    addresses = walk_public(browser).keys() - {"/robots.txt"}  # the one that needs no database
    assert len(addresses) > 20
    with database_away():
        answers = {address: browser.get(address) for address in addresses}
    for address, answer in answers.items():
        assert answer.status_code == 503, address
        assert int(answer["Retry-After"]) > 0
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies
        assert "Out of service for a moment" in answer.content.decode()


def test_every_page_of_the_admin_says_so_by_503(browser, site):
    browser.force_login(make_superuser())
    addresses = walk(browser, reverse("admin:index"), within="/admin/profiles/")
    assert len(addresses) > 10
    with database_away():
        assert {browser.get(address).status_code for address in addresses} == {503}
    assert {browser.get(address).status_code for address in addresses} <= {200, 302}


def test_what_a_reader_wrote_is_sent_again_from_the_page_that_says_so(browser, site):
    typed = filled_in(browser, FEEDBACK, message=WORDS, name="Ann", address="ann@example.org")
    with database_away():
        refused = sent(browser, FEEDBACK, typed)
    assert refused.status_code == 503
    assert 'action="/feedback/united-states/mine-ban-policy/"' in refused.content.decode()
    again = fields_of(refused)
    assert {name: again[name] for name in ("message", "name", "address", "ticket")} == {
        name: typed[name] for name in ("message", "name", "address", "ticket")
    }
    assert sent(browser, FEEDBACK, again).status_code == 302
    stored = FeedbackMessage.objects.get()
    assert (stored.text, stored.name) == (WORDS.replace("\r\n", "\n"), "Ann")


def test_words_survive_as_often_as_they_are_sent_in_vain(browser, site):
    typed = filled_in(browser, FEEDBACK, message=WORDS)
    with database_away():
        for _time in range(3):
            answer = sent(browser, FEEDBACK, typed)
            typed = fields_of(answer)
    assert typed["message"] == WORDS
    assert sent(browser, FEEDBACK, typed).status_code == 302


def test_a_database_that_goes_while_a_message_is_stored_loses_no_word_either(browser, site):
    typed = filled_in(browser, FEEDBACK, message=WORDS)
    with database_away(re.compile("INSERT")):
        refused = sent(browser, FEEDBACK, typed)
    assert refused.status_code == 503
    assert fields_of(refused)["message"] == WORDS


def test_who_subscribes_sends_it_again(browser, site):
    typed = filled_in(browser, "/subscribe/", address="ann@example.org", country="united-states")
    with database_away():
        refused = sent(browser, "/subscribe/", typed)
    assert refused.status_code == 503
    assert sent(browser, "/subscribe/", fields_of(refused))["Location"] == reverse("notifications:asked")


def test_a_publisher_publishes_from_the_page_that_says_so(browser, site):
    browser.force_login(make_superuser())
    site.sections.update(body="<p>Acceded.</p>")
    address = reverse("admin:profiles_profile_publish", args=[site.pk])
    typed = {"kind": "substantive", "last_updated": "2011-03-01", "note": "Acceded, after ten years."}
    typed = filled_in(browser, address, **typed)
    with database_away(re.compile("INSERT INTO")):
        refused = sent(browser, address, typed)
    assert refused.status_code == 503
    assert Profile.objects.get().editions.count() == 1
    assert sent(browser, address, fields_of(refused)).status_code == 302
    assert Profile.objects.get().last_updated == date(2011, 3, 1)


def test_a_researcher_saves_from_the_page_that_says_so(browser, site):
    browser.force_login(make_superuser())
    address = reverse("admin:profiles_profile_change", args=[site.pk])
    typed = filled_in(browser, address, "profile_form", **{"sections-0-body": "<p>Long and well thought.</p>"})
    with database_away():
        refused = sent(browser, address, typed)
    assert refused.status_code == 503
    assert "<p>Long and well thought.</p>" in fields_of(refused).values()
    assert sent(browser, address, {**fields_of(refused), "_save": "Save"}).status_code == 302
    assert site.sections.get().body == "<p>Long and well thought.</p>"


def test_a_password_is_never_given_back(browser):
    user = make_staff(username="ben")
    user.set_password("a very secret sentence")
    user.save()
    address = reverse("admin:login")
    typed = filled_in(browser, address, username="ben", password="a very secret sentence")
    with database_away():
        refused = sent(browser, address, typed)
    assert refused.status_code == 503
    assert "a very secret sentence" not in refused.content.decode()
    assert fields_of(refused)["username"] == "ben"
    assert "passwords alone have to be typed anew" in refused.content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ],
)
def test_nothing_that_another_site_posts_is_given_a_button_of_ours(browser, site, headers):
    typed = {"message": "Planted words of somebody else.", "csrfmiddlewaretoken": "x" * 32}
    with database_away():
        refused = sent(browser, FEEDBACK, typed, **headers)
    assert refused.status_code == 503
    assert b"Planted words" not in refused.content
    assert b"csrfmiddlewaretoken" not in refused.content
    assert not refused.cookies


def test_a_reader_whose_cookie_is_gone_gets_the_words_back_too(browser, site):
    typed = filled_in(browser, FEEDBACK, message=WORDS)
    browser.cookies.clear()
    with database_away():
        refused = sent(browser, FEEDBACK, typed)
    assert sent(browser, FEEDBACK, fields_of(refused)).status_code == 302


def test_a_reader_is_asked_for_the_files_again(browser, site):
    typed = filled_in(browser, FEEDBACK, message=WORDS)
    with database_away():
        refused = sent(browser, FEEDBACK, {**typed, "file1": SimpleUploadedFile("a.txt", b"words")})
    assert fields_of(refused)["file1"] == ""
    assert "choose it again" in refused.content.decode()
    assert 'enctype="multipart/form-data"' in refused.content.decode()


def test_a_token_alone_is_enough_where_a_browser_does_not_say_where_a_post_comes_from(browser, site):
    typed = filled_in(browser, FEEDBACK, message=WORDS)
    with database_away():
        assert fields_of(browser.post(FEEDBACK, typed))["message"] == WORDS


def test_a_session_in_use_is_renewed_later_where_it_cannot_be_stored(browser, site):
    browser.force_login(make_superuser())
    with time_machine.travel(timezone.now() + timedelta(hours=2)), database_away(re.compile('UPDATE "django_session"')):
        assert browser.get(reverse("admin:index")).status_code == 200


def test_a_session_that_cannot_be_stored_is_answered_by_503(browser):
    """It is stored by a middleware, after the view and out of reach of what catches the view's own trouble."""
    user = make_staff(username="ben")
    user.set_password("a very secret sentence")
    user.save()
    typed = filled_in(browser, reverse("admin:login"), username="ben", password="a very secret sentence")
    with database_away(re.compile('INSERT INTO "django_session"')):
        refused = sent(browser, reverse("admin:login"), typed)
    assert refused.status_code == 503


def test_nor_is_a_session_that_is_there_taken_for_one_that_was_deleted(browser, site):
    """Django answers 400 when a session cannot be updated, whatever the cause."""
    browser.force_login(make_superuser())
    session = browser.session
    session["seen"] = "something new"
    with database_away(re.compile('UPDATE "django_session"')), pytest.raises(OperationalError):
        session.save()
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


def test_a_page_for_an_address_of_nobody_says_so_too(browser, site):
    with database_away():
        assert browser.get("/nowhere/at/all/").status_code == 503


def test_a_mistake_in_the_program_stays_500_on_a_page_of_the_site(browser, site):
    with database_away(error=mistake):
        answer = browser.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def mistake(_words):
    """What the database says of a statement that is wrong: no such table."""
    try:
        with connection.wrap_database_errors:
            connection.connection.cursor().execute("SELECT nothing FROM nowhere")
    except DatabaseError as error:
        return error
    raise AssertionError


def of_sqlite(run):
    """The error that real SQLite gives, as Django passes it on."""
    try:
        with DatabaseErrorWrapper(SimpleNamespace(Database=sqlite3, errors_occurred=False)):
            run()
    except DatabaseError as error:
        return error
    raise AssertionError


@pytest.fixture
def file(tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as made:
        made.execute("CREATE TABLE a (b TEXT)")
        made.commit()
    return tmp_path / "a.sqlite3"


def locked(file):
    with closing(sqlite3.connect(file)) as other, closing(sqlite3.connect(file, timeout=0)) as mine:
        other.execute("BEGIN IMMEDIATE")
        mine.execute("BEGIN IMMEDIATE")


def full(file):
    with closing(sqlite3.connect(file)) as mine:
        mine.execute("PRAGMA max_page_count=3")
        mine.execute("INSERT INTO a VALUES (?)", ["x" * 50_000])


def read_only(file):
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as mine:
        mine.execute("INSERT INTO a VALUES ('x')")


def nowhere(file):
    with closing(sqlite3.connect(file.parent / "nowhere" / "a.sqlite3")):
        pass


def no_database(file):
    file.write_bytes(b"words and no database" * 100)
    with closing(sqlite3.connect(file)) as mine:
        mine.execute("SELECT * FROM a")


def ask(statement):
    def asked(file):
        with closing(sqlite3.connect(file)) as mine:
            mine.execute(statement)

    return asked


@pytest.mark.parametrize("trouble", [locked, full, read_only, nowhere, no_database])
def test_what_sqlite_says_of_itself_is_trouble(file, trouble):
    assert is_database_trouble(of_sqlite(lambda: trouble(file)))


@pytest.mark.parametrize(
    "statement", ["SELECT c FROM a", "SELECT * FROM nowhere", "SELEKT", "INSERT INTO a VALUES (1, 2)"]
)
def test_what_sqlite_says_of_a_statement_is_none(file, statement):
    assert not is_database_trouble(of_sqlite(lambda: ask(statement)(file)))


def test_an_error_of_ours_is_no_trouble_of_the_database():
    assert not is_database_trouble(ValueError("words"))
