"""One mail in the outbox, and the only truth about whether it went out."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.limits import HANDED_LEASE, LEASE, MOST_ATTEMPTS, pause
from notifications.relay import Answer, Outcome

from . import states
from .announcement import Announcement
from .states import FREE, SETTLED_FIELDS
from .subscriber import Subscriber

CONFIRMATIONS_A_DAY = 3


def in_two_days() -> datetime:
    """Stays for migration 0001, which names it."""
    return timezone.now() + timedelta(hours=48)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> "MessageQuerySet":
        """To be sent now, the most urgent kind first."""
        waiting = self.pending().filter(Q(due_at__isnull=True) | Q(due_at__lte=Now()))
        return waiting.order_by("kind", "pk")

    def pending(self) -> "MessageQuerySet":
        return self.filter(state=states.State.PENDING)

    def under_way(self) -> "MessageQuerySet":
        return self.filter(state__in=states.UNDER_WAY)

    def failed(self) -> "MessageQuerySet":
        return self.filter(state=states.State.FAILED)

    def to_retry(self) -> "MessageQuerySet":
        """Failed announcements; other mails lost their text when they failed."""
        return self.failed().filter(kind=states.Kind.ANNOUNCEMENT)

    def retry(self) -> int:
        """Put failed announcements in the queue once more."""
        return self.to_retry().update(
            state=states.State.PENDING,
            due_at=None,
            settled_at=None,
            attempt_count=0,
            unanswered_count=0,
            reason="",
        )

    def forget(self, reason: str) -> int:
        """Drop the addresses and texts of mails to strangers that were not sent yet, and say why."""
        waiting = self.exclude(state__in=states.SETTLED)
        return waiting.update(state=states.State.SKIPPED, reason=reason, **SETTLED_FIELDS)


class Message(models.Model):
    """One mail to one address, and how far it has come: pending → leased → handed → accepted, failed or skipped.

    A confirmation holds a stranger's address and text itself and loses both when
    it is settled, or after a day; what remains is sealed, and opened by the link
    in the mail alone. Other kinds go to a subscriber, whose address they look up.
    """

    Kind = states.Kind
    State = states.State
    SETTLED = states.SETTLED

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=states.Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=states.State.choices, default=states.State.PENDING)
    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, null=True, blank=True, related_name="messages", verbose_name=_("subscriber")
    )
    address = models.CharField(_("stranger's address"), max_length=254, blank=True, default="")
    wording = models.JSONField(_("wording"), null=True, blank=True, editable=False)
    sealed_address = models.BinaryField(max_length=254, null=True, blank=True)
    asked_by = models.CharField(max_length=64, blank=True, default="", editable=False)
    asked_times = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("written at"), db_default=Now())
    due_at = models.DateTimeField(
        _("due at"), null=True, blank=True, help_text=_("Empty: at once. It is set when a mail is put off.")
    )
    give_up_at = models.DateTimeField(
        _("given up at"), null=True, blank=True, help_text=_("Of a confirmation alone: its address is forgotten then.")
    )
    owner = models.CharField(_("worker"), max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(_("attempts put off"), default=0)
    unanswered_count = models.PositiveSmallIntegerField(
        _("handed over without an answer"), default=0, help_text=_("Each may have arrived, with the same Message-ID.")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=1, subscriber__isnull=True) | Q(kind__gt=1, subscriber__isnull=False, address=""),
                name="message_goes_to_a_subscriber_or_holds_an_address",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=states.SETTLED) | Q(address="", wording__isnull=True),
                name="message_that_is_settled_keeps_no_address",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["leased", "handed"], lease_until__isnull=False) & ~Q(owner="")
                | ~Q(state__in=["leased", "handed"]) & Q(lease_until__isnull=True, owner=""),
                name="message_under_way_has_a_worker_and_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "skipped"]) | ~Q(reason=""),
                name="message_that_did_not_go_out_says_why",
            ),
            models.UniqueConstraint(
                fields=["asked_by", "asked_times"],
                condition=~Q(asked_by=""),
                name="message_asked_for_once_per_turn_of_the_day",
            ),
            models.CheckConstraint(
                condition=Q(asked_times__isnull=True) | Q(asked_times__range=(1, CONFIRMATIONS_A_DAY)),
                name="message_asked_for_three_times_a_day_at_most",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], condition=Q(state="pending"), name="message_pending"),
            models.Index(fields=["lease_until"], condition=Q(state__in=["leased", "handed"]), name="message_under_way"),
            models.Index(fields=["created_at"], condition=Q(kind__lt=3), name="message_of_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"

    @property
    def announcement(self) -> Announcement | None:
        """What an announcement's mail tells of."""
        return next((delivery.announcement for delivery in self.deliveries.all()), None)

    def hand(self) -> bool:
        """Record, before the mail leaves, that it is leaving; False when the lease was lost and another may send it."""
        mine = Message.objects.filter(pk=self.pk, owner=self.owner, state=self.State.LEASED, lease_until__gt=Now())
        return bool(mine.update(state=self.State.HANDED, lease_until=Now() + HANDED_LEASE))

    def settle(self, answer: Answer) -> None:
        """Record what the mail server said."""
        match answer.outcome:
            case Outcome.ACCEPTED:
                self._finish(self.State.ACCEPTED)
                self._forget_refusals()
            case Outcome.UNHEARD:  # it may have arrived: as after a crash, its lease runs out, but not at once
                self._note(lease_until=Now() + pause(self.unanswered_count), reason=answer.text)
            case Outcome.TROUBLE:
                self.put_off(answer.text)
            case Outcome.LATER:
                self.try_later(answer.text)
            case Outcome.NO_MAILBOX | Outcome.REFUSED_MAILBOX:
                self.fail(answer.text)
                self._count_refusal(is_final=answer.outcome is Outcome.NO_MAILBOX)
            case Outcome.REFUSED:
                self.fail(answer.text)

    def skip(self, reason: str) -> None:
        """It is not owed any more."""
        self._finish(self.State.SKIPPED, reason)

    def fail(self, reason: str) -> None:
        """It cannot be sent, unless an editor asks for another try."""
        self._finish(self.State.FAILED, reason)

    def put_off(self, reason: str) -> None:
        """Nothing of this mail's doing, so it does not count; but others go first."""
        self._put_off(pause(0), reason)

    def hold(self) -> None:
        """It was refused, and it is not known yet by whom: not handed over any more, and not settled."""
        self._note(state=self.State.LEASED, lease_until=Now() + LEASE)

    def try_later(self, reason: str) -> None:
        """Not now: it waits longer each time, and after MOST_ATTEMPTS it failed."""
        if self.attempt_count >= MOST_ATTEMPTS:
            self.fail(reason)
        else:
            self._put_off(pause(self.attempt_count), reason, attempt_count=self.attempt_count + 1)

    def _put_off(self, wait: timedelta, reason: str, **fields: object) -> None:
        self._note(state=self.State.PENDING, due_at=Now() + wait, reason=reason, **FREE, **fields)

    def _finish(self, state: states.State, reason: str = "") -> None:
        """The last word on this mail."""
        self._note(state=state, reason=reason, **SETTLED_FIELDS)

    def _note(self, **fields: object) -> None:
        """Write only what is still this worker's: one that slept past its lease has nothing to say any more."""
        Message.objects.under_way().filter(pk=self.pk, owner=self.owner).update(**fields)

    def _count_refusal(self, *, is_final: bool) -> None:
        if self.subscriber:
            self.subscriber.count_refusal(is_final=is_final)

    def _forget_refusals(self) -> None:
        if self.subscriber and self.subscriber.refusal_count:
            Subscriber.objects.filter(pk=self.subscriber.pk).update(refusal_count=0, refused_on=None)
