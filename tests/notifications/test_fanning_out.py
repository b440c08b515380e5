"""To whom a change is owed: each once, by whatever wish, if the wish came first."""

from datetime import date
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.template import Context, Template

from notifications.duties import compose, detect, fan_out, fanning_out
from notifications.models import Announcement, Delivery, Ending, Message, Subscriber, Subscription
from notifications.scope import Scope
from profiles.models import Profile
from tests.factories import make_country, make_live_profile, make_subscriber, make_theme

pytestmark = pytest.mark.django_db

A, B, C = date(2010, 10, 18), date(2011, 3, 1), date(2012, 6, 30)


@pytest.fixture
def profile():
    profile = make_live_profile(on=A)
    detect()
    return profile


def announce(profile, on=B):
    Profile.objects.filter(pk=profile.pk).update(last_updated=on)
    detect()
    while fan_out():
        pass
    return Announcement.objects.get(profile=profile, to_date=on)


def owed(announcement):
    return sorted(announcement.deliveries.values_list("subscriber__address", flat=True))


def followers(profile):
    template = Template("{% load notifications %}{% followers_count profile as followers %}{{ followers }}")
    return int(template.render(Context({"profile": profile})))


def test_every_wish_that_covers_a_profile_is_heard(profile):
    here, there = profile.country, make_country(iso3="KHM", name="Cambodia", slug="cambodia")
    this, other = profile.theme, make_theme(slug="impact", name="Impact")
    for name, country, theme in [
        ("profile", here, this), ("country", here, None), ("theme", None, this), ("all", None, None),
        ("elsewhere", there, this), ("neighbour", there, None), ("another", here, other), ("impact", None, other),
    ]:  # fmt: skip
        make_subscriber(address=f"{name}@example.org", country=country, theme=theme)
    assert owed(announce(profile)) == [f"{name}@example.org" for name in ("all", "country", "profile", "theme")]
    assert followers(profile) == 4


def test_one_who_follows_in_four_ways_is_owed_once(profile):
    for country in (profile.country, None):
        for theme in (profile.theme, None):
            make_subscriber(country=country, theme=theme)
    assert owed(announce(profile)) == ["reader@example.org"]
    assert followers(profile) == 1


def test_who_subscribes_after_the_change_is_owed_the_next(profile):
    make_subscriber(address="before@example.org")
    Profile.objects.update(last_updated=B)
    detect()
    make_subscriber(address="after@example.org")
    fan_out()
    assert owed(Announcement.objects.get()) == ["before@example.org"]
    assert owed(announce(profile, C)) == ["after@example.org", "before@example.org"]


def test_who_subscribes_between_two_changes_of_one_window_is_owed_the_second(profile, settings):
    settings.QUIET_MINUTES = 10
    Profile.objects.update(last_updated=B)
    detect()
    make_subscriber()
    Profile.objects.update(last_updated=C)
    detect()
    Announcement.objects.update(quiet_until="2011-01-01T00:00Z")
    fan_out()
    assert owed(Announcement.objects.get()) == ["reader@example.org"]


def test_who_left_was_silenced_or_erased_is_owed_nothing(profile):
    left, silenced, erased = (make_subscriber(address=f"{n}@example.org") for n in ("left", "silenced", "erased"))
    left.subscriptions.end(Ending.LEFT)
    silenced.count_refusal(is_final=True)
    erased.erase()
    assert owed(announce(profile)) == []
    assert followers(profile) == 0
    assert Announcement.objects.get().state == Announcement.State.FANNED_OUT


def test_a_wish_is_for_one_language(profile):
    subscriber = make_subscriber()
    subscriber.subscriptions.update(language="fr")
    assert owed(announce(profile)) == []


def test_a_profile_withdrawn_before_the_fan_out_is_told_to_nobody(profile):
    make_subscriber()
    Profile.objects.update(last_updated=B)
    detect()
    profile.refresh_from_db()
    profile.withdraw(reason="A source asked for it.")
    assert fan_out() == 0
    assert not Delivery.objects.exists()


def test_many_are_reached_in_chunks_and_an_interrupted_chunk_is_done_again(profile):
    for number in range(25):
        make_subscriber(address=f"reader{number}@example.org")
    Profile.objects.update(last_updated=B)
    detect()
    with mock.patch.object(fanning_out, "CHUNK", 10):  # a number of ours, not code
        assert fan_out() == 10
        with transaction.atomic():
            fan_out()
            transaction.set_rollback(True)
        assert Announcement.objects.get().deliveries.count() == 10
        assert [fan_out(), fan_out(), fan_out()] == [10, 5, 0]
    assert Announcement.objects.get().deliveries.values("subscriber").distinct().count() == 25


def test_a_fan_out_repeated_from_its_beginning_owes_nothing_twice(profile):
    make_subscriber()
    announcement = announce(profile)
    Announcement.objects.update(state=Announcement.State.READY, fanned_out_to=0)
    fan_out()
    assert owed(announcement) == ["reader@example.org"]


def test_each_delivery_gets_one_message_and_the_wording_is_made_once(profile):
    for number in range(3):
        make_subscriber(address=f"reader{number}@example.org")
    announcement = announce(profile)
    assert [compose(), compose()] == [3, 0]
    announcement.refresh_from_db()
    told = [(delivery.subscriber, delivery.message.subscriber) for delivery in announcement.deliveries.all()]
    assert all(owed_to == written_to for owed_to, written_to in told)
    assert Message.objects.count() == 3
    assert "Mine Ban Policy" in announcement.wording["subject"]


def test_what_is_worded_stands_still(profile):
    make_subscriber()
    announcement = announce(profile)
    compose()
    before = Announcement.objects.get().wording
    profile.country.name = "United States of America"
    profile.country.save()
    make_subscriber(address="late@example.org")
    announcement.deliveries.create(subscriber=Subscriber.objects.get(address="late@example.org"))
    assert compose() == 1
    assert Announcement.objects.get().wording == before


def test_a_repeated_wish_is_one_subscription_and_keeps_the_confirmed_spelling():
    country, theme = make_country(), make_theme()
    for address in ("Reader@example.org", "reader@example.org", "READER@example.org"):
        subscriber = make_subscriber(address=address, country=country, theme=theme)
    assert subscriber.address == "Reader@example.org"
    assert subscriber.subscriptions.count() == Subscriber.objects.count() == 1


def test_an_ended_subscription_is_never_revived():
    subscriber = make_subscriber()
    subscriber.subscriptions.end(Ending.LEFT)
    make_subscriber()
    assert sorted(subscriber.subscriptions.values_list("ended_reason", flat=True)) == ["", "left"]


@pytest.mark.parametrize("scope", [(True, True), (True, False), (False, True), (False, False)])
def test_the_database_keeps_one_active_subscription_per_wish(scope):
    wished = Scope(make_country() if scope[0] else None, make_theme() if scope[1] else None)
    subscriber = make_subscriber(country=wished.country, theme=wished.theme)
    again = Subscription(subscriber=subscriber, country=wished.country, theme=wished.theme)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_the_database_owes_no_one_the_same_twice(profile):
    subscriber = make_subscriber()
    announcement = announce(profile)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(announcement=announcement, subscriber=subscriber)
