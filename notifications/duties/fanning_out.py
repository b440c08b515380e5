"""To whom is an announcement owed?"""

from django.db import connection, models, transaction
from django.db.models import Value

from notifications.models import Announcement, Delivery, Subscriber

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
    owed = Subscriber.objects.owed(announcement).filter(pk__gt=announcement.fanned_out_to).order_by("pk")
    last = owed.values_list("pk", flat=True)[CHUNK - 1 : CHUNK].first()
    count = _insert_deliveries(announcement, owed.filter(pk__lte=last) if last else owed)
    announcement.state = Announcement.State.READY if last else Announcement.State.FANNED_OUT
    announcement.fanned_out_to = last or announcement.fanned_out_to
    announcement.save(update_fields=["state", "fanned_out_to"])
    return count or 1


def _insert_deliveries(announcement: Announcement, subscribers: models.QuerySet[Subscriber]) -> int:
    """One statement, so that a hundred thousand rows never pass through here; pairs that exist are left alone."""
    pairs = subscribers.order_by().values_list(Value(announcement.pk), "pk")
    select, parameters = pairs.query.sql_with_params()
    table = connection.ops.quote_name(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (announcement_id, subscriber_id) {select} ON CONFLICT DO NOTHING",  # noqa: S608
            parameters,
        )
        return int(cursor.rowcount)
