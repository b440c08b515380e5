"""From a stranger's wish to a subscription: a mail in between, and nothing kept of the stranger until the click."""

import logging
import uuid

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from notifications import links, wording
from notifications.addresses import clean_address, mailbox_of
from notifications.duties import detect
from notifications.limits import FORGET_STRANGER
from notifications.models import Message, Subscriber
from notifications.models.message import CONFIRMATIONS_A_DAY
from notifications.one_time_pad import seal, unseal
from notifications.scope import Scope

logger = logging.getLogger(__name__)


class UsedLink(links.BadLink):
    """This confirmation has been given already, or what we kept of it is gone."""


def ask(address: str, scope: Scope) -> None:
    """Queue the mail that asks whether ``address`` (cleaned) really wants this.

    Does the same work for every address and looks nobody up, so that an answer
    and its time tell nothing about who is subscribed. The fourth mail to one
    address in a day is not written: the form is open to people who wish others ill, and a tag makes no other mailbox.
    """
    half, sealed = seal(address)
    key = uuid.uuid4()
    asking = wording.of_confirmation(scope, links.confirm_path(links.Ticket(key, half, scope)))
    _queue(
        address,
        Message(
            key=key,
            kind=Message.Kind.CONFIRMATION,
            address=address,
            sealed_address=sealed,
            wording=asking.as_json(),
            give_up_at=Now() + FORGET_STRANGER,
        ),
    )


def confirm(ticket: links.Ticket) -> Subscriber:
    """Begin the subscription that a link asks for. Raises UsedLink for the second time, and then does nothing.

    Looks for changes first: what is new now is owed to those who followed
    before, and a profile first seen now is not mistaken for an updated one later.
    """
    detect()
    with transaction.atomic():
        waiting = Message.objects.select_for_update().filter(key=ticket.message, sealed_address__isnull=False).first()
        if waiting is None:
            raise UsedLink
        address = clean_address(unseal(ticket.half, bytes(waiting.sealed_address or b"")))
        Message.objects.filter(pk=waiting.pk).update(sealed_address=None)
        return Subscriber.objects.confirm(address, ticket.scope)


def is_waiting(ticket: links.Ticket) -> bool:
    """Whether this confirmation can still be given."""
    return Message.objects.filter(key=ticket.message, sealed_address__isnull=False).exists()


def send_fresh_link(subscriber: Subscriber) -> None:
    """Queue a new link to manage subscriptions, to the address that was confirmed; three a day, like other mail."""
    fresh = wording.of_link(links.manage_path(subscriber.key, timezone.now()))
    message = Message(kind=Message.Kind.LINK, subscriber=subscriber, wording=fresh.as_json())
    _queue(subscriber.address, message)


def erase(subscriber: Subscriber) -> None:
    """Delete an address at its owner's wish, wherever it stands: also where it waits to be asked anew."""
    waiting = Message.objects.filter(kind=Message.Kind.CONFIRMATION, address__iexact=subscriber.address)
    waiting.forget(_("The address was deleted."))
    subscriber.erase()


def _queue(address: str, message: Message) -> None:
    """Store a message unless its mailbox had its share of this kind today.

    The mailbox is counted by a keyed hash of itself and the day, which
    tomorrow matches nothing; and by kind, because anybody can use up what
    strangers ask for, and a subscriber's own link must not go with it. Of two at
    the same moment the constraint lets one through. Domains are not counted:
    whoever wishes others ill could then close a large one for everybody.
    """
    today = f"{mailbox_of(address)}\n{message.kind}\n{timezone.localdate()}"
    message.asked_by = salted_hmac("notifications.asked_by", today, algorithm="sha256").hexdigest()
    message.asked_times = Message.objects.filter(asked_by=message.asked_by).count() + 1
    if message.asked_times <= CONFIRMATIONS_A_DAY:
        Message.objects.bulk_create([message], ignore_conflicts=True)
    else:
        logger.warning("A mail was not written: its mailbox had its share today (%s).", message.get_kind_display())
