"""Which profiles have a date, or news of the same date, that were not announced yet?

The answer comes from comparing rows, never from catching events: a date changed
by the publish page, ``update()``, SQL or a fixture is seen alike, and whatever
a crash interrupted is seen again.
"""

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Least

from notifications.clock import bring_back, today
from notifications.models import Announcement, Cursor, Subscription
from notifications.models.announcement import edition_carrying, quiet_from_now, quiet_span
from profiles.models import Edition, Profile


def detect() -> int:
    """Announce each live profile's date that is due and differs from the one announced last, or came with more news."""
    bring_back(Announcement.objects.open(), "quiet_until", quiet_span(), to=quiet_from_now())
    began = _begin_cursors()
    withdrawn = sum(_withdraw(announcement) for announcement in Announcement.objects.open().of_unpublished())
    _follow_counts_back()
    moved = Cursor.objects.filter(
        ~Q(announced=F("profile__last_updated")) | Q(announced_news__lt=F("profile__news_count")),
        profile__live_edition__isnull=False,
        profile__last_updated__lte=today(),
    )
    return began + withdrawn + sum(_announce(cursor) for cursor in moved.select_related("profile"))


def _begin_cursors() -> int:
    """Begin, in silence, with the first edition's date for each profile never seen before."""
    editions = Edition.objects.filter(profile=OuterRef("pk")).order_by("number")
    first_seen = Profile.objects.live().filter(cursor__isnull=True)
    dates = first_seen.values_list("pk", Subquery(editions.values("last_updated")[:1]), Least("news_count", 1))
    cursors = [Cursor(profile_id=pk, announced=announced, announced_news=news) for pk, announced, news in dates]
    return len(Cursor.objects.bulk_create(cursors, ignore_conflicts=True))


def _follow_counts_back() -> None:
    """Where fewer news are counted than were announced, older rows were loaded: what comes next is news again."""
    counted = Profile.objects.filter(pk=OuterRef("profile")).values("news_count")
    Cursor.objects.filter(announced_news__gt=F("profile__news_count")).update(announced_news=Subquery(counted))


@transaction.atomic
def _announce(cursor: Cursor) -> int:
    """Move the cursor, and with it the open announcement or a new one; nothing when another worker was first."""
    profile = cursor.profile
    if not cursor.move(profile.last_updated, profile.news_count):  # type: ignore[arg-type]  # one that is live has a date
        return 0
    if under_way := profile.announcements.open().select_for_update().first():
        under_way.lead_to(profile)
    else:
        profile.announcements.create(
            sequence=cursor.sequence + 1,
            from_date=cursor.announced,
            to_date=profile.last_updated,  # type: ignore[misc]
            from_news=cursor.announced_news,
            to_news=profile.news_count,
            edition=edition_carrying(profile),
            quiet_until=quiet_from_now(),
            newest_wish=Subscription.objects.newest(),
        )
    return 1


@transaction.atomic
def _withdraw(announcement: Announcement) -> int:
    """End an announcement whose profile is not published any more, before anybody was told.

    The cursor goes back: if the profile returns with the new date, that date is news still.
    """
    cursor = Cursor.objects.select_for_update().get(pk=announcement.profile_id)
    withdrawn = Announcement.objects.open().filter(pk=announcement.pk).update(state=Announcement.State.WITHDRAWN)
    return withdrawn and cursor.move(announcement.from_date, announcement.from_news)
