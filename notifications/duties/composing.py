"""What is owed becomes mails in the outbox."""

from django.db import transaction
from django.db.models import OuterRef, Subquery

from notifications import wording
from notifications.models import Announcement, Message

CHUNK = 1_000  # deliveries


@transaction.atomic
def compose() -> int:
    """Word the oldest announcement that waits, if nobody has, and give the next of its deliveries a message each."""
    announcement = Announcement.objects.to_compose().locked().select_related("profile", "edition").first()
    if announcement is None:
        return 0
    if announcement.wording is None:
        announcement.wording = wording.of_announcement(announcement).as_json()
        announcement.save(update_fields=["wording"])
    waiting = list(announcement.deliveries.without_message().order_by("pk")[:CHUNK].values_list("pk", "subscriber_id"))
    messages = Message.objects.bulk_create(
        Message(kind=Message.Kind.ANNOUNCEMENT, subscriber_id=subscriber) for _delivery, subscriber in waiting
    )
    # Within one announcement a subscriber has one delivery, and so one of these messages.
    own = Message.objects.filter(pk__in=[message.pk for message in messages], subscriber=OuterRef("subscriber"))
    announcement.deliveries.filter(pk__in=[delivery for delivery, _subscriber in waiting]).update(
        message=Subquery(own.values("pk")[:1])
    )
    return len(waiting)
