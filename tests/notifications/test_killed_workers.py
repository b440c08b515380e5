"""Real workers killed with SIGKILL in every window: nothing is lost, and at most the one mail in hand is doubled."""

import subprocess
from collections import Counter
from datetime import date, timedelta
from threading import Event, Lock, Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from notifications.duties import compose, detect, fan_out
from notifications.models import Announcement, Delivery, Message
from profiles.models import Profile
from tests.factories import make_live_profile

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.State


@pytest.fixture
def owed():
    """Queue an announcement's mails to so many subscribers."""

    def queue(number):
        make_live_profile()
        call_command("make_subscribers", number, country="USA", verbosity=0)
        Profile.objects.update(last_updated=date(2011, 3, 1))
        for duty in (detect, fan_out, compose):
            while duty():
                pass

    return queue


def end_leases():
    """A minute later, as the database sees it."""
    Message.objects.under_way().update(lease_until=timezone.now() - timedelta(seconds=1))


def finish(start):
    end_leases()
    assert start().wait(120) == 0


def doubled(mail_server):
    return {address: count for address, count in Counter(mail_server.recipients()).items() if count > 1}


def assert_nothing_lost(mail_server, number):
    assert set(Message.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert len(set(mail_server.recipients())) == Message.objects.count() == number


def assert_same_mail_each_time(mail_server):
    ids = {(mail["To"], mail["Message-ID"]) for mail in mail_server.mails}
    assert len(ids) == len({to for to, _id in ids})


@pytest.mark.parametrize(
    ("verb", "in_hand", "twice"),
    [("EHLO", 0, 0), ("MAIL", 1, 0), ("RCPT", 1, 0), ("DATA", 1, 1)],
    ids=["claimed", "handed", "addressed", "text-taken-before-the-answer"],
)
def test_a_worker_killed_while_it_speaks_to_the_server(owed, start, mail_server, verb, in_hand, twice):
    owed(5)
    victim = start()

    def kill(_recipient):
        victim.kill()
        victim.wait()

    mail_server.answers[verb] = kill
    victim.wait(60)
    mail_server.answers.clear()
    assert Message.objects.filter(state=State.HANDED).count() == in_hand
    finish(start)
    assert_nothing_lost(mail_server, 5)
    assert_same_mail_each_time(mail_server)
    assert len(doubled(mail_server)) == twice
    assert Message.objects.filter(unanswered_count=1).count() == in_hand


def test_a_worker_killed_after_the_answer_and_before_it_is_noted(owed, start, mail_server):
    """The note is kept waiting by a lock, and the worker dies waiting. PostgreSQL may still carry out what it was told."""
    owed(5)
    victim, locked = start(), Event()

    def hold_the_row_and_kill():
        with transaction.atomic():
            list(Message.objects.filter(state=State.HANDED).select_for_update())
            locked.set()
            with pytest.raises(subprocess.TimeoutExpired):
                victim.wait(1)
            victim.kill()
            victim.wait()
        connection.close()

    jam = Thread(target=hold_the_row_and_kill)

    def answer_when_locked(_recipient):
        jam.start()
        locked.wait(10)

    mail_server.answers["DATA"] = answer_when_locked
    victim.wait(60)
    jam.join()
    mail_server.answers.clear()
    finish(start)
    assert_nothing_lost(mail_server, 5)
    assert_same_mail_each_time(mail_server)
    recorded = Message.objects.filter(unanswered_count=1).values_list("subscriber__address", flat=True)
    assert doubled(mail_server) == dict.fromkeys(recorded, 2)
    assert len(recorded) <= 1


def test_one_of_two_workers_killed_in_the_middle(owed, start, mail_server):
    owed(120)
    victim, other = start(), start()
    seen, counting = Counter(), Lock()

    def kill_at_the_thirtieth(_recipient):
        with counting:
            seen["mails"] += 1
            if seen["mails"] == 30:
                victim.kill()
                victim.wait()

    mail_server.answers["DATA"] = kill_at_the_thirtieth
    assert other.wait(120) == 0
    victim.wait(60)
    mail_server.answers.clear()
    finish(start)
    assert_nothing_lost(mail_server, 120)
    assert_same_mail_each_time(mail_server)
    assert len(doubled(mail_server)) <= 1
    assert set(doubled(mail_server).values()) <= {2}


def test_a_worker_killed_in_the_middle_of_a_fan_out(start, mail_server):
    make_live_profile()
    call_command("make_subscribers", 5000, country="USA", verbosity=0)
    Profile.objects.update(last_updated=date(2011, 3, 1))
    victim = start()

    def kill(_recipient):
        victim.kill()
        victim.wait()

    mail_server.answers["EHLO"] = kill  # the first chunk's mails go out while the second is not owed yet
    victim.wait(60)
    assert Announcement.objects.get().state == Announcement.State.READY
    assert 0 < Delivery.objects.count() < 5000
    for duty in (detect, fan_out, compose):
        while duty():
            pass
    assert Announcement.objects.get().state == Announcement.State.FANNED_OUT
    assert Message.objects.values("subscriber").distinct().count() == Message.objects.count() == 5000
    assert Delivery.objects.values("message").distinct().count() == Delivery.objects.count() == 5000
