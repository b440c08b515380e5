"""Clocks that differ, are set back, or are a day ahead: nobody is lost, and nobody waits for them."""

from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from notifications import queue, signing_up
from notifications.duties import compose, detect, fan_out, send, sweep
from notifications.limits import HANDED_LEASE, LEASE
from notifications.models import Announcement, Breaker, Message, Subscriber, Subscription
from notifications.scope import Scope
from profiles.models import Profile
from tests.clock import after
from tests.factories import make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.State
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def followed():
    """A profile that so many follow, and whose date has just changed."""

    def make(number):
        make_live_profile()
        call_command("make_subscribers", number, country="USA", verbosity=0)
        Profile.objects.update(last_updated=date(2011, 3, 1))

    return make


def end_leases():
    Message.objects.under_way().update(lease_until=timezone.now() - timedelta(seconds=1))


class TestWorkersOfTheirOwn:
    """Real processes."""

    @pytest.mark.parametrize(
        "wrong", [{"ahead": -HOUR}, {"database_ahead": -HOUR}, {"ahead": DAY}, {"database_ahead": DAY}]
    )
    def test_a_clock_that_was_set_after_they_subscribed_loses_nobody(self, followed, start, mail_server, wrong):
        followed(20)
        assert start(**wrong).wait(120) == 0
        assert start().wait(120) == 0
        assert Message.objects.filter(state=State.ACCEPTED).count() == len(mail_server.mails) == 20

    def test_three_clocks_at_once_lose_nobody_and_double_none_unrecorded(self, followed, start, mail_server):
        followed(150)
        workers = [start(ahead=ahead) for ahead in (DAY, -HOUR, timedelta())]
        for worker in workers:
            worker.wait(120)
        end_leases()
        assert start().wait(120) == 0
        assert Message.objects.filter(state=State.ACCEPTED).count() == len(set(mail_server.recipients())) == 150
        doubled = {to for to, count in Counter(mail_server.recipients()).items() if count > 1}
        counted = Message.objects.filter(unanswered_count__gt=0).values_list("subscriber__address", flat=True)
        assert doubled <= set(counted)

    def test_a_worker_a_day_ahead_that_dies_makes_nobody_wait_for_its_day(self, followed, start, mail_server):
        followed(5)
        victim = start(ahead=DAY)

        def kill(_recipient):
            victim.kill()
            victim.wait()

        mail_server.answers["RCPT"] = kill
        victim.wait(60)
        mail_server.answers.clear()
        assert start().wait(120) == 0
        longest = timezone.now() + HANDED_LEASE
        assert all(message.lease_until <= longest for message in Message.objects.under_way())
        end_leases()
        assert start().wait(120) == 0
        assert len(set(mail_server.recipients())) == Message.objects.filter(state=State.ACCEPTED).count() == 5


@pytest.mark.parametrize("days", [-2, 2])
def test_a_process_does_not_ask_its_own_clock_when_something_is_due(followed, mail_server, settings, days):
    """The machine's clock is moved, the database's is not."""
    settings.QUIET_MINUTES = 10
    followed(2)
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        detect()
        assert fan_out() == 0
    Announcement.objects.update(quiet_until=timezone.now() - timedelta(seconds=1))
    mail_server.answers["RCPT"] = lambda _recipient: "451 later"
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        assert [fan_out(), compose(), send(), send()] == [2, 2, 2, 0]
        signing_up.ask("stranger@example.org", Scope())
        sweep()
    mail_server.answers.clear()
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        assert send() == 1
    Message.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        assert send() == 2
    assert set(Message.objects.values_list("state", flat=True)) == {State.ACCEPTED}


class TestWhatAClockADayAheadHasWritten:
    def test_a_quiet_window_begins_anew(self, followed, settings):
        followed(1)
        settings.QUIET_MINUTES = 10
        with after(days=1):
            detect()
        detect()
        assert fan_out() == 0
        with after(minutes=11):
            assert fan_out() == 1

    def test_a_mail_that_was_never_put_off_goes_at_once(self, followed, mail_server):
        followed(3)
        with after(days=1):
            for duty in (detect, fan_out, compose):
                duty()
        Announcement.objects.update(quiet_until=timezone.now())
        assert send() == 3

    def test_a_mail_that_was_put_off_goes_at_once(self, followed, mail_server):
        followed(1)
        for duty in (detect, fan_out, compose):
            duty()
        mail_server.answers["RCPT"] = lambda _recipient: "451 later"
        with after(days=1):
            send()
        mail_server.answers.clear()
        assert send() == 1
        assert Message.objects.get().state == State.ACCEPTED

    def test_a_lease_lasts_no_longer_than_any(self, followed):
        followed(2)
        for duty in (detect, fan_out, compose):
            duty()
        with after(days=1):
            leased, handed = queue.claim("ahead", 2)
            handed.hand()
        queue.recover()
        spans = [message.lease_until - timezone.now() for message in Message.objects.order_by("lease_until")]
        assert spans[0] <= LEASE
        assert spans[1] <= HANDED_LEASE

    def test_a_pause_in_sending_is_over(self, followed, mail_server):
        followed(1)
        for duty in (detect, fan_out, compose):
            duty()
        Breaker.now()
        Breaker.objects.update(paused_until=timezone.now() + DAY)
        assert send() == 1

    def test_a_strangers_address_is_forgotten_a_day_from_now(self):
        with after(days=5):
            signing_up.ask("stranger@example.org", Scope())
        sweep()
        assert Message.objects.get().address
        with after(hours=25):
            sweep()
        assert not Message.objects.get().address


def test_a_day_of_the_week_before_is_no_day_of_refusal_more():
    """Silence comes after three days; a clock that jumps to and fro makes no more of them."""
    subscriber = make_subscriber()
    for days in (0, 1, 0, 1, 0):
        with after(days=days):
            subscriber.count_refusal(is_final=False)
    assert Subscriber.objects.get().refusal_count == 2


@pytest.mark.parametrize("days", [-400, 400])
def test_who_is_owed_is_told_by_numbers_and_no_time(followed, days):
    """Times are cut when rows travel, and written by clocks."""
    followed(1)
    detect()
    Subscription.objects.update(confirmed_at=timezone.now() + timedelta(days=days))
    make_subscriber(address="late@example.org")
    Subscription.objects.filter(subscriber__address="late@example.org").update(confirmed_at="2001-01-01T00:00Z")
    while fan_out():
        pass
    assert Announcement.objects.get().deliveries.exclude(subscriber__address="late@example.org").count() == 1
    assert not Announcement.objects.get().deliveries.filter(subscriber__address="late@example.org").exists()


def test_a_mail_put_off_is_given_up_by_attempts_and_not_by_a_clock(followed, mail_server):
    followed(1)
    for duty in (detect, fan_out, compose):
        duty()
    mail_server.answers["RCPT"] = lambda _recipient: "451 later"
    for days in (0, 10, 20):
        with after(days=days):
            send()
    assert Message.objects.get().state == State.PENDING
