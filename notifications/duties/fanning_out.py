"""To whom is an announcement owed?"""

from django.db import transaction

from notifications.insert_select import RandomUUID, insert_for_each
from notifications.models import Announcement, Delivery

CHUNK = 2_000  # subscribers: on SQLite, whose only write lock is held meanwhile, some milliseconds


@transaction.atomic
def fan_out() -> int:
    """Owe the oldest ready announcement to the next chunk of its subscribers, in the order of their rows.

    The chunk and the note of how far it reached are stored together or not at
    all. From here on the announcement cannot change any more.
    """
    announcement = Announcement.objects.to_fan_out().locked().select_related("profile").first()
    if announcement is None:
        return 0
    owed = announcement.owed().filter(pk__gt=announcement.fanned_out_to).order_by("pk")
    last = owed.values_list("pk", flat=True)[CHUNK - 1 : CHUNK].first()
    count = insert_for_each(
        owed.filter(pk__lte=last) if last else owed,
        Delivery(announcement=announcement),
        subscriber_id="pk",
        key=RandomUUID(),
    )
    announcement.state = Announcement.State.READY if last else Announcement.State.FANNED_OUT
    announcement.fanned_out_to = last or announcement.fanned_out_to
    announcement.save(update_fields=["state", "fanned_out_to"])
    return count or 1
