"""From a stranger's wish to a subscription, and nothing kept of the stranger in between."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications import signing_up
from notifications.duties import send, sweep
from notifications.models import Message, Subscriber, Subscription
from notifications.one_time_pad import seal, unseal
from notifications.scope import Scope
from profiles.models import FormerSlug
from tests.clock import travel
from tests.factories import make_country, make_live_profile, make_subscriber, make_theme

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"


@pytest.fixture
def places():
    return make_country(), make_theme()


def post(client, address=ADDRESS, **fields):
    return client.post("/subscribe/", {"address": address, **fields})


def everything_stored():
    """Every value of every row of this room, as text."""
    values = []
    for model in (Message, Subscriber, Subscription):
        for row in model.objects.values_list():
            values += [bytes(value) if isinstance(value, memoryview) else value for value in row]
    return " ".join(map(repr, values))


def confirm_path(mailoutbox):
    send()
    return re.search(r"(/subscribe/confirm/\S+)", mailoutbox[-1].body)[1]


def test_the_form_begins_with_what_one_was_reading(client, places):
    country, theme = places
    form = client.get("/subscribe/?country=united-states&theme=mine-ban-policy").context["form"]
    assert (form["country"].value(), form["theme"].value()) == (country.slug, theme.slug)
    html = client.get("/subscribe/?theme=mine-ban-policy").content.decode()
    assert '<option value="mine-ban-policy" selected>' in html
    assert '<option value="" selected>All countries</option>' in html


@pytest.mark.parametrize("query", ["country=nowhere", "theme=%00", "country=%00%27", "country=" + "a" * 5000, "x=1"])
def test_a_query_of_nonsense_gives_the_plain_form(client, query):
    assert client.get(f"/subscribe/?{query}").status_code == 200


def test_a_slug_of_former_days_is_understood(client, places):
    FormerSlug.objects.create(slug="usa", country=places[0])
    assert client.get("/subscribe/?country=usa").context["form"]["country"].value() == "united-states"


@pytest.mark.parametrize("wish", [{}, {"country": "united-states"}, {"theme": "mine-ban-policy"}, {"country": "united-states", "theme": "mine-ban-policy"}])  # fmt: skip
def test_a_wish_is_confirmed_by_mail_and_then_followed(client, mailoutbox, places, wish):
    assert post(client, **wish).url == "/subscribe/check-your-mail/"
    page = client.get(path := confirm_path(mailoutbox))
    assert page.status_code == 200
    assert not Subscription.objects.exists()
    answer = client.post(path)
    assert answer.status_code == 302
    subscription = Subscription.objects.get()
    assert subscription.subscriber.address == ADDRESS
    assert {"country": subscription.country and "united-states", "theme": subscription.theme and "mine-ban-policy"} == {
        "country": wish.get("country"),
        "theme": wish.get("theme"),
    }
    managing = client.get(answer.url)
    assert ADDRESS in managing.content.decode()
    assert str(subscription) in managing.content.decode()


def test_before_confirmation_a_stranger_is_one_message_and_afterwards_nothing_readable(client, mailoutbox):
    post(client, "stranger@example.org")
    assert Message.objects.get().address == "stranger@example.org"
    assert not Subscriber.objects.exists()
    send()
    assert len(mailoutbox) == 1
    assert "stranger" not in everything_stored()
    assert not Subscriber.objects.exists()


def test_what_cannot_be_sent_within_a_day_is_forgotten_but_its_link_would_work(client, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    post(client, "stranger@example.org")
    assert send() == 0
    link = re.search(r"(/subscribe/confirm/\S+)", Message.objects.get().wording["text"])[1]
    with travel(timezone.now() + timedelta(hours=25)):
        sweep()
        assert "stranger" not in everything_stored()
        assert Message.objects.get().state == Message.State.SKIPPED
        client.post(link)
    assert Subscriber.objects.get().address == "stranger@example.org"


def test_a_week_later_nothing_is_left(client, mailoutbox):
    post(client)
    send()
    with travel(timezone.now() + timedelta(days=8)):
        sweep()
    assert not Message.objects.exists()


def test_neither_the_link_nor_the_row_alone_tells_the_address(client, mailoutbox):
    post(client, "stranger@example.org")
    path = confirm_path(mailoutbox)
    sealed = bytes(Message.objects.get().sealed_address)
    assert sealed != b"stranger@example.org"
    assert len(sealed) == len("stranger@example.org")
    assert "stranger" not in path


@given(st.text(max_size=254))
def test_two_halves_make_the_whole(text):
    half, other = seal(text)
    assert unseal(half, other) == unseal(other, half) == text


def test_halves_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="zip"):
        unseal(b"12", b"123")


class TestEveryAddressGetsTheSameAnswer:
    def strangers(self):
        make_subscriber(address="known@example.org")
        make_subscriber(address="silenced@example.org").count_refusal(is_final=True)
        for _time in range(3):
            signing_up.ask("often@example.org", Scope())
        return ["new@example.org", "known@example.org", "silenced@example.org", "often@example.org"]

    def test_to_the_letter(self, client):
        answers = set()
        for address in self.strangers():
            answer = client.post("/subscribe/", {"address": address}, follow=True)
            answers.add((answer.status_code, tuple(answer.redirect_chain), answer.content))
        assert len(answers) == 1

    def test_and_by_the_same_queries(self, client):
        asked = []
        for address in self.strangers():
            with CaptureQueriesContext(connection) as queries:
                post(client, address)
            asked.append([query["sql"][:40] for query in queries if "notifications_" in query["sql"]])
        assert asked[0] == asked[1] == asked[2]
        assert asked[3] == asked[0][: len(asked[3])]


def test_the_fourth_mail_to_one_address_in_a_day_is_not_written(client, mailoutbox):
    for _time in range(5):
        assert post(client).status_code == 302
    for spelling in ("READER@example.org", "reader@EXAMPLE.org"):
        post(client, spelling)
    while send():
        pass
    assert len(mailoutbox) == 3
    with travel(timezone.now() + timedelta(days=1)):
        post(client)
        send()
    assert len(mailoutbox) == 4


def test_tags_make_no_other_mailboxes_and_the_owner_of_one_is_written_to_as_typed(client, mailoutbox, caplog):
    for number in range(9):
        assert post(client, f"Victim+{number}@example.org").status_code == 302
    while send():
        pass
    assert [mail.to for mail in mailoutbox] == [[f"Victim+{number}@example.org"] for number in range(3)]
    told = [record.getMessage() for record in caplog.records if record.name == "notifications.signing_up"]
    assert len(told) == 6
    assert "ictim" not in " ".join(told)
    client.post(confirm_path(mailoutbox[:1]))
    assert Subscriber.objects.get().address == "Victim+0@example.org"


def test_strangers_do_not_use_up_a_subscribers_own_link(client, mailoutbox):
    subscriber = make_subscriber()
    for _time in range(5):
        post(client)
    for _time in range(5):
        signing_up.send_fresh_link(subscriber)
    while send():
        pass
    kinds = [kind for (kind,) in Message.objects.values_list("kind")]
    assert kinds.count(Message.Kind.LINK) == kinds.count(Message.Kind.CONFIRMATION) == 3
    assert len(mailoutbox) == 6


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_three_mails_at_most():
    errors, start = [], Barrier(20)

    def ask():
        try:
            start.wait()
            Client().post("/subscribe/", {"address": ADDRESS})
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert 1 <= Message.objects.count() <= 3


def test_a_robot_is_thanked_and_ignored(client):
    assert post(client, website="https://spam.example").url == "/subscribe/check-your-mail/"
    assert not Message.objects.exists()


def test_too_many_posts_are_told_when_to_come_back_and_keep_what_was_typed(client, settings, places):
    settings.THROTTLES = {"notifications:subscribe": 1}
    post(client)
    answer = post(client, "Typed@example.org", country="united-states")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    html = answer.content.decode()
    assert "Typed@example.org" in html
    assert '<option value="united-states" selected>' in html
    assert "Try again in" in html
    assert Message.objects.count() == 1


@pytest.mark.parametrize("address", ["", "reader", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org", "a\x00@example.org"])  # fmt: skip
def test_an_address_that_is_none_is_refused_beside_the_field_and_kept(client, address):
    answer = post(client, address)
    assert answer.status_code == 422
    assert answer.context["form"].errors["address"]
    assert not Message.objects.exists()


def test_a_country_that_is_not_ours_is_refused_in_words(client):
    answer = post(client, country="atlantis", theme="\x00")
    assert answer.context["form"].errors["country"] == ["This country is not in the list any more. Choose another one."]


def test_a_post_without_the_forms_token_is_refused():
    assert post(Client(enforce_csrf_checks=True)).status_code == 403


def test_a_profile_first_seen_when_someone_confirms_is_not_news_later(client, mailoutbox, work):
    profile = make_live_profile()
    post(client)
    client.post(confirm_path(mailoutbox))
    assert profile.cursor
    work()
    assert len(mailoutbox) == 1
