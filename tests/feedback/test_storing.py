"""A message and its files are stored together or not at all, whatever happens in between."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import time_machine
from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from feedback import duties
from feedback.models import Attachment, FeedbackMessage, InternalNote, NoteIsForever
from feedback.storage import NoRoom, QuotaUsedUp, private_storage
from feedback.uploads import Accepted
from tests.factories import make_feedback, make_live_edition, make_staff

PHOTO = Accepted("photo.jpg", "jpg", b"pixels")
LETTER = Accepted("letter.pdf", "pdf", b"words")


def files_in(store):
    return [path for path in store.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_message_and_files_are_stored_under_names_that_say_nothing(store):
    message = make_feedback(text="See the photo.", files=[PHOTO, LETTER])
    first, second = message.attachments.all()
    assert (first.name, first.kind, first.size_bytes) == ("photo.jpg", "jpg", 6)
    with second.file.open("rb") as file:
        assert file.read() == b"words"
    for path in files_in(store):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.name) == 32
        assert path.parent == store / path.name[:2] / path.name[2:4]
        assert set(path.name) <= set("0123456789abcdef")
    assert stat.S_IMODE(Path(settings.PRIVATE_ROOT).stat().st_mode) == 0o700
    assert len(files_in(store)) == 2


@pytest.mark.django_db
def test_a_private_file_has_no_address():
    attachment = make_feedback(files=[PHOTO]).attachments.get()
    for storage in (attachment.file.storage, storages["default"]):
        with pytest.raises(ValueError, match="no address"):
            storage.url(attachment.file.name)


@pytest.mark.django_db
def test_references_are_random_and_easily_read_aloud():
    references = {make_feedback(text=str(number)).reference for number in range(20)}
    assert len(references) == 20
    assert all(len(reference) == 23 and not set(reference) & set("il1o0") for reference in references)


# --- together or not at all ---------------------------------------------------


@pytest.mark.django_db
def test_when_the_disk_is_full_at_the_second_file_nothing_is_stored(store, monkeypatch):
    fsync, calls = os.fsync, []

    def full_at_the_second(handle):
        calls.append(handle)
        if stat.S_ISREG(os.fstat(handle).st_mode) and len(calls) > 1:
            raise OSError(28, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    with pytest.raises(OSError, match="No space"):
        make_feedback(files=[PHOTO, LETTER])
    assert not FeedbackMessage.objects.exists()
    assert files_in(store) == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["feedback_feedbackmessage", "feedback_attachment"])
def test_when_the_database_fails_the_files_go(store, table):
    def failing(execute, sql, params, many, context):
        if sql.startswith(f'INSERT INTO "{table}"'):
            raise DatabaseError("gone away")
        return execute(sql, params, many, context)

    edition = make_live_edition()
    with connection.execute_wrapper(failing), pytest.raises(DatabaseError), transaction.atomic():
        make_feedback(edition=edition, files=[PHOTO, LETTER])
    assert not FeedbackMessage.objects.exists()
    assert files_in(store) == []


@pytest.mark.django_db
def test_below_the_free_space_floor_files_are_refused_and_words_are_not(store, settings):
    settings.FEEDBACK_FREE_BYTES = 2**62
    with pytest.raises(NoRoom):
        make_feedback(files=[PHOTO])
    assert not FeedbackMessage.objects.exists()
    assert make_feedback(text="Without a file.").pk


@pytest.mark.django_db
def test_the_files_of_a_day_have_a_quota(settings):
    settings.FEEDBACK_DAILY_BYTES = 10
    make_feedback(text="one", files=[PHOTO])
    with pytest.raises(NoRoom):
        make_feedback(text="two", files=[LETTER])
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert make_feedback(text="two", files=[LETTER]).pk


@pytest.mark.django_db(transaction=True)
def test_of_files_sent_at_one_moment_as_many_are_stored_as_fit_and_no_more(settings, store):
    settings.FEEDBACK_DAILY_BYTES = 5 * len(LETTER.body) + 3
    edition = make_live_edition()

    def send(number):
        try:
            return bool(make_feedback(edition=edition, text=str(number), files=[LETTER]).pk)
        except QuotaUsedUp:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(send, range(20))) == 5
    assert FeedbackMessage.objects.count() == Attachment.objects.count() == len(files_in(store)) == 5


@pytest.mark.django_db
def test_what_is_not_stored_uses_up_no_share(settings):
    counted = []

    @contextmanager
    def share(size):
        counted.append(size)
        try:
            yield None
        except BaseException:
            counted.pop()
            raise

    make_feedback(text="one", files=[LETTER], share=share)
    twice = {"edition": make_live_edition(), "text": "two", "files": [LETTER], "ticket": "t", "share": share}
    assert make_feedback(**twice) == make_feedback(**twice)
    make_feedback(text="Words alone.", share=share)
    with pytest.raises(DatabaseError), connection.execute_wrapper(_takes_no_attachment):
        make_feedback(text="three", files=[LETTER], share=share)
    assert counted == [len(LETTER.body)] * 2


def _takes_no_attachment(execute, sql, *rest):
    if sql.startswith('INSERT INTO "feedback_attachment"'):
        raise DatabaseError("gone away")
    return execute(sql, *rest)


KILLED_AT = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.db import connection
from feedback.models import FeedbackMessage
from feedback.uploads import Accepted
from profiles.models import Edition

point = sys.argv[1]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
if point == "rename":
    sys.addaudithook(lambda event, _arguments: die() if event == "os.rename" else None)

def wrapper(execute, sql, *rest):
    if sql.startswith(f'INSERT INTO "{point}"'):
        die()
    return execute(sql, *rest)

edition = Edition.objects.get()
with connection.execute_wrapper(wrapper):
    FeedbackMessage.objects.receive(edition=edition, text="x", files=[Accepted("a.txt", "txt", b"secret")] * 2)
"""


