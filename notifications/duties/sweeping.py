"""What need not be known any longer is forgotten."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from notifications.clock import bring_back
from notifications.limits import FORGET_STRANGER
from notifications.links import CONFIRM_FOR
from notifications.models import Announcement, Delivery, Message, Subscriber, Subscription
from notifications.models.announcement import AnnouncementQuerySet

KEEP_ADDRESS = timedelta(days=28)  # after the last subscription ended: time to come back from a mistaken click
KEEP_HISTORY = timedelta(days=365)
CHUNK = 1_000


def sweep() -> int:
    """Forget strangers after a day, leavers after four weeks, and all history after a year; how many rows."""
    return (
        _strangers_not_written_to()
        + _letters_of_the_week()
        + _leavers()
        + _ended_subscriptions()
        + _old_deliveries()
        + _old_announcements()
        + _erased_subscribers()
    )


def _strangers_not_written_to() -> int:
    strangers = Message.objects.filter(subscriber__isnull=True)
    bring_back(strangers, "give_up_at", FORGET_STRANGER, to=Now() + FORGET_STRANGER)
    late = strangers.filter(give_up_at__lt=Now())
    return late.forget(_("It could not be sent within a day, and the address was forgotten."))


def _letters_of_the_week() -> int:
    """Confirmations whose links have expired, and fresh links: nothing refers to them."""
    letters = Message.objects.filter(kind__lt=Message.Kind.ANNOUNCEMENT)
    return letters.filter(created_at__lt=Now() - CONFIRM_FOR).delete()[0]


def _leavers() -> int:
    """Addresses whose owners follow nothing any more, and have not for weeks."""
    late = Now() - KEEP_ADDRESS
    mine = Subscription.objects.filter(subscriber=OuterRef("pk"))
    left = Subscriber.objects.filter(erased_at__isnull=True, subscriptions__ended_at__lt=late).distinct()
    gone = left.exclude(Exists(mine.active())).exclude(Exists(mine.filter(ended_at__gte=late)))
    for subscriber in (leavers := list(gone[:CHUNK])):
        subscriber.erase()
    return len(leavers)


def _ended_subscriptions() -> int:
    return Subscription.objects.filter(ended_at__lt=Now() - KEEP_HISTORY).delete()[0]


@transaction.atomic
def _old_deliveries() -> int:
    """A chunk of deliveries a year old, each with its message: apart, the one would be composed anew."""
    old = Delivery.objects.filter(announcement__in=_old(), message__state__in=Message.SETTLED)
    pairs = list(old.order_by("pk")[:CHUNK].values_list("pk", "message"))
    Delivery.objects.filter(pk__in=[delivery for delivery, _message in pairs]).delete()
    Message.objects.filter(pk__in=[message for _delivery, message in pairs]).delete()
    return len(pairs)


def _old_announcements() -> int:
    """Those whose deliveries are all gone. The cursor stays, so nothing is told again."""
    return _old().exclude(Exists(Delivery.objects.filter(announcement=OuterRef("pk")))).delete()[0]


def _old() -> AnnouncementQuerySet:
    return Announcement.objects.filter(detected_at__lt=Now() - KEEP_HISTORY).exclude(
        state__in=[Announcement.State.OPEN, Announcement.State.READY]
    )


def _erased_subscribers() -> int:
    """Rows without an address that no history refers to any longer."""
    erased = Subscriber.objects.filter(erased_at__isnull=False)
    for history in (Subscription, Delivery, Message):
        erased = erased.exclude(Exists(history.objects.filter(subscriber=OuterRef("pk"))))
    return erased.delete()[0]
