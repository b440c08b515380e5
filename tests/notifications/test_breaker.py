"""A mail server that refuses everybody: nobody fails for it, it is left in peace for a while, and then tried with one mail."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from notifications import signing_up
from notifications.duties import compose, detect, fan_out, send
from notifications.models import Breaker, Message, Subscriber
from notifications.models.breaker import ENOUGH
from notifications.relay import Outcome
from notifications.scope import Scope
from profiles.models import Profile
from tests.clock import travel
from tests.factories import make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.State
REFUSALS = [
    ("MAIL", "550 5.7.1 sender not allowed", Outcome.TROUBLE),
    ("MAIL", "421 closing", Outcome.TROUBLE),
    ("RCPT", "554 5.7.1 Relay access denied", Outcome.REFUSED),
    ("DATA", "550 5.7.1 blocked", Outcome.REFUSED),
    ("RCPT", "550 5.1.1 unknown", Outcome.NO_MAILBOX),
    ("RCPT", "550 no", Outcome.REFUSED_MAILBOX),
    ("RCPT", "451 4.3.0 later", Outcome.LATER),
    ("DATA", "silence", Outcome.UNHEARD),
]


@pytest.fixture
def owed():
    """Make so many subscribers, and queue a mail for each."""

    def make(number):
        make_live_profile()
        detect()
        for serial in range(number):
            make_subscriber(address=f"reader{serial}@example.org")
        Profile.objects.update(last_updated=date(2011, 3, 1))
        for duty in (detect, fan_out, compose):
            duty()

    return make


def end_pause():
    Breaker.objects.filter(paused_until__isnull=False).update(paused_until=timezone.now() - timedelta(seconds=1))
    Message.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    Message.objects.under_way().update(lease_until=timezone.now() - timedelta(seconds=1))


def until_it_pauses():
    for _round in range(100):
        send()
        Message.objects.under_way().update(lease_until=timezone.now() - timedelta(seconds=1))
        if Breaker.now().is_open:
            return
        Message.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    pytest.fail("It never paused.")


@pytest.mark.parametrize(("verb", "answer", "outcome"), REFUSALS)
def test_one_that_refuses_everybody_fails_nobody(owed, mail_server, verb, answer, outcome):
    owed(40)
    signing_up.ask("stranger@example.org", Scope())
    mail_server.answers[verb] = lambda _recipient: answer
    until_it_pauses()
    asked = mail_server.verbs.count(verb)
    assert asked == ENOUGH[outcome]
    assert send() == 0
    for _trial in range(3):
        end_pause()
        send()
    assert mail_server.verbs.count(verb) == asked + 3
    assert not Message.objects.filter(state__in=Message.SETTLED).exists()
    assert not Subscriber.objects.filter(suppressed_at__isnull=False).exists()
    mail_server.answers.clear()
    for _round in range(4):
        end_pause()
        send()
    assert set(Message.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert not Breaker.now().is_open


def test_it_is_tried_with_one_mail_by_one_worker(owed, mail_server):
    owed(20)
    mail_server.answers["RCPT"] = lambda _recipient: "554 5.7.1 Relay access denied"
    until_it_pauses()
    end_pause()
    assert Breaker.now().let_pass(50) == 1
    assert Breaker.now().let_pass(50) == 0
    assert send() == 0


def test_a_trial_without_a_mail_is_no_trial(owed, mail_server):
    owed(5)
    mail_server.answers["RCPT"] = lambda _recipient: "554 5.7.1 Relay access denied"
    until_it_pauses()
    for subscriber in Subscriber.objects.all():
        subscriber.erase()
    end_pause()
    assert [send() for _mail in range(6)] == [1, 1, 1, 1, 1, 0]
    assert set(Message.objects.values_list("state", flat=True)) == {State.SKIPPED}


@pytest.mark.parametrize("answer", ["550 5.1.1 unknown", "550 5.7.1 not you", "552 5.2.2 full"])
def test_many_dead_mailboxes_in_a_row_fail_and_stop_nobody_else(owed, mail_server, answer):
    """Each is refused twice, with a mail taken in between; nobody waits for ever."""
    owed(45)
    mail_server.answers["RCPT"] = lambda recipient: answer if int(recipient[6:].partition("@")[0]) < 20 else None
    for _round in range(60):
        end_pause()
        send()
    told = {int(address[6:].partition("@")[0]) for address in mail_server.recipients()}
    assert told == set(range(20, 45))
    assert len(mail_server.mails) == 25
    left = Message.objects.exclude(state=State.ACCEPTED)
    assert left.count() == 20
    assert not Breaker.now().is_open
    if answer != "550 5.7.1 not you":
        assert set(left.values_list("state", flat=True)) == {State.FAILED}


def test_one_dead_mailbox_that_is_owed_much_is_one_mailbox(owed, mail_server):
    owed(1)
    for day in range(2, 20):
        Profile.objects.update(last_updated=date(2011, 3, day))
        for duty in (detect, fan_out, compose):
            duty()
    mail_server.answers["RCPT"] = lambda _recipient: "550 5.1.1 unknown"
    send()
    assert not Breaker.now().is_open
    assert Subscriber.objects.get().suppressed_at


def test_each_pause_is_longer_than_the_last_up_to_five_minutes(owed, mail_server):
    owed(5)
    mail_server.answers["MAIL"] = lambda _recipient: "421 closing"
    pauses = []
    with travel(timezone.now(), tick=False):
        until_it_pauses()
        for _trial in range(7):
            pauses.append(round((Breaker.now().paused_until - timezone.now()).total_seconds(), -1))
            end_pause()
            send()
    assert pauses == [10, 30, 60, 120, 300, 300, 300]


def test_nobody_to_be_reached_is_asked_less_and_less(owed, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    owed(3)
    for _round in range(5):
        assert send() == 0
    assert Breaker.now().is_open
    assert "refused" in Breaker.now().words
    assert set(Message.objects.values_list("state", "attempt_count")) == {(State.PENDING, 0)}
