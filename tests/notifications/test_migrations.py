"""A database of yesterday keeps what it owes, and loses what it should not have kept."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate():
    """Go to a migration of this room; the models as they were there. At the end all is up to date again."""

    def to(name):
        executor = MigrationExecutor(connection)
        state = executor.migrate([("notifications", name)])
        return state.apps.get_model

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("notifications"))


def test_a_failed_confirmation_of_yesterday_loses_its_address(migrate):
    old = migrate("0001_subscribers_announcements_and_messages")("notifications", "Message")
    asked = {"kind": 1, "address": "stranger@example.org", "wording": {"text": "Please"}}
    failed = old.objects.create(**asked, state="failed", reason="never answered")
    waiting = old.objects.create(**asked)
    new = migrate("0003_message_that_is_settled_keeps_no_address")("notifications", "Message")
    assert new.objects.filter(pk=failed.pk, address="", wording__isnull=True, settled_at__isnull=False).exists()
    assert new.objects.filter(pk=waiting.pk, address="stranger@example.org", settled_at=None).exists()
