"""Logging in to the admin: guessing is slow, from one place or from many, and locks nobody else out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from monitor.models import ThrottleCount

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough secret"
OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
NOON = datetime(2010, 10, 18, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _accounts(settings):
    settings.WRONG_PASSWORDS = {"network": 5, "account": 3, "browser": 4}
    for name in ("ana", "ben"):
        User.objects.create_superuser(name, password=PASSWORD)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as moving:
        yield moving


def log_in(name="ana", password=PASSWORD, address=OFFICE, client=None):
    data = {"username": name, "password": password}
    return (client or Client()).post(reverse("admin:login"), data, REMOTE_ADDR=address)


def outcome(answer):
    if answer.status_code == 302:
        return "in"
    text = answer.content.decode()
    return "wrong" if "correct username and password" in text else "wait" if "Try again in" in text else text


def guess(count, **fields):
    return [outcome(log_in(password=f"guess {number}", **fields)) for number in range(count)]


def known_browser(name="ana", address=OFFICE):
    """A browser in which the account was opened once, and closed again."""
    client = Client()
    assert outcome(log_in(name, address=address, client=client)) == "in"
    client.cookies.pop("sessionid")
    return client


def networks(count):
    return [f"10.{number}.0.1" for number in range(count)]


def test_the_right_password_opens_the_admin():
    assert outcome(log_in()) == "in"


def test_right_passwords_use_nothing_up(clock):
    assert [outcome(log_in()) for _login in range(12)] == ["in"] * 12


def test_beyond_its_share_an_account_takes_one_guess_a_minute_from_the_whole_world(clock):
    first_minute = [guess(1, address=address)[0] for address in networks(60)]
    assert first_minute == ["wrong"] * 4 + ["wait"] * 56
    clock.shift(60)
    assert [guess(1, address=address)[0] for address in networks(60)] == ["wrong"] + ["wait"] * 59
    clock.shift(60 * 60)
    assert guess(5) == ["wrong"] * 4 + ["wait"]


def test_a_wait_is_never_longer_than_a_minute_and_is_said(clock):
    clock.shift(18)
    guess(6)
    assert "Try again in 43 seconds." in log_in(password="guess").content.decode()


def test_the_owner_comes_in_from_a_known_browser_whatever_strangers_guess(clock):
    browser = known_browser()
    for address in [OFFICE, *networks(60)]:
        guess(5, address=address)
    assert outcome(log_in(client=browser, address=ELSEWHERE)) == "in"
    assert outcome(log_in(client=browser)) == "in"


def test_the_owner_in_a_new_browser_waits_no_longer_than_a_minute(clock):
    guess(9, address=ELSEWHERE)
    assert outcome(log_in()) == "wait"
    clock.shift(60)
    assert outcome(log_in()) == "in"


def test_one_who_mistypes_keeps_no_colleague_in_the_office_out(clock):
    guess(40)
    assert outcome(log_in("ben")) == "in"


def test_many_accounts_tried_from_one_network_are_slowed_too(clock):
    tried = [guess(1, name=f"name {number}")[0] for number in range(20)]
    assert tried == ["wrong"] * 6 + ["wait"] * 14
    assert outcome(log_in("ben", client=known_browser("ben", ELSEWHERE))) == "in"


def test_a_known_browser_may_guess_no_more_than_others(clock):
    browser = known_browser()
    assert guess(9, client=browser) == ["wrong"] * 5 + ["wait"] * 4


def test_a_browser_is_known_to_the_account_it_opened_and_to_no_other(clock):
    browser = known_browser("ben")
    guess(4, address=ELSEWHERE)
    assert outcome(log_in("ana", client=browser)) == "wait"


@pytest.mark.parametrize("cookie", ["", "ana", "WyJhbmEiXQ:1p7qqU:AAAA", "x" * 4000, "é"])
def test_a_browser_cannot_make_itself_known(cookie, clock):
    browser = Client()
    browser.cookies["known-browser"] = cookie
    guess(4, address=ELSEWHERE)
    assert outcome(log_in(client=browser)) == "wait"


def test_a_browser_is_forgotten_after_half_a_year(clock):
    browser = known_browser()
    clock.shift(timedelta(days=181))
    guess(4, address=ELSEWHERE)
    assert outcome(log_in(client=browser)) == "wait"


def test_the_cookie_goes_to_the_admin_alone():
    cookie = log_in().cookies["known-browser"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Strict")
    assert "known-browser" not in log_in(password="wrong").cookies


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(clock):
    for name in ("ana", "nobody"):
        assert guess(6, name=name, address=f"{networks(1)[0]}") == ["wrong"] * 4 + ["wait"] * 2
        clock.shift(60 * 60)


@pytest.mark.django_db(transaction=True)
def test_guesses_of_one_moment_all_count(clock):
    def one(_number):
        try:
            return guess(1)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(16))) == ["wait"] * 12 + ["wrong"] * 4


def test_old_passwords_are_counted_as_well(clock, client):
    client.force_login(User.objects.get(username="ana"))
    answers = [change_password(client, f"guess {number}") for number in range(40)]
    assert answers == ["wrong"] * 5 + ["wait"] * 35
    clock.shift(60)
    assert change_password(client, PASSWORD) == "changed"


def change_password(client, old):
    new = "Nine tall herons stood"
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    answer = client.post(reverse("admin:password_change"), data)
    if answer.status_code == 302:
        return "changed"
    return "wait" if "Try again in" in answer.content.decode() else "wrong"


def test_neither_account_nor_network_is_kept(clock):
    guess(3)
    kept = " ".join(str(value) for row in ThrottleCount.objects.values() for value in row.values())
    assert kept
    assert "ana" not in kept
    assert OFFICE not in kept


def test_logging_in_again_in_the_page_one_was_at_is_counted_as_at_the_door(clock):
    browser = known_browser()
    guess(9, address=ELSEWHERE)
    kept = {"again-username": "ana", "again-password": PASSWORD, "title": "typed"}
    for client, told_to_wait in ((Client(), True), (browser, False)):
        answer = client.post(reverse("admin:monitor_sitepage_add"), kept, headers={"Sec-Fetch-Site": "same-origin"})
        assert ("Try again in" in answer.content.decode()) == told_to_wait
        assert answer.wsgi_request.user.is_authenticated != told_to_wait
