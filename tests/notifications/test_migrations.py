"""A database of yesterday keeps what it owes, and loses what it should not have kept."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from notifications.duties import detect, fan_out
from notifications.models import Delivery
from tests.factories import make_countries, make_live_profile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate():
    """Go to a migration of this room, or to the newest; the models as they were there. At the end all is up to date again."""

    def to(name):
        executor = MigrationExecutor(connection)
        newest = executor.loader.graph.leaf_nodes("notifications")
        return executor.migrate([("notifications", name)] if name else newest).apps.get_model

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("notifications"))


def test_a_site_that_is_brought_up_to_date_tells_nobody_anew(migrate):
    """Profiles whose date was told, one that is being told, and none of them twice."""
    old = migrate("0001_subscribers_announcements_and_messages")
    told, telling = (make_live_profile(country=country) for country in make_countries(2))
    cursors = [
        old("notifications", "Cursor")(profile_id=p.pk, announced=p.last_updated, sequence=1) for p in (told, telling)
    ]
    old("notifications", "Cursor").objects.bulk_create(cursors)
    subscriber = old("notifications", "Subscriber").objects.create(address="a@example.org", address_key="a@example.org")
    old("notifications", "Subscription").objects.create(subscriber=subscriber, confirmed_at="2026-01-01T00:00Z")
    old("notifications", "Announcement").objects.create(
        profile_id=telling.pk, sequence=1, from_date="2009-01-01", to_date=telling.last_updated,
        detected_at="2026-01-02T00:00Z", quiet_until="2026-01-02T00:00Z",
    )  # fmt: skip
    late = old("notifications", "Subscriber").objects.create(address="b@example.org", address_key="b@example.org")
    old("notifications", "Subscription").objects.create(subscriber=late, confirmed_at="2026-01-03T00:00Z")
    migrate(None)
    assert detect() == 0
    while fan_out():
        pass
    assert list(Delivery.objects.values_list("subscriber__address", flat=True)) == ["a@example.org"]


def test_a_failed_confirmation_of_yesterday_loses_its_address(migrate):
    old = migrate("0001_subscribers_announcements_and_messages")("notifications", "Message")
    asked = {"kind": 1, "address": "stranger@example.org", "wording": {"text": "Please"}}
    failed = old.objects.create(**asked, state="failed", reason="never answered")
    waiting = old.objects.create(**asked)
    new = migrate("0003_message_that_is_settled_keeps_no_address")("notifications", "Message")
    assert new.objects.filter(pk=failed.pk, address="", wording__isnull=True, settled_at__isnull=False).exists()
    assert new.objects.filter(pk=waiting.pk, address="stranger@example.org", settled_at=None).exists()
