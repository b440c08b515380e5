"""From the outbox to the mail server."""

import logging
import os
import socket
from functools import partial
from uuid import uuid4

import django.db

from notifications import queue
from notifications.insisting import insist
from notifications.limits import HANDED_LEASE
from notifications.line import Deadline
from notifications.mails import Mail, mail_for
from notifications.models import Breaker, Message
from notifications.recipients import NotOwed, recipient_of
from notifications.relay import Answer, Outcome, Relay
from notifications.wording import Unwritable

logger = logging.getLogger(__name__)

BATCH = 50


def send() -> int:
    """Hand a batch of due mails to the mail server, the most urgent first; how many were dealt with.

    No transaction is open while the server is spoken to. When the server
    itself is in trouble, or anything else that is no message's own, the rest of
    the batch is given back as it was.
    """
    breaker = Breaker.now()
    if not (many := breaker.let_pass(BATCH)):
        return 0
    owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex}"
    batch = queue.claim(owner, many, at_random=breaker.is_open)
    with Relay() as relay:
        shift = Shift(relay, breaker)
        try:
            return shift.work(batch)
        finally:
            _give_back(owner, shift)


class Shift:
    """One worker's way through a batch.

    A refusal is not believed at once: it may be the mailbox's, or the server's
    against everybody. It is held back, by this worker alone, until the server
    takes another mail (then it was the mailbox's own) or the breaker opens (then
    it was not). If the worker dies meanwhile, the mail is merely tried again.
    """

    def __init__(self, relay: Relay, breaker: Breaker) -> None:
        self.relay, self.breaker = relay, breaker
        self.held: dict[int, tuple[Message, Answer]] = {}
        self.has_asked = self.was_taken = False

    def work(self, batch: list[Message]) -> int:
        """Hand over one after another until the server is in trouble; how many were dealt with."""
        dealt = 0
        for message in batch:
            if not self._hand_over(message):
                break
            dealt += 1
        self._part()
        return dealt

    def _hand_over(self, message: Message) -> bool:
        """Bring one message as far as it goes; False when the mail server is in trouble."""
        if (mail := _mail(message)) is None:
            return True
        self.has_asked = True
        if trouble := self.relay.open():
            logger.warning("The mail server cannot be reached: %s", trouble.text)
            self.breaker.count(trouble)
            return False
        lease = Deadline(HANDED_LEASE)
        if not message.hand():
            return True
        answer = self.relay.take(mail)
        insist(partial(self._record, message, answer), lease)
        return answer.outcome is not Outcome.TROUBLE and not self.breaker.is_open

    def _record(self, message: Message, answer: Answer) -> None:
        """Write down what the server said; twice is as good as once."""
        if answer.outcome is Outcome.ACCEPTED:
            message.settle(answer)
            self.was_taken = True
            self._settle_held()
            self.breaker.relieve()
            return
        logger.warning("The mail server did not take message %s: %s", message.key, answer.text)
        is_news = self._is_news(message, answer)
        if self.breaker.is_open and answer.outcome is not Outcome.UNHEARD:
            message.put_off(answer.text)
        elif answer.is_refusal:
            message.hold()
            self.held[message.pk] = message, answer
        else:
            message.settle(answer)
        if is_news:
            self.breaker.count(answer)

    def _is_news(self, message: Message, answer: Answer) -> bool:
        """Whether it tells of the server: one mailbox that says the same again tells of itself."""
        if self.breaker.is_open or answer.outcome is Outcome.TROUBLE:
            return True
        if answer.outcome is Outcome.UNHEARD:
            return not message.unanswered_count
        others = {held.subscriber_id for held, _answer in self.held.values() if held.pk != message.pk} - {None}
        return message.reason != answer.text and message.subscriber_id not in others

    def _settle_held(self) -> None:
        """The server takes mails from us: what it refused before, it refused for good."""
        for message, answer in self.held.values():
            message.settle(answer)
        self.held.clear()

    def _part(self) -> None:
        """The batch is over and some refusals were not understood: those are tried again, but for one that stands alone."""
        mailboxes = {message.subscriber_id or message.key for message, _answer in self.held.values()}
        is_alone = len(mailboxes) == 1 and not Message.objects.due().exists()
        for message, answer in self.held.values():
            is_settled = is_alone or message.reason == answer.text
            if self.breaker.is_open:
                message.put_off(answer.text)
            elif answer.outcome is Outcome.REFUSED and not (is_settled and self.was_taken):
                message.try_later(answer.text)
            elif is_settled:
                message.settle(answer)
            else:
                message.put_off(answer.text)
        self.held.clear()


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


def _give_back(owner: str, shift: Shift) -> None:
    """Give the rest back; where the database is away, leases end by themselves."""
    try:
        queue.release(owner)
        if shift.breaker.is_open and not shift.has_asked:
            shift.breaker.give_back_turn()
    except django.db.Error as error:
        logger.warning("Mails wait until their leases end: %s", type(error).__name__)
