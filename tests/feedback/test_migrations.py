"""A database of yesterday keeps its messages, and a process of yesterday goes on storing while it is brought up to date."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from feedback import duties
from feedback.models import FeedbackMessage
from tests.factories import make_live_edition

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(target=None):
    """Go to a migration of this room, or to the newest; its models as they are there."""
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes("feedback")
    return executor.migrate([("feedback", target)] if target else newest).apps.get_model


def store(models, number):
    edition = make_live_edition()
    message = models("feedback", "FeedbackMessage").objects.create(
        reference=f"r{number}", edition_id=edition.pk, text="Yesterday.", fingerprint=f"f{number}"
    )
    models("feedback", "Attachment").objects.create(
        message=message, file=f"feedback/aa/bb/{number}", name="photo.jpg", kind="jpg", size_bytes=6
    )


def test_messages_of_yesterday_are_kept_with_their_pictures_ready():
    try:
        yesterday = migrate("0001_messages_attachments_and_notes")
        store(yesterday, 1)
    finally:
        migrate()
    store(yesterday, 2)  # by a process that was not restarted yet
    for message in FeedbackMessage.objects.all():
        attachment = message.attachments.get()
        assert (attachment.name, attachment.is_ready, attachment.caution) == ("photo.jpg", True, "")
        assert (message.text, message.told_to) == ("Yesterday.", [])
    assert duties.redraw() == 0
