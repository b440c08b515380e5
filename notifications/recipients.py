"""May this mail still go out, and where to? Asked at the last moment, for much may have changed since it was queued."""

from django.db.models import Exists
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from notifications.models import Message, Subscriber, Subscription
from profiles.models import Profile


class NotOwed(Exception):
    """A mail must not go out any more; the text says why, for the admin's eyes."""


def recipient_of(message: Message) -> str:
    """The address to write to. Raises NotOwed with the reason when nobody may be written to."""
    if message.subscriber is None:
        return _strangers_address(message)
    profile = message.announcement.profile if message.announcement else None
    address = _followers_address(message.subscriber, profile) if profile else _own_address(message.subscriber)
    if address is None:
        raise NotOwed(_why_not(message.subscriber, profile))
    return address


def _strangers_address(message: Message) -> str:
    in_time = Message.objects.filter(pk=message.pk, give_up_at__gt=Now()).exclude(address="")
    if (address := in_time.values_list("address", flat=True).first()) is None:
        raise NotOwed(_("It could not be sent within a day."))
    return address


def _own_address(subscriber: Subscriber) -> str | None:
    return Subscriber.objects.reachable().filter(pk=subscriber.pk).values_list("address", flat=True).first()


def _followers_address(subscriber: Subscriber, profile: Profile) -> str | None:
    """The subscriber's address, if one of the subscriptions still covers the profile and it is still published."""
    is_live = Exists(Profile.objects.live().filter(pk=profile.pk))
    wishes = Subscription.objects.active().of_reachable().matching(profile).filter(is_live, subscriber=subscriber)
    return wishes.order_by().values_list("subscriber__address", flat=True).first()


def _why_not(subscriber: Subscriber, profile: Profile | None) -> str:
    subscriber.refresh_from_db()
    if profile and not Profile.objects.live().filter(pk=profile.pk).exists():
        return _("The profile is not published any more.")
    if subscriber.erased_at:
        return _("The address was deleted.")
    if subscriber.suppressed_at:
        return _("The mailbox refuses our mail.")
    return _("The subscription has ended.")
