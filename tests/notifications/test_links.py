"""What the links in our mails do when pressed, when merely followed, and when they are not ours."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from notifications import links, signing_up
from notifications.duties import detect, send
from notifications.models import Message, Subscriber, Subscription
from notifications.scope import Scope
from profiles.models import Profile
from tests.clock import travel
from tests.factories import make_country, make_live_profile, make_subscriber, make_theme

pytestmark = pytest.mark.django_db

A, B = date(2010, 10, 18), date(2011, 3, 1)


@pytest.fixture
def profile():
    profile = make_live_profile(on=A)
    detect()
    return profile


@pytest.fixture
def follower(profile):
    return make_subscriber(country=profile.country, theme=profile.theme)


@pytest.fixture
def paths(profile, follower):
    """One of each link."""
    half, sealed = b"\x01" * 20, b"\x02" * 20
    waiting = Message.objects.create(kind=Message.Kind.CONFIRMATION, address="a@example.org", sealed_address=sealed)
    return {
        "confirm": links.confirm_path(links.Ticket(waiting.key, half, Scope(profile.country))),
        "manage": links.manage_path(follower.key, timezone.now()),
        "leave": links.leave_path(follower.key, profile),
        "one-click": links.one_click_path(follower.key, profile),
    }


def state():
    return [
        list(Subscriber.objects.values_list()),
        list(Subscription.objects.values_list()),
        [list(map(bytes_of, row)) for row in Message.objects.values_list()],
    ]


def bytes_of(value):
    return bytes(value) if isinstance(value, memoryview) else value


def active():
    return Subscription.objects.active().count()


def following(subscriber):
    return sorted(map(str, subscriber.subscriptions.active()))


class TestWhoOnlyLooks:
    @pytest.mark.parametrize("purpose", ["confirm", "manage", "leave", "one-click"])
    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_changes_nothing(self, client, paths, purpose, method):
        before = state()
        for _time in range(3):
            assert getattr(client, method)(paths[purpose]).status_code in (200, 405)
        assert state() == before

    @pytest.mark.parametrize("purpose", ["confirm", "manage", "leave", "one-click"])
    def test_is_told_to_keep_it_private(self, client, paths, purpose):
        answer = client.get(paths[purpose])
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex"
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies


def test_no_link_carries_an_address_or_a_countable_number(paths, follower):
    for path in paths.values():
        assert "reader" not in path
        assert not re.search(rf"/{follower.pk}(/|$)", path)


class TestConfirming:
    def asked(self, mailoutbox, address="new@example.org"):
        signing_up.ask(address, Scope())
        send()
        return re.search(r"/subscribe/confirm/\S+", mailoutbox[-1].body)[0]

    def test_happens_once(self, client, mailoutbox):
        path = self.asked(mailoutbox)
        assert client.post(path).status_code == 302
        Subscription.objects.update(ended_at=timezone.now(), ended_reason="left")
        for answer in (client.post(path), client.get(path)):
            assert answer.status_code == 410
            assert "used already" in answer.content.decode()
        assert active() == 0

    def test_is_too_late_after_a_week(self, client, mailoutbox):
        path = self.asked(mailoutbox)
        with travel(timezone.now() + timedelta(days=7, seconds=5)):
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 410
                assert "subscribing again" in answer.content.decode()
        assert active() == 0

    def test_of_a_theme_that_is_gone_does_not_widen_to_all(self, client, mailoutbox):
        theme = make_theme(slug="gone", name="Gone")
        signing_up.ask("new@example.org", Scope(None, theme))
        send()
        theme.delete()
        assert client.post(re.search(r"/subscribe/confirm/\S+", mailoutbox[-1].body)[0]).status_code == 404
        assert active() == 0

    def test_needs_no_cookie(self, mailoutbox):
        assert Client(enforce_csrf_checks=True).post(self.asked(mailoutbox)).status_code == 302
        assert active() == 1


class TestLeaving:
    def test_ends_every_wish_that_brings_these_mails_and_no_other(self, client, paths, profile, follower):
        for country, theme in [
            (None, None),
            (profile.country, None),
            (make_country(iso3="KHM", name="Cambodia", slug="cambodia"), None),
        ]:
            make_subscriber(country=country, theme=theme)
        assert client.post(paths["leave"]).status_code == 302
        assert following(follower) == ["Cambodia, all themes"]
        assert set(follower.subscriptions.exclude(ended_at=None).values_list("ended_reason", flat=True)) == {"left"}
        assert "These mails have ended" in client.get(paths["leave"]).content.decode()

    def test_works_for_ever(self, client, paths):
        with travel(timezone.now() + timedelta(days=3000)):
            client.post(paths["leave"])
        assert active() == 0

    def test_does_nothing_to_a_wish_of_later_when_the_page_is_only_opened(self, client, paths, profile, follower):
        client.post(paths["leave"])
        make_subscriber(country=profile.country, theme=profile.theme)
        client.get(paths["leave"])
        assert active() == 1


class TestOneClick:
    """RFC 8058, as a mail program does it: a POST, and nothing else."""

    def test_ends_it_and_may_be_repeated(self, paths):
        program = Client(enforce_csrf_checks=True)
        for _time in range(3):
            answer = program.post(paths["one-click"], {"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
            assert not answer.cookies
        assert Subscription.objects.get().ended_reason == "one-click"

    def test_takes_the_form_as_rfc_8058_writes_it(self, client, paths):
        answer = client.post(paths["one-click"], "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
        assert answer.status_code == 200
        assert active() == 0

    def test_is_the_address_in_the_header(self, client, follower, work, mailoutbox):
        Profile.objects.update(last_updated=B)
        work()
        path = re.search(r"https?://[^/]+([^>]+)>", mailoutbox[0].extra_headers["List-Unsubscribe"])[1]
        client.post(path, {"List-Unsubscribe": "One-Click"})
        Profile.objects.update(last_updated=A)
        work()
        assert len(mailoutbox) == 1


class TestManaging:
    def test_shows_what_one_follows_and_nothing_of_others(self, client, paths):
        make_subscriber(address="other@example.org")
        html = client.get(paths["manage"]).content.decode()
        assert "reader@example.org" in html
        assert "United States: Mine Ban Policy" in html
        assert "other@example.org" not in html
        assert "all countries and all themes" not in html

    def test_ends_one(self, client, paths, follower):
        make_subscriber()
        one = follower.subscriptions.first()
        client.post(paths["manage"], {"end": one.pk})
        one.refresh_from_db()
        assert (one.ended_reason, active()) == ("managed", 1)

    def test_ends_all(self, client, paths):
        make_subscriber()
        client.post(paths["manage"], {"end": "all"})
        assert active() == 0

    @pytest.mark.parametrize("choice", ["", "0", "-1", "9" * 40, "x", "²", "1;2", "\x00"])
    def test_ends_nothing_by_nonsense(self, client, paths, choice):
        assert client.post(paths["manage"], {"end": choice}).status_code == 302
        assert active() == 1

    def test_cannot_end_what_is_anothers(self, client, paths):
        other = make_subscriber(address="other@example.org").subscriptions.get()
        client.post(paths["manage"], {"end": other.pk})
        other.refresh_from_db()
        assert other.ended_at is None

    def test_deletes_the_address_everywhere(self, client, paths, follower, mailoutbox, work):
        signing_up.ask("Reader@example.org", Scope())
        Profile.objects.update(last_updated=B)
        assert client.post(paths["manage"], {"erase": ""}).url == "/subscribe/address-deleted/"
        assert "reader" not in repr([state(), str(Message.objects.values_list("wording"))]).lower()
        work()
        assert [mail.to for mail in mailoutbox] == [["a@example.org"]] or mailoutbox == []
        assert client.get(paths["manage"]).status_code == 404
        assert client.get("/subscribe/address-deleted/").status_code == 200

    def test_by_an_old_link_sends_a_fresh_one_to_the_mailbox(self, client, paths, follower, mailoutbox):
        Message.objects.all().delete()
        with travel(timezone.now() + timedelta(days=31)):
            answer = client.get(paths["manage"])
            assert answer.status_code == 410
            assert "reader@example.org" not in answer.content.decode()
            client.post(paths["manage"])
            send()
            [mail] = mailoutbox
            assert mail.to == ["reader@example.org"]
            fresh = re.search(r"/subscribe/manage/\S+", mail.body)[0]
            assert "reader@example.org" in client.get(fresh).content.decode()
            for _time in range(5):
                client.post(paths["manage"])
            while send():
                pass
        assert len(mailoutbox) == 3


class TestLinksThatAreNotOurs:
    @pytest.mark.parametrize("purpose", ["confirm", "manage", "leave", "one-click"])
    def test_lead_nowhere(self, client, paths, purpose):
        path = paths[purpose]
        base = f"/subscribe/{purpose}/"
        token = path.removeprefix(base).rstrip("/")
        head, _dot, signature = token.rpartition(".")
        forged = [
            token[:-1], token[1:], token + "A", head, f"{head}.", f".{signature}", "a" * 10_000, "%00", "é", "..", "null",
            f"{head}.{signature[::-1]}", token.swapcase(), f"{token}.{signature}",
        ]  # fmt: skip
        before = state()
        for attempt in forged:
            for method in (client.get, client.post):
                assert method(f"{base}{attempt}/").status_code == 404, attempt
        assert state() == before

    def test_nor_does_one_made_for_another_purpose(self, client, paths):
        before = state()
        for purpose in paths:
            for other, path in paths.items():
                if other != purpose:
                    token = path.split("/")[3]
                    assert client.post(f"/subscribe/{purpose}/{token}/").status_code == 404
        assert state() == before

    def test_nor_one_of_a_subscriber_we_do_not_know(self, client, profile):
        assert client.get(links.manage_path(uuid4(), timezone.now())).status_code == 404
        assert client.post(links.one_click_path(uuid4(), profile)).status_code == 200  # tells nothing
