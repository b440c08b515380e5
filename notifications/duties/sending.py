"""From the outbox to the mail server."""

import logging
import os
import socket
from uuid import uuid4

from django.core.mail import EmailMessage

from notifications.mails import mail_for
from notifications.models import Message
from notifications.recipients import NotOwed, recipient_of
from notifications.relay import Outcome, Relay

logger = logging.getLogger(__name__)

BATCH = 50


def send() -> int:
    """Hand a batch of due mails to the mail server, the most urgent first; how many were dealt with.

    No transaction is open while the server is spoken to. When the server
    itself is in trouble the rest of the batch is given back as it was.
    """
    owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex}"
    batch = Message.objects.claim(owner, BATCH)
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
        Message.objects.release(owner)
    return dealt


def _hand_over(message: Message, relay: Relay) -> bool:
    """Bring one message as far as it goes; False when the mail server is in trouble."""
    try:
        mail = _mail(message)
    except NotOwed as obstacle:
        message.skip(str(obstacle))
        return True
    except Exception as error:  # one that cannot be written must not hold up the others
        logger.exception("Message %s could not be written.", message.key)
        message.fail(f"It could not be written ({type(error).__name__}).")
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


def _mail(message: Message) -> EmailMessage:
    mail = mail_for(message, recipient_of(message))
    mail.message()  # what cannot become a mail shows here, before anything is handed over
    return mail
