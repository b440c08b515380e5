"""What is forgotten, when, and what must not be."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from notifications import signing_up
from notifications.duties import compose, detect, fan_out, send, sweep
from notifications.models import Announcement, Delivery, Ending, Message, Subscriber, Subscription
from notifications.scope import Scope
from profiles.models import Profile
from tests.clock import after
from tests.factories import make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db


def swept():
    while sweep():
        pass


@pytest.fixture
def told():
    """A subscriber who was sent one announcement."""
    make_live_profile()
    detect()
    subscriber = make_subscriber()
    Profile.objects.update(last_updated=date(2011, 3, 1))
    for duty in (detect, fan_out, compose, send):
        duty()
    return subscriber


def test_the_address_of_one_who_left_goes_after_four_weeks(told):
    told.subscriptions.end(Ending.LEFT)
    with after(days=27):
        swept()
        told.refresh_from_db()
        assert told.address
    with after(days=29):
        swept()
        told.refresh_from_db()
        assert (told.address, told.address_key) == ("", None)


def test_but_not_of_one_who_still_follows_something_or_left_it_lately(told):
    told.subscriptions.end(Ending.LEFT)
    Subscription.objects.update(ended_at=timezone.now() - timedelta(days=60))
    still = make_subscriber(address="reader@example.org")
    swept()
    assert still.subscriptions.active().exists()
    assert Subscriber.objects.get().address
    still.subscriptions.end(Ending.LEFT)
    swept()
    assert Subscriber.objects.get().address


def test_history_goes_after_a_year_and_is_not_told_again(told, mailoutbox):
    with after(days=364):
        swept()
        assert Message.objects.count() == Delivery.objects.count() == Announcement.objects.count() == 1
    Announcement.objects.update(detected_at=timezone.now() - timedelta(days=366))
    for _round in range(2):
        for duty in (detect, fan_out, compose, send):
            duty()
        swept()
    assert Message.objects.count() == Delivery.objects.count() == Announcement.objects.count() == 0
    assert len(mailoutbox) == 1
    assert Subscriber.objects.get().address


def test_what_was_never_settled_stays_however_old(told):
    Message.objects.update(state=Message.State.PENDING, settled_at=None)
    Announcement.objects.update(detected_at=timezone.now() - timedelta(days=400))
    swept()
    assert Message.objects.count() == Announcement.objects.count() == 1


def test_the_last_trace_of_one_who_was_erased_goes_with_the_history(told):
    told.erase()
    swept()
    assert Subscriber.objects.exists()
    Announcement.objects.update(detected_at=timezone.now() - timedelta(days=366))
    with after(days=366):
        swept()
    assert Subscriber.objects.count() == Subscription.objects.count() == 0


def test_one_who_confirms_in_time_is_not_swept_away(told):
    signing_up.ask("new@example.org", Scope())
    with after(hours=23):
        swept()
        assert Message.objects.get(kind=Message.Kind.CONFIRMATION).address == "new@example.org"
