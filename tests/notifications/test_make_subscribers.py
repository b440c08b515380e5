"""Confirmed subscribers for trials."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from notifications.addresses import clean_address
from notifications.duties import detect
from notifications.models import Announcement, Subscriber, Subscription
from profiles.models import Profile
from tests.factories import make_country, make_live_profile, make_theme

pytestmark = pytest.mark.django_db


def make(number, **options):
    call_command("make_subscribers", number, verbosity=0, **options)


@pytest.mark.parametrize("code", ["US", "us", "USA", "united-states"])
def test_they_are_confirmed_and_follow_what_was_said(code):
    country, theme = make_country(iso2="US"), make_theme()
    make(3, country=code, theme="mine-ban-policy")
    assert Subscription.objects.active().filter(country=country, theme=theme).count() == 3
    assert all(clean_address(who.address) == who.address == who.address_key for who in Subscriber.objects.all())


def test_each_run_adds_new_ones():
    make(2)
    make(3)
    assert Subscriber.objects.count() == 5
    assert Subscription.objects.filter(country=None, theme=None).count() == 5


def test_a_first_sight_is_over_when_they_are_made():
    make_live_profile()
    make(1)
    Profile.objects.update(last_updated=date(2011, 3, 1))
    detect()
    assert Announcement.objects.count() == 1


def test_many_are_made_with_a_progress_bar(capsys):
    call_command("make_subscribers", 4500)
    assert Subscriber.objects.count() == Subscription.objects.count() == 4500
    assert "4500" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "options", "sentence"),
    [
        (0, {}, "how many"),
        (1, {"country": "XX"}, "No country has the code or slug “XX”"),
        (1, {"theme": "nothing"}, "No theme has the slug “nothing”"),
    ],
)
def test_a_mistake_is_told_and_makes_nobody(number, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        make(number, **options)
    assert not Subscriber.objects.exists()
