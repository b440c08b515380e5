"""What editors see of the outbox, and the two things they may ask for."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notifications import signing_up
from notifications.duties import compose, detect, fan_out
from notifications.models import Announcement, Breaker, Message, Subscriber
from notifications.scope import Scope
from profiles.models import Profile
from tests.factories import make_live_profile, make_staff, make_subscriber, make_superuser

pytestmark = pytest.mark.django_db

MODELS = ["subscriber", "announcement", "message"]
VIEW = [f"notifications.view_{model}" for model in [*MODELS, "subscription"]]


@pytest.fixture
def rows():
    profile = make_live_profile()
    detect()
    for number in range(3):
        make_subscriber(address=f"reader{number}@example.org", country=profile.country)
    Profile.objects.update(last_updated=date(2011, 3, 1))
    for duty in (detect, fan_out, compose):
        duty()
    signing_up.ask("stranger@example.org", Scope())


@pytest.fixture
def editor(client):
    client.force_login(make_staff(*VIEW))
    return client


def changelist(model, **query):
    return reverse(f"admin:notifications_{model}_changelist", query=query)


def act(client, model, action):
    chosen = [row.pk for row in {"subscriber": Subscriber, "message": Message}[model].objects.all()]
    return client.post(changelist(model), {"action": action, "_selected_action": chosen}, follow=True)


@pytest.mark.usefixtures("rows")
class TestPages:
    @pytest.mark.parametrize("model", MODELS)
    def test_each_list_opens_in_few_queries(self, editor, model, django_assert_max_num_queries):
        with django_assert_max_num_queries(20):
            assert editor.get(changelist(model)).status_code == 200

    @pytest.mark.parametrize("model", MODELS)
    def test_a_list_costs_the_same_however_long_it_is(self, editor, model, django_assert_max_num_queries):
        with CaptureQueriesContext(connection) as few:
            editor.get(changelist(model))
        for number in range(10, 30):
            subscriber = make_subscriber(address=f"reader{number}@example.org")
            Message.objects.create(kind=Message.Kind.ANNOUNCEMENT, subscriber=subscriber)
        with CaptureQueriesContext(connection) as many:
            editor.get(changelist(model))
        assert len(many) <= len(few)

    @pytest.mark.parametrize("model", [Subscriber, Announcement, Message])
    def test_each_row_opens_to_be_read_only(self, editor, model):
        row = model.objects.order_by("pk").first()
        page = editor.get(reverse(f"admin:notifications_{model._meta.model_name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert b'name="_save"' not in page.content
        assert b"Delete" not in page.content

    @pytest.mark.parametrize(
        ("model", "query", "found"),
        [
            ("message", {"state__exact": "pending"}, 4),
            ("message", {"state__exact": "failed"}, 0),
            ("message", {"kind__exact": "1"}, 1),
            ("message", {"q": "reader1@"}, 1),
            ("subscriber", {"q": "reader1@"}, 1),
            ("subscriber", {"suppressed_at__isempty": "0"}, 0),
            ("subscriber", {"subscriptions__country__id__exact": "0"}, 0),
            ("announcement", {"q": "United"}, 1),
            ("announcement", {"state__exact": "fanned-out"}, 1),
        ],
    )
    def test_filters_and_search_find(self, editor, model, query, found):
        assert editor.get(changelist(model, **query)).context["cl"].result_count == found

    def test_an_announcement_says_how_far_it_has_come(self, editor):
        Message.objects.filter(subscriber__address="reader0@example.org").update(state="accepted")
        row = editor.get(changelist("announcement")).content.decode()
        counts = [row.split(f'class="field-{name}_count">')[1][0] for name in ("owed", "sent", "open")]
        assert counts == ["3", "1", "2"]

    def test_a_strangers_address_is_not_shown(self, editor):
        message = Message.objects.get(kind=Message.Kind.CONFIRMATION)
        page = editor.get(reverse("admin:notifications_message_change", args=[message.pk]))
        assert b"stranger" not in page.content

    @pytest.mark.parametrize("model", ["announcement", "message"])
    def test_a_pause_in_sending_is_told_with_its_end_and_the_servers_words(self, editor, model):
        assert "takes no mails" not in editor.get(changelist(model)).content.decode()
        Breaker.now()
        Breaker.objects.update(paused_until="2026-11-25T14:05Z", words="554 5.7.1 <Relay> access denied")
        page = editor.get(changelist(model)).content.decode()
        assert "one is tried at 14:05" in page
        assert "554 5.7.1 &lt;Relay&gt; access denied" in page

    @pytest.mark.parametrize("model", MODELS)
    def test_nothing_can_be_added(self, client, model):
        client.force_login(make_staff(*VIEW, f"notifications.add_{model}"))
        assert client.get(reverse(f"admin:notifications_{model}_add")).status_code == 403

    @pytest.mark.parametrize("model", MODELS)
    def test_who_may_not_look_sees_nothing(self, client, model):
        client.force_login(make_staff())
        assert client.get(changelist(model)).status_code == 403


@pytest.mark.usefixtures("rows")
class TestActions:
    def test_failed_messages_are_tried_again(self, client):
        Message.objects.filter(kind=Message.Kind.ANNOUNCEMENT).update(state="failed", reason="554 no", attempt_count=9)
        client.force_login(make_staff(*VIEW, "notifications.change_message"))
        assert b"3 messages are in the queue again." in act(client, "message", "retry").content
        assert set(Message.objects.values_list("state", "attempt_count")) == {("pending", 0)}

    def test_what_was_accepted_is_not_sent_again(self, client):
        Message.objects.filter(kind=Message.Kind.ANNOUNCEMENT).update(state="accepted")
        client.force_login(make_staff(*VIEW, "notifications.change_message"))
        act(client, "message", "retry")
        assert Message.objects.filter(state="accepted").count() == 3

    def test_addresses_are_deleted_at_their_owners_wish(self, client):
        client.force_login(make_staff(*VIEW, "notifications.delete_subscriber"))
        assert b"3 addresses were deleted." in act(client, "subscriber", "erase").content
        assert set(Subscriber.objects.values_list("address", flat=True)) == {""}

    @pytest.mark.parametrize(("model", "action"), [("message", "retry"), ("subscriber", "erase")])
    def test_each_leaves_an_entry_in_the_audit_log_without_an_address(self, client, model, action):
        announced = Message.objects.filter(kind=Message.Kind.ANNOUNCEMENT)
        announced.update(state="failed", reason="554 no", settled_at=timezone.now())
        client.force_login(user := make_superuser())
        act(client, model, action)
        entries = LogEntry.objects.filter(user=user, content_type__model=model)
        assert entries.count() == 3
        told = " ".join(f"{entry.object_repr} {entry.change_message}" for entry in entries)
        assert "@" not in told
        assert "owner" in told or "another try" in told

    @pytest.mark.parametrize(("model", "action"), [("message", "retry"), ("subscriber", "erase")])
    def test_not_by_one_who_may_only_look(self, editor, model, action):
        Message.objects.filter(kind=Message.Kind.ANNOUNCEMENT).update(state="failed", reason="554 no")
        act(editor, model, action)
        assert not Subscriber.objects.filter(address="").exists()
        assert Message.objects.failed().count() == 3
