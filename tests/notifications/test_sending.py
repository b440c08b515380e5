"""From the outbox to a real mail server: each mail once, and every answer understood."""

import logging
from datetime import date, timedelta
from threading import Barrier, Event, Thread
from unittest import mock

import pytest
from django.core.mail import get_connection
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.utils import timezone

from notifications import limits, queue, signing_up
from notifications.duties import compose, detect, fan_out, send, sending
from notifications.limits import UNANSWERED_LIMIT
from notifications.models import Announcement, Ending, Message, Subscriber
from notifications.relay import Outcome, _about_mailbox
from notifications.scope import Scope
from profiles.models import Profile
from tests.clock import after, travel
from tests.factories import make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)

A, B = date(2010, 10, 18), date(2011, 3, 1)
State = Message.State


@pytest.fixture
def profile():
    profile = make_live_profile(on=A)
    detect()
    return profile


@pytest.fixture
def owed(profile):
    """Make so many subscribers, and queue a mail for each."""

    def make(number=1):
        for serial in range(number):
            make_subscriber(address=f"reader{serial}@example.org")
        Profile.objects.update(last_updated=B)
        for duty in (detect, fan_out, compose):
            duty()
        return Message.objects.order_by("pk")

    return make


def states():
    return [(message.state, message.attempt_count) for message in Message.objects.order_by("pk")]


def end_leases():
    Message.objects.under_way().update(lease_until=timezone.now() - timedelta(seconds=1))


def test_each_mail_is_accepted_once_over_one_connection(owed, mail_server):
    owed(60)
    assert [send(), send(), send()] == [50, 10, 0]
    assert sorted(mail_server.recipients()) == sorted(f"reader{n}@example.org" for n in range(60))
    assert set(states()) == {(State.ACCEPTED, 0)}
    assert mail_server.verbs.count("EHLO") == 2  # a connection for each batch
    assert not Message.objects.filter(settled_at=None).exists()


def test_no_transaction_is_open_while_the_server_is_spoken_to(owed, mail_server):
    message = owed().get()
    seen = []

    def look(recipient):
        seen.append(Message.objects.filter(pk=message.pk).update(reason="Written meanwhile."))

    mail_server.answers["DATA"] = look
    send()
    assert seen == [1]
    assert states() == [(State.ACCEPTED, 0)]


def test_a_mail_is_on_record_as_handed_over_before_its_text_leaves(owed, mail_server):
    owed()
    seen = []

    def look(recipient):
        seen.append(Message.objects.get().state)

    mail_server.answers["MAIL"] = look
    send()
    assert seen == [State.HANDED]


def test_confirmations_overtake_announcements(owed, mail_server):
    owed(3)
    signing_up.ask("stranger@example.org", Scope())
    send()
    assert mail_server.recipients()[0] == "stranger@example.org"


