"""Is it this mailbox that refuses, or the mail server? One answer cannot tell; many in a row can."""

import logging
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.clock import bring_back
from notifications.limits import HANDED_LEASE, SERVER_PAUSES
from notifications.relay import Answer, Outcome

logger = logging.getLogger(__name__)

# So many of a sort in a row, and no mail taken in between, are the server's trouble. A refusal by policy and a line that
# breaks seldom are one mailbox's own; dead mailboxes may well stand side by side; and "later" is what some say to all at first.
ENOUGH = {
    Outcome.TROUBLE: 3,
    Outcome.UNHEARD: 3,
    Outcome.REFUSED: 5,
    Outcome.NO_MAILBOX: 10,
    Outcome.REFUSED_MAILBOX: 10,
    Outcome.LATER: 30,
}


class Breaker(models.Model):
    """Whether mails may go out now: one row, shared by all workers on all machines, and kept over restarts.

    A circuit breaker. Closed, mails flow; it opens after ENOUGH equal answers in
    a row; when the pause is over one mail goes out to try, and either its
    acceptance ends the pause or the next one, longer, begins.
    """

    streak_of = models.CharField(max_length=40, blank=True, default="", editable=False)
    streak_count = models.PositiveIntegerField(_("equal answers in a row"), default=0)
    words = models.CharField(_("what the mail server says"), max_length=300, blank=True, default="")
    paused_until = models.DateTimeField(_("sending pauses until"), null=True, blank=True)
    pause_count = models.PositiveIntegerField(_("pauses in a row"), default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="breaker_is_one_row")]

    def __str__(self) -> str:
        return self.words

    @classmethod
    def now(cls) -> "Breaker":
        """As it stands now."""
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def is_open(self) -> bool:
        return self.paused_until is not None

    def let_pass(self, many: int) -> int:
        """How many mails may go out: ``many``, or none during a pause, or one by one worker alone when it is over."""
        if not self.is_open:
            return many
        bring_back(Breaker.objects.all(), "paused_until", SERVER_PAUSES[-1], to=Now())
        # Whoever tries holds the turn as long as a mail may take; a trier that died is followed by another.
        over = Breaker.objects.filter(pk=self.pk, paused_until__lte=Now())
        return over.update(paused_until=Now() + HANDED_LEASE)

    def give_back_turn(self) -> None:
        """Nothing could be tried: the next worker may."""
        Breaker.objects.filter(pk=self.pk, paused_until__isnull=False).update(paused_until=Now())

    @transaction.atomic
    def count(self, answer: Answer) -> None:
        """Take note of an answer that was no yes; too many in a row, or one to a mail that tried, begin a pause."""
        was_trying = self.is_open
        held = Breaker.objects.select_for_update().get(pk=self.pk)
        held.streak_count = held.streak_count + 1 if held.streak_of == answer.sort else 1
        held.streak_of = answer.sort
        if was_trying or (held.streak_count >= ENOUGH[answer.outcome] and not held.is_open):
            held._pause(answer.text)
        held.save()
        self.refresh_from_db()

    def relieve(self) -> None:
        """A mail was taken. Costs nothing when nothing was amiss as far as this worker knows."""
        if self.is_open:
            logger.info("The mail server takes mails again.")
        if self.is_open or self.streak_count:
            Breaker.objects.filter(pk=self.pk).update(
                streak_of="", streak_count=0, words="", paused_until=None, pause_count=0
            )
            self.refresh_from_db()

    def _pause(self, words: str) -> None:
        pause: timedelta = SERVER_PAUSES[min(self.pause_count, len(SERVER_PAUSES) - 1)]
        self.words, self.paused_until = words, Now() + pause
        self.pause_count += 1
        logger.error(
            "The mail server takes no mails; sending pauses for %d seconds. It says: %s", pause.total_seconds(), words
        )