def run_in_process(point):
    """Receive a message in a process of its own, on this test's database, killed at ``point``; its exit code."""
    address = os.environ.get("TEST_DATABASE_URL")
    name = connection.settings_dict["NAME"]
    database = urlunsplit(urlsplit(address)._replace(path=f"/{name}")) if address else f"sqlite:///{name}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "monitor.settings",
        "DATABASE_URL": database,
        "MONITOR_VAR": str(settings.VAR),
    }
    command = [sys.executable, "-c", KILLED_AT, point]
    return subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=False).returncode  # noqa: S603


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["rename", "feedback_feedbackmessage", "feedback_attachment"])
def test_a_worker_killed_while_receiving_leaves_nothing_reachable_and_nothing_after_a_sweep(store, point):
    make_live_edition()
    assert run_in_process(point) == -signal.SIGKILL
    assert not FeedbackMessage.objects.exists()
    assert not Attachment.objects.exists()
    assert files_in(store)
    assert duties.sweep() == 0  # it might still be at work
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert duties.sweep() >= 1
    assert files_in(store) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_not_killed_stores_all(store):
    make_live_edition()
    assert run_in_process("nowhere") == 0
    assert FeedbackMessage.objects.get().attachments.count() == len(files_in(store)) == 2


# --- twice the same -----------------------------------------------------------


@pytest.mark.django_db
def test_a_double_click_gives_one_message(store):
    fields = {"edition": make_live_edition(), "text": "Once.", "files": [PHOTO], "ticket": "t"}
    assert make_feedback(**fields) == make_feedback(**fields)
    assert len(files_in(store)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"text": "Twice."}, {"ticket": "u"}, {"ticket": ""}, {"files": [LETTER]}])
def test_what_differs_in_anything_is_a_message_of_its_own(changed):
    fields = {"edition": make_live_edition(), "text": "Once.", "files": [PHOTO], "ticket": "t"}
    make_feedback(**fields)
    make_feedback(**{**fields, **changed})
    assert FeedbackMessage.objects.count() == 2


@pytest.mark.django_db
def test_without_a_ticket_equal_words_of_two_people_are_two_messages():
    make_feedback(text="Thank you.")
    make_feedback(text="Thank you.")
    assert FeedbackMessage.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_give_one_message_with_its_file(store):
    edition = make_live_edition()

    def click(_number):
        try:
            return make_feedback(edition=edition, text="Once.", files=[PHOTO], ticket="t").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, range(6)))) == 1
    assert len(files_in(store)) == FeedbackMessage.objects.count() == 1


# --- what is kept for how long ------------------------------------------------


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time))


