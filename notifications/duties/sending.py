"""From the outbox to the mail server."""

import logging
import os
import socket
from uuid import uuid4

import django.db

from notifications import queue
from notifications.mails import Mail, mail_for
from notifications.models import Message
from notifications.recipients import NotOwed, recipient_of
from notifications.relay import Outcome, Relay
from notifications.wording import Unwritable

logger = logging.getLogger(__name__)

BATCH = 50


def send() -> int:
    """Hand a batch of due mails to the mail server, the most urgent first; how many were dealt with.

    No transaction is open while the server is spoken to. When the server
    itself is in trouble, or anything else that is no message's own, the rest of
    the batch is given back as it was.
    """
    owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex}"
    batch = queue.claim(owner, BATCH)
    if not batch:
        return 0
    dealt = 0
    try:
        with Relay() as relay:
            for message in batch:
                if not _hand_over(message, relay):
                    break
                dealt += 1
    finally:
        _release(owner)
    return dealt


def _hand_over(message: Message, relay: Relay) -> bool:
    """Bring one message as far as it goes; False when the mail server is in trouble."""
    if (mail := _mail(message)) is None:
        return True
    if trouble := relay.open():
        logger.warning("The mail server cannot be reached: %s", trouble.text)
        return False
    if not message.hand():
        return True
    answer = relay.take(mail)
    message.settle(answer)
    if answer.outcome in (Outcome.TROUBLE, Outcome.REFUSED):
        logger.error("The mail server did not take message %s: %s", message.key, answer.text)
    return answer.outcome is not Outcome.TROUBLE


def _mail(message: Message) -> Mail | None:
    """The mail, or None when there is none to send and the message says why.

    Only what is the message's own is its last word. A database that is away and
    a full disk leave, and end the batch. Anything else is a mistake of ours, not
    known to be the message's: it is put off, so that it holds up no other.
    """
    try:
        return mail_for(message, recipient_of(message))
    except NotOwed as obstacle:
        message.skip(str(obstacle))
    except Unwritable as fault:
        logger.error("Message %s cannot be written: %s", message.key, fault)
        message.fail(f"It cannot be written: {fault}.")
    except (django.db.Error, OSError, MemoryError):
        raise
    except Exception as error:
        logger.exception("Message %s could not be written.", message.key)
        message.put_off(f"It could not be written ({type(error).__name__}).")
    return None


def _release(owner: str) -> None:
    """Give the rest back; where the database is away, its leases end by themselves."""
    try:
        queue.release(owner)
    except django.db.Error as error:
        logger.warning("Mails wait until their leases end: %s", type(error).__name__)
