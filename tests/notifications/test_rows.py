"""What the database itself refuses, whoever writes."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from notifications.models import Announcement, Message, Subscriber, Subscription
from tests.factories import make_live_profile, make_subscriber

pytestmark = pytest.mark.django_db

A, B = date(2010, 10, 18), date(2011, 3, 1)
NOW = timezone.now()


def refused(row, constraint):
    assert constraint in {known.name for known in row._meta.constraints}
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def announcement(**fields):
    given = {"sequence": 1, "from_date": A, "to_date": B, "quiet_until": NOW, **fields}
    given.setdefault("profile", Announcement.objects.first().profile if Announcement.objects.exists() else None)
    return Announcement(**given)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"sequence": 1, "state": "ready"}, "announcement_once_per_profile_and_sequence"),
        ({"sequence": 2}, "announcement_open_once_per_profile"),
        ({"sequence": 2, "state": "ready", "to_date": A}, "announcement_tells_another_date_or_news"),
    ],
)
def test_announcements_that_cannot_be(fields, constraint):
    announcement(profile=make_live_profile(on=A)).save()
    refused(announcement(**fields), constraint)


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "", "address_key": "b@example.org"},
        {"address": "b@example.org", "address_key": None},
        {"address": "b@example.org", "address_key": "b@example.org", "erased_at": NOW},
    ],
)
def test_a_subscriber_has_an_address_until_erased(fields):
    refused(Subscriber(**fields), "subscriber_has_an_address_until_erased")


def test_an_address_is_one_subscriber():
    make_subscriber(address="a@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscriber.objects.create(address="A@example.org", address_key="a@example.org")


@pytest.mark.parametrize(
    "fields", [{"ended_at": NOW}, {"ended_reason": "left"}, {"ended_at": NOW, "ended_reason": "?"}]
)
def test_a_subscription_ends_with_a_reason(fields):
    subscriber = make_subscriber()
    refused(Subscription(subscriber=subscriber, language="fr", **fields), "subscription_that_ended_says_why")


ASKED = {"kind": 1, "address": "a@example.org"}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": 3}, "message_goes_to_a_subscriber_or_holds_an_address"),
        ({**ASKED, "state": "accepted"}, "message_that_is_settled_keeps_no_address"),
        ({**ASKED, "state": "failed", "reason": "no"}, "message_that_is_settled_keeps_no_address"),
        ({**ASKED, "state": "skipped", "reason": "late"}, "message_that_is_settled_keeps_no_address"),
        ({"kind": 1, "state": "accepted", "wording": {"text": ""}}, "message_that_is_settled_keeps_no_address"),
        ({**ASKED, "state": "leased"}, "message_under_way_has_a_worker_and_a_lease"),
        ({**ASKED, "state": "handed", "owner": "w"}, "message_under_way_has_a_worker_and_a_lease"),
        ({**ASKED, "state": "pending", "lease_until": NOW}, "message_under_way_has_a_worker_and_a_lease"),
        ({**ASKED, "state": "failed"}, "message_that_did_not_go_out_says_why"),
        ({**ASKED, "state": "skipped"}, "message_that_did_not_go_out_says_why"),
        ({**ASKED, "asked_by": "x", "asked_times": 1}, "message_asked_for_once_per_turn_of_the_day"),
        ({**ASKED, "asked_by": "x", "asked_times": 4}, "message_asked_for_three_times_a_day_at_most"),
    ],
)
def test_messages_that_cannot_be(fields, constraint):
    Message.objects.create(**ASKED, asked_by="x", asked_times=1)
    refused(Message(**fields), constraint)


def test_an_announcement_does_not_hold_a_strangers_address():
    subscriber = make_subscriber()
    refused(
        Message(kind=3, subscriber=subscriber, address="a@example.org"),
        "message_goes_to_a_subscriber_or_holds_an_address",
    )