@pytest.mark.django_db(transaction=True)
def test_files_go_when_the_time_after_closing_is_over_and_a_note_stays(store):
    message = make_feedback(files=[PHOTO, LETTER])
    message.move_to(FeedbackMessage.State.CLOSED)
    with later(days=179):
        assert duties.sweep() == 0
    with later(days=181):
        assert duties.sweep() == 2
        assert duties.sweep() == 0
    assert not message.attachments.exists()
    assert files_in(store) == []
    assert "2 attachments were deleted" in message.notes.get().text


@pytest.mark.django_db(transaction=True)
def test_the_message_goes_later_with_everything_of_it(store):
    message = make_feedback(files=[PHOTO])
    message.notes.create(text="Checked.")
    message.move_to(FeedbackMessage.State.ANSWERED)
    with later(days=731):
        assert duties.sweep() == 1
    assert not FeedbackMessage.objects.exists()
    assert not InternalNote.objects.exists()
    assert files_in(store) == []


@pytest.mark.django_db(transaction=True)
def test_spam_goes_sooner(store):
    make_feedback(files=[PHOTO], is_spam=True)
    with later(days=29):
        assert duties.sweep() == 0
    with later(days=31):
        assert duties.sweep() == 1
    assert files_in(store) == []


@pytest.mark.django_db
def test_what_waits_is_kept_however_long():
    make_feedback(files=[PHOTO])
    with later(days=3000):
        assert duties.sweep() == 0
    assert Attachment.objects.exists()


@pytest.mark.django_db
def test_reopening_stops_the_clock():
    message = make_feedback(files=[PHOTO])
    message.move_to(FeedbackMessage.State.CLOSED)
    message.move_to(FeedbackMessage.State.OPEN)
    with later(days=3000):
        assert duties.sweep() == 0


@pytest.mark.django_db
def test_moving_on_among_done_states_does_not_start_the_clock_again():
    message = make_feedback()
    message.move_to(FeedbackMessage.State.ANSWERED)
    answered_at = message.closed_at
    with later(days=100):
        message.move_to(FeedbackMessage.State.CLOSED)
    assert message.closed_at == answered_at


@pytest.mark.django_db
def test_a_row_whose_file_is_lost_is_dropped_with_a_note(store):
    message = make_feedback(files=[PHOTO, LETTER])
    lost, _kept = message.attachments.all()
    Path(lost.file.path).unlink()
    assert duties.sweep() == 1
    assert [attachment.name for attachment in message.attachments.all()] == ["letter.pdf"]
    assert "“photo.jpg” is missing" in message.notes.get().text


@pytest.mark.django_db
def test_a_store_that_is_not_mounted_loses_no_rows(store):
    make_feedback(files=[PHOTO])
    shutil.rmtree(store)
    assert duties.sweep() == 0
    assert Attachment.objects.exists()


@pytest.mark.django_db
def test_the_store_is_walked_once_an_hour_and_young_files_are_left():
    [name] = private_storage().save_all([b"nobody's"])
    assert duties.sweep() == 0  # too young to be nobody's for sure
    os.utime(private_storage().path(name), (0, 0))
    assert duties.sweep() == 0  # walked already
    with later(minutes=61):
        assert duties.sweep() == 1


# --- what the database refuses --------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"state": "rumour"},
        {"state": "closed"},
        {"closed_at": timezone.now()},
        {"state": "spam", "closed_at": None},
    ],
)
def test_the_database_refuses_messages_that_cannot_be(fields):
    message = make_feedback()
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackMessage.objects.filter(pk=message.pk).update(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["reference", "fingerprint"])
def test_the_database_refuses_a_second_one_of_what_is_unique(field):
    first, second = make_feedback(text="one"), make_feedback(text="two")
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackMessage.objects.filter(pk=second.pk).update(**{field: getattr(first, field)})


@pytest.mark.django_db
def test_one_file_belongs_to_one_attachment():
    message = make_feedback(files=[PHOTO])
    attachment = message.attachments.get()
    attachment.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        attachment.save(force_insert=True)


@pytest.mark.django_db
def test_notes_are_added_and_never_changed():
    note = make_feedback().notes.create(text="Asked the embassy.", author=make_staff())
    note.text = "Never asked."
    with pytest.raises(NoteIsForever):
        note.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        InternalNote.objects.filter(pk=note.pk).update(text="")