class TestTheServerIsInTrouble:
    def test_nobody_answers(self, owed, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        owed(3)
        assert send() == 0
        assert set(states()) == {(State.PENDING, 0)}

    @pytest.mark.parametrize("answer", ["421 closing", "450 not now", "530 log in first", "550 unknown sender"])
    def test_it_refuses_the_sender(self, owed, mail_server, answer):
        owed(3)
        mail_server.answers["MAIL"] = lambda _recipient: answer
        assert send() == 0
        assert set(states()) == {(State.PENDING, 0)}
        assert mail_server.verbs.count("MAIL") == 1
        mail_server.answers.clear()
        with after(minutes=2):
            assert send() == 3

    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    def test_it_closes_in_the_middle_of_a_batch(self, owed, mail_server, verb):
        owed(3)
        mail_server.answers[verb] = lambda recipient: "421 closing" if recipient.startswith("reader1@") else None
        assert send() == 1
        assert states() == [(State.ACCEPTED, 0), (State.PENDING, 0), (State.PENDING, 0)]
        assert send() == 1  # the one that met the trouble lets the others go first
        mail_server.answers.clear()
        with after(minutes=2):
            send()
        assert sorted(mail_server.recipients()) == [f"reader{n}@example.org" for n in range(3)]


class TestOneMailIsRefused:
    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    def test_for_now(self, owed, mail_server, verb):
        owed(3)
        mail_server.answers[verb] = lambda recipient: "451 later" if recipient.startswith("reader1@") else None
        assert send() == 3
        assert states() == [(State.ACCEPTED, 0), (State.PENDING, 1), (State.ACCEPTED, 0)]
        assert send() == 0
        mail_server.answers.clear()
        with after(seconds=61):
            assert send() == 1
        assert {state for state, _count in states()} == {State.ACCEPTED}

    def test_again_and_again_for_two_days(self, owed, mail_server):
        message = owed().get()
        mail_server.answers["RCPT"] = lambda _recipient: "451 later"
        pauses, begun = [], timezone.now()
        while message.state == State.PENDING:
            with travel(message.due_at, tick=False):
                send()
                message.refresh_from_db()
                pauses.append(round((message.due_at - timezone.now()).total_seconds() / 60))
        assert pauses[:5] == [1, 5, 15, 60, 60]
        assert message.state == State.FAILED
        assert timedelta(hours=46) < message.due_at - begun < timedelta(hours=48)
        assert message.reason == "451 later"

    def test_for_ever(self, owed, mail_server):
        owed(100)
        mail_server.answers["RCPT"] = lambda recipient: (
            "550 5.1.1 unknown" if recipient.startswith("reader37@") else None
        )
        assert send() + send() == 100
        assert Message.objects.filter(state=State.ACCEPTED).count() == 99
        failed = Message.objects.failed().get()
        assert (failed.subscriber.address, failed.reason) == ("reader37@example.org", "550 5.1.1 unknown")

    @pytest.mark.parametrize("serial", [0, 1])
    def test_for_its_content(self, owed, mail_server, serial):
        owed(2)
        mail_server.answers["DATA"] = lambda recipient: "554 5.7.1 spam" if recipient[6] == str(serial) else None
        send()
        assert {state for state, _count in states()} == {State.FAILED, State.ACCEPTED}
        assert not Subscriber.objects.filter(refusal_count__gt=0).exists()

    def test_and_its_address_is_not_repeated_in_the_reason(self, owed, mail_server):
        owed()
        mail_server.answers["RCPT"] = lambda recipient: f"550 5.1.1 <{recipient}>: {recipient} is unknown here"
        send()
        assert Message.objects.get().reason == "550 5.1.1 …: … is unknown here"

    def test_tried_again_at_an_editors_wish(self, owed, mail_server):
        owed()
        mail_server.answers["RCPT"] = lambda _recipient: "550 5.2.1 disabled"
        send()
        mail_server.answers.clear()
        assert Message.objects.retry() == 1
        send()
        assert states() == [(State.ACCEPTED, 0)]


class TestAMailboxThatRefuses:
    def test_that_does_not_exist_is_silenced_at_once(self, owed, mail_server):
        owed()
        mail_server.answers["RCPT"] = lambda _recipient: "550 5.1.1 unknown"
        send()
        assert Subscriber.objects.get().suppressed_at

    @pytest.mark.parametrize(("days", "is_silenced"), [((0, 0, 0), False), ((0, 1), False), ((0, 1, 2), True)])
    def test_otherwise_is_silenced_after_three_days(self, days, is_silenced):
        subscriber = make_subscriber()
        for day in days:
            with after(days=day):
                subscriber.count_refusal(is_final=False)
        subscriber.refresh_from_db()
        assert bool(subscriber.suppressed_at) is is_silenced

    def test_and_then_accepts_is_forgiven(self, owed, mail_server):
        message = owed().get()
        message.subscriber.count_refusal(is_final=False)
        send()
        assert Subscriber.objects.get().refusal_count == 0

    def test_speaks_again_when_its_owner_confirms_anew(self):
        make_subscriber().count_refusal(is_final=True)
        make_subscriber()
        assert Subscriber.objects.reachable().exists()

    @pytest.mark.parametrize(
        ("code", "words", "outcome"),
        [
            (421, "closing", Outcome.TROUBLE),
            (450, "busy", Outcome.LATER),
            (452, "4.2.2 full", Outcome.LATER),
            (550, "5.1.1 unknown", Outcome.NO_MAILBOX),
            (550, "5.1.10 null MX", Outcome.NO_MAILBOX),
            (550, "no such user", Outcome.REFUSED_MAILBOX),
            (550, "5.2.1 disabled", Outcome.REFUSED_MAILBOX),
            (550, "5.7.1 blocked", Outcome.REFUSED),
            (554, "relay access denied", Outcome.REFUSED),
            (552, "5.2.2 full", Outcome.REFUSED),
        ],
    )
    def test_is_told_from_other_refusals(self, code, words, outcome):
        assert _about_mailbox(code, words) is outcome


class TestTheLineBreaks:
    def test_after_the_text_had_left(self, owed, mail_server):
        """The mail may have arrived: it goes out again, with the same Message-ID, and that is on record."""
        owed(2)
        mail_server.answers["DATA"] = lambda recipient: (
            "taken, then silence" if recipient.startswith("reader0@") else None
        )
        assert send() == 2
        assert states() == [(State.HANDED, 0), (State.ACCEPTED, 0)]
        mail_server.answers.clear()
        assert send() == 0  # not before its lease has ended
        end_leases()
        assert send() == 1
        first, _other, again = mail_server.mails
        assert first["Message-ID"] == again["Message-ID"]
        assert first.get_body(["plain"]).get_content() == again.get_body(["plain"]).get_content()
        assert list(Message.objects.order_by("pk").values_list("unanswered_count", flat=True)) == [1, 0]

    def test_every_time(self, owed, mail_server):
        owed()
        mail_server.answers["DATA"] = lambda _recipient: "silence"
        for _attempt in range(UNANSWERED_LIMIT + 2):
            send()
            end_leases()
        message = Message.objects.get()
        assert (message.state, message.unanswered_count) == (State.FAILED, UNANSWERED_LIMIT)
        assert "may have arrived" in message.reason

    def test_before_the_text(self, owed, mail_server):
        owed(2)
        mail_server.answers["RCPT"] = lambda _recipient: "silence"
        assert send() == 0
        assert states() == [(State.PENDING, 0), (State.PENDING, 0)]
        assert not Message.objects.filter(unanswered_count__gt=0).exists()


class TestTheServerFallsAsleep:
    """Its answers wait until the test is over; ours is a short patience."""

    @pytest.fixture
    def asleep(self, mail_server, monkeypatch):
        awake = Event()

        def fall_asleep(verb):
            mail_server.answers[verb] = lambda _recipient: awake.wait(30) and None

        monkeypatch.setattr(limits, "HANDING_OVER", timedelta(seconds=0.5))  # a number of ours, not code
        yield fall_asleep
        awake.set()

    @pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT"])
    def test_before_the_text(self, owed, asleep, verb):
        owed()
        asleep(verb)
        assert send() == 0
        assert states() == [(State.PENDING, 0)]

    def test_after_the_text(self, owed, asleep):
        owed()
        asleep("DATA")
        assert send() == 1
        assert states() == [(State.HANDED, 0)]


class TestTheServerDrips:
    """Something is always coming; one deadline holds for all of it, and the mail is still this worker's when it ends."""

    @pytest.mark.parametrize("pieces", ["lines", "bytes"])
    @pytest.mark.parametrize(
        ("at", "state"),
        [
            ("greeting", State.PENDING),
            ("EHLO", State.PENDING),
            ("MAIL", State.PENDING),
            ("RCPT", State.PENDING),
            ("DATA", State.PENDING),
            ("text", State.HANDED),
        ],
    )
    def test_for_ever(self, owed, dripping_server, monkeypatch, at, state, pieces):
        monkeypatch.setattr(limits, "HANDING_OVER", timedelta(seconds=0.4))  # a number of ours, not code
        message = owed().get()
        server = dripping_server(at, pieces)
        send()
        assert server.left_alone.wait(10)
        message.refresh_from_db()
        assert (message.state, message.unanswered_count) == (state, 0)

    def test_and_the_lease_outlives_the_deadline(self):
        assert limits.HANDING_OVER + limits.LEASE <= limits.HANDED_LEASE


class TestWhatIsNotOwedAnyMore:
    def skipped(self):
        return list(Message.objects.filter(state=State.SKIPPED).values_list("reason", flat=True))

    def test_to_one_who_left(self, owed, mail_server):
        owed()
        Subscriber.objects.get().subscriptions.end(Ending.LEFT)
        send()
        assert self.skipped() == ["The subscription has ended."]

    def test_to_one_who_was_erased(self, owed, mail_server):
        owed()
        Subscriber.objects.get().erase()
        send()
        assert self.skipped() == ["The address was deleted."]

    def test_to_one_who_was_silenced(self, owed, mail_server):
        owed()
        Subscriber.objects.get().count_refusal(is_final=True)
        send()
        assert self.skipped() == ["The mailbox refuses our mail."]

    def test_of_a_profile_that_was_withdrawn(self, owed, profile, mail_server):
        owed()
        profile.refresh_from_db()
        profile.withdraw(reason="A source asked for it.")
        send()
        assert self.skipped() == ["The profile is not published any more."]

    def test_and_one_that_cannot_be_written_does_not_hold_up_the_others(self, owed, mail_server):
        owed(3)
        Subscriber.objects.filter(address="reader1@example.org").update(address="a@x.org, b@x.org")
        assert send() == 3
        assert states() == [(State.ACCEPTED, 0), (State.FAILED, 0), (State.ACCEPTED, 0)]
        assert mail_server.recipients() == ["reader0@example.org", "reader2@example.org"]
        assert mail_server.verbs.count("RCPT") == 2


class TestWhatIsNoMessagesOwn:
    """Never its last word: the work is given up and done again."""

    def refusing(self, table, error):
        """The database refuses to read one table, once."""
        refused = []

        def execute(run, sql, *rest):
            if sql.startswith("SELECT") and f'FROM "{table}"' in sql and not refused:
                refused.append(sql)
                raise error
            return run(sql, *rest)

        return connection.execute_wrapper(execute)

    @pytest.mark.parametrize(
        "error", [OperationalError("locked"), ProgrammingError("no such table"), OSError(28, "full")]
    )
    @pytest.mark.parametrize("table", ["notifications_subscription", "notifications_message"])
    def test_the_database_refuses(self, owed, mail_server, table, error):
        owed(3)
        with self.refusing(table, error), pytest.raises(type(error)):
            send()
        assert set(states()) == {(State.PENDING, 0)}
        assert send() == 3
        assert set(states()) == {(State.ACCEPTED, 0)}

    def test_our_settings_are_wrong(self, owed, mail_server, settings):
        owed(2)
        settings.DEFAULT_FROM_EMAIL = "Monitor\nBcc: other@example.net"
        send()
        assert set(states()) == {(State.PENDING, 0)}
        assert mail_server.verbs == []
        settings.DEFAULT_FROM_EMAIL = "monitor@example.org"
        with after(minutes=2):
            assert send() == 2

    def test_but_a_text_without_shape_is(self, owed, mail_server):
        owed(2)
        Announcement.objects.update(wording={"subject": "No text"})
        send()
        assert set(states()) == {(State.FAILED, 0)}


class TestTheDatabaseIsBusyWhenTheAnswerComes:
    """What is known is written, again and again, on a fresh connection each time."""

    @pytest.fixture
    def impatient(self):
        """A worker whose database connections wait for a fifth of a second at most."""
        patience = {"timeout": 0.2} if connection.vendor == "sqlite" else {"options": "-c lock_timeout=200"}
        with mock.patch.dict(connection.settings_dict["OPTIONS"], patience):
            connection.close()
            yield
            connection.close()

    @pytest.fixture
    def written_again(self):
        """Set when a write was refused and is tried again."""
        seen, handler = Event(), logging.Handler()
        handler.emit = lambda _record: seen.set()
        logger = logging.getLogger("notifications.insisting")
        logger.addHandler(handler)
        yield seen
        logger.removeHandler(handler)

    @pytest.mark.parametrize("answer", [None, "550 5.1.1 unknown"])
    def test_and_is_settled_all_the_same(self, owed, mail_server, impatient, written_again, answer):
        owed()
        locked = Event()

        def lock():
            with transaction.atomic():
                Message.objects.update(reason="Locked.")
                locked.set()
                assert written_again.wait(20)
            connection.close()

        locker = Thread(target=lock)

        def answer_when_locked(_recipient):
            locker.start()
            assert locked.wait(20)
            return answer

        mail_server.answers["DATA" if answer is None else "RCPT"] = answer_when_locked
        assert send() == 1
        locker.join()
        assert written_again.is_set()
        assert states() == [(State.FAILED if answer else State.ACCEPTED, 0)]
        assert mail_server.verbs.count("RCPT") == 1

    def test_but_not_longer_than_the_mail_is_this_workers(self, owed, mail_server, monkeypatch):
        monkeypatch.setattr(sending, "HANDED_LEASE", timedelta())  # a number of ours, not code
        owed()

        def refuse(run, sql, *rest):
            if sql.startswith("UPDATE") and "settled_at" in sql:
                raise OperationalError("locked")
            return run(sql, *rest)

        with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
            send()
        assert states() == [(State.HANDED, 0)]


@pytest.mark.parametrize("answer", ["552 too large", "554 no", "silence"])
def test_nothing_of_a_stranger_outlives_a_confirmation_that_failed(mail_server, answer):
    signing_up.ask("stranger@example.org", Scope())
    signing_up.ask("other@example.org", Scope())
    mail_server.answers["DATA"] = lambda recipient: answer if recipient.startswith("stranger") else None
    for _attempt in range(UNANSWERED_LIMIT):
        send()
        end_leases()
    queue.recover()
    message = Message.objects.failed().get()
    assert (message.state, message.address, message.wording) == (State.FAILED, "", None)
    assert message.settled_at


def test_a_worker_that_slept_past_its_lease_hands_nothing_over(owed):
    owed()
    [sleeper] = queue.claim("sleeper", 10)
    end_leases()
    [other] = queue.claim("other", 10)
    assert not sleeper.hand()
    assert other.hand()
    sleeper.fail("Too late to say anything.")
    assert states() == [(State.HANDED, 0)]


def test_four_workers_at_once_send_each_mail_once(owed, mail_server):
    owed(200)
    errors, start = [], Barrier(4)

    def work():
        try:
            start.wait()
            while send():
                pass
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(mail_server.recipients()) == sorted(f"reader{n}@example.org" for n in range(200))
    assert set(states()) == {(State.ACCEPTED, 0)}


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["200 yes", "250 yes", "251 yes, elsewhere", "299 yes"])
def test_every_answer_that_begins_with_2_is_a_yes(owed, mail_server, verb, answer):
    owed(2)
    mail_server.answers[verb] = lambda recipient: answer
    assert send() == 2
    assert set(states()) == {(State.ACCEPTED, 0)}
    assert len(mail_server.verbs) == 1 + 2 * 3


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_an_answer_out_of_place_is_the_servers_trouble(owed, mail_server, verb):
    owed(2)
    mail_server.answers[verb] = lambda recipient: "354 go on"
    assert send() == 0
    assert set(states()) == {(State.PENDING, 0)}


def test_no_log_line_of_this_room_holds_an_address_or_a_link(owed, mail_server, caplog):
    owed(3)
    signing_up.ask("stranger@example.org", Scope())
    mail_server.answers["RCPT"] = lambda recipient: f"550 5.1.1 <{recipient}>: {recipient} is unknown here"
    with caplog.at_level(logging.DEBUG):
        send()
        Announcement.objects.update(wording=None)
        Message.objects.update(due_at=None)
        send()
    told = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("notifications"))
    assert "did not take" in told
    assert "cannot be written" in told
    assert "@" not in told
    assert "/subscribe/" not in told


def test_the_file_backend_takes_mails_too(owed, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert get_connection().file_path == str(tmp_path)
    owed(2)
    assert send() == 2
    assert sum(path.read_text().count("Message-ID:") for path in tmp_path.iterdir()) == 2
