"""What is owed becomes mails in the outbox."""

from django.db import transaction
from django.db.models import OuterRef, Subquery

from notifications import wording
from notifications.insert_select import insert_for_each
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
    waiting = announcement.deliveries.without_message().order_by("pk")
    last = waiting.values_list("pk", flat=True)[CHUNK - 1 : CHUNK].first()
    some = waiting.filter(pk__lte=last) if last else waiting
    insert_for_each(some, Message(kind=Message.Kind.ANNOUNCEMENT), key="key", subscriber_id="subscriber")
    mine = Message.objects.filter(key=OuterRef("key")).values("pk")
    return some.order_by().update(message=Subquery(mine))
