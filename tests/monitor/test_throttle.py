"""The throttle: whom it counts together, when it says wait, and what it forgets."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.serializers import serialize
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from monitor.models import ThrottleCount, ThrottleKey
from monitor.throttle import DAY, MINUTE, ThrottleMiddleware, count, give_back, networks, sweep

NOON = datetime(2010, 10, 18, 12, 0, tzinfo=UTC)


def make_request(*, address="192.0.2.1", forwarded=None, method="POST"):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory().generic(method, "/", REMOTE_ADDR=address, headers=headers)


def retry_after(settings, *, name="feedback:send", **fields):
    """What a view is told when a request for the URL ``name`` reaches it."""
    settings.THROTTLES = {"feedback:send": 2}
    request = make_request(**fields)
    namespace, _, url_name = name.rpartition(":")
    request.resolver_match = ResolverMatch(None, (), {}, url_name, namespaces=[namespace] if namespace else [])
    middleware = ThrottleMiddleware(lambda request: HttpResponse())
    middleware(request)
    middleware.process_view(request, None, (), {})
    return request.retry_after


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_a_post_over_the_limit_is_told_to_wait_until_the_hour_is_over(settings):
    assert [retry_after(settings) for _post in range(4)] == [None, None, 3601, 3601]


@pytest.mark.django_db
def test_the_next_hour_begins_anew(settings):
    with time_machine.travel(NOON, tick=False):
        assert [retry_after(settings) for _post in range(3)][-1] is not None
    with time_machine.travel(NOON.replace(hour=13), tick=False):
        assert retry_after(settings) is None


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_each_network_is_counted_apart(settings):
    assert [retry_after(settings, address="192.0.2.1") for _post in range(3)][-1]
    assert retry_after(settings, address="192.0.2.2") is None


def passed(settings, addresses):
    """How many of the posts from these addresses, one from each, are not told to wait."""
    return [retry_after(settings, address=address) for address in addresses].count(None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("addresses", "passing"),
    [
        ([f"2001:db8:1:2::{host:x}" for host in range(9)], 2),  # one /64
        ([f"2001:db8:1:{subnet:x}::1" for subnet in range(9)], 3),  # nine of one /56
        ([f"2001:db8:1:{subnet:x}00::1" for subnet in range(9)], 4),  # nine /56 of one /48
        ([f"2001:db8:{site:x}::1" for site in range(9)], 9),  # nine sites
        ([f"192.0.2.{host}" for host in range(20)], 8),  # one /24
        ([f"192.0.{net}.1" for net in range(9)], 9),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_a_network_is_counted_in_all_its_widths(settings, addresses, passing):
    assert passed(settings, addresses) == passing


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_who_floods_from_one_network_uses_up_no_share_of_its_neighbours(settings):
    assert passed(settings, ["2001:db8:1:2::1"] * 30) == 2
    assert passed(settings, ["2001:db8:1:ff::1"]) == 1
    assert passed(settings, ["2001:db8:1:200::1"]) == 1


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_what_a_wide_network_refuses_is_not_counted_in_the_narrow_one(settings):
    passed(settings, [f"192.0.2.{host}" for host in range(1, 9)])
    passed(settings, ["192.0.2.200"] * 9)
    assert count("feedback:send", "192.0.2.200/32", 1) is None  # still empty


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_each_form_is_counted_apart():
    assert count("feedback:send", "192.0.2.1", 0)
    assert ThrottleCount.objects.count() == 1
    assert count("notifications:subscribe", "192.0.2.1", 1) is None
    assert ThrottleCount.objects.count() == 2


@pytest.mark.django_db
def test_only_posts_of_named_forms_are_counted(settings):
    for fields in ({"method": "GET"}, {"method": "HEAD"}, {"name": "profiles:home"}, {"name": "send"}):
        assert retry_after(settings, **fields) is None
    assert not ThrottleCount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_posts_at_the_same_moment_exactly_the_limit_passes():
    def post(_number):
        try:
            return count("feedback:send", "192.0.2.1", 5)
        finally:
            connection.close()

    with time_machine.travel(NOON, tick=False), ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(post, range(24)))
    assert waits.count(None) == 5
    assert ThrottleCount.objects.get().count == 5


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_an_amount_that_does_not_fit_is_refused_and_leaves_room_for_a_smaller_one():
    most = 5 * 1024**3
    assert count("files", "192.0.2.1", most, most - 10) is None
    assert count("files", "192.0.2.1", most, 11)
    assert count("files", "192.0.2.1", most, 10) is None


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_what_came_to_nothing_is_given_back_and_never_more():
    count("files", "192.0.2.1", 10, 10)
    for _time in range(2):
        give_back("files", "192.0.2.1", 10)
    assert count("files", "192.0.2.1", 10, 11)
    assert count("files", "192.0.2.1", 10, 10) is None


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_a_view_counts_by_its_request_and_a_block_that_fails_gives_back():
    request = make_request()
    ThrottleMiddleware(lambda request: HttpResponse())(request)

    def send(amount, *, fails=False):
        with suppress(OSError), request.counted("bytes", 10, amount) as wait:
            waits.append(wait)
            if fails:
                raise OSError

    waits = []
    send(8)
    send(2, fails=True)
    send(2)
    send(1, fails=True)  # what was not counted is not given back
    send(1)
    assert waits == [None, None, None, *[12 * 60 * 60 + 1] * 2]


@pytest.mark.django_db
def test_a_window_may_be_a_minute_or_a_day_and_is_counted_apart():
    with time_machine.travel(NOON.replace(hour=22, minute=59, second=30), tick=False):
        waits = [count("files", "192.0.2.1", 0, within=within) for within in (MINUTE, DAY)]
    assert waits == [31, 3631]
    with time_machine.travel(NOON.replace(hour=23), tick=False):
        assert count("files", "192.0.2.1", 1) is None
        assert count("files", "192.0.2.1", 1, within=MINUTE) is None
        assert count("files", "192.0.2.1", 1, within=DAY) is None


@pytest.mark.django_db
def test_a_full_disk_does_not_stop_the_post_before_its_view(settings, monkeypatch, caplog):
    def full(**_lookup):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(ThrottleCount.objects, "get_or_create", full)
    assert retry_after(settings) is None
    assert "not counted" in caplog.text
    assert "192.0.2.1" not in caplog.text


# --- whose address ------------------------------------------------------------


def narrowest(request):
    return next(iter(networks(request)))


@pytest.mark.parametrize(
    ("trusted", "forwarded", "network"),
    [
        (0, None, "192.0.2.1/32"),
        (0, "198.51.100.7", "192.0.2.1/32"),  # anybody can write that header
        (1, "198.51.100.7", "198.51.100.7/32"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7/32"),  # what the sender added stands left
        (2, "10.0.0.1, 198.51.100.7, 203.0.113.9", "198.51.100.7/32"),
        (2, "198.51.100.7", "192.0.2.1/32"),  # fewer entries than proxies: not ours, so not believed
        (1, "", "192.0.2.1/32"),
        (1, " , ,198.51.100.7 ,", "198.51.100.7/32"),
        (1, "198.51.100.7:41234", "198.51.100.7/32"),
        (1, "[2001:db8::1]:443", "2001:db8::/64"),
        (1, "unknown", "unknown"),
    ],
)
def test_as_many_forwarded_entries_are_believed_as_proxies_are_ours(settings, trusted, forwarded, network):
    settings.TRUSTED_PROXIES = trusted
    assert narrowest(make_request(forwarded=forwarded)) == network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1/32"),
        ("", ""),
    ],
)
def test_addresses_of_one_ipv6_network_are_one(address, network):
    assert narrowest(make_request(address=address)) == network


# --- what is forgotten ----------------------------------------------------------


@pytest.mark.django_db
def test_no_row_holds_an_address_and_no_two_days_the_same_hash():
    for day in (18, 19):
        with time_machine.travel(NOON.replace(day=day), tick=False):
            count("feedback:send", "192.0.2.1", 5)
    digests = list(ThrottleCount.objects.values_list("digest", flat=True))
    assert len(set(digests)) == 2
    assert len({bytes(key.key) for key in ThrottleKey.objects.all()}) == 2
    assert "192.0.2.1" not in serialize("json", [*ThrottleCount.objects.all(), *ThrottleKey.objects.all()])


@pytest.mark.django_db
def test_the_key_of_a_day_is_made_once():
    with time_machine.travel(NOON, tick=False):
        count("feedback:send", "192.0.2.1", 5)
        count("feedback:send", "192.0.2.1", 5)
    assert ThrottleKey.objects.get().day == date(2010, 10, 18)
    assert ThrottleCount.objects.get().count == 2


@pytest.mark.django_db
def test_counts_go_after_the_next_hour_and_keys_after_their_day():
    with time_machine.travel(NOON, tick=False):
        count("feedback:send", "192.0.2.1", 5)
        count("feedback:send", "192.0.2.1", 5, within=DAY)
        assert sweep() == 0
    with time_machine.travel(NOON.replace(hour=14), tick=False):
        assert sweep() == 0
    with time_machine.travel(NOON.replace(hour=14, minute=1), tick=False):
        assert sweep() == 1
        assert ThrottleKey.objects.exists()
    with time_machine.travel(NOON.replace(day=19, hour=1, minute=1), tick=False):
        assert sweep() == 2
    assert not ThrottleKey.objects.exists()
