"""The outbox: one row per mail, and the only truth about whether it went out."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from notifications.relay import Answer, Outcome
from profiles.models import Profile

from .subscriber import Subscriber

if TYPE_CHECKING:
    from .announcement import Announcement

LEASE = timedelta(seconds=60)  # well above what one mail may take: see relay.ANSWER_SECONDS
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
UNANSWERED_LIMIT = 5
KEEP_TRYING = timedelta(hours=48)
FORGET_STRANGER = timedelta(hours=24)
CONFIRMATIONS_A_DAY = 3


class NotOwed(Exception):
    """A mail must not go out any more; the text says why, for the admin's eyes."""


def in_two_days() -> datetime:
    return timezone.now() + KEEP_TRYING


def pause(times: int) -> timedelta:
    """How long to wait after the ``times``-th failure, counted from 0."""
    return PAUSES[min(times, len(PAUSES) - 1)]


class MessageQuerySet(models.QuerySet["Message"]):
    def pending(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.PENDING)

    def failed(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.FAILED)

    def due(self) -> "MessageQuerySet":
        """To be sent now, the most urgent kind first."""
        return self.pending().filter(due_at__lte=timezone.now()).order_by("kind", "due_at", "pk")

    def under_way(self) -> "MessageQuerySet":
        return self.filter(state__in=[Message.State.LEASED, Message.State.HANDED])

    @transaction.atomic
    def claim(self, owner: str, limit: int) -> list["Message"]:
        """Lease up to ``limit`` due messages to one worker, after taking back what dead workers held."""
        self.recover()
        chosen = list(self.due().select_for_update(skip_locked=True)[:limit].values_list("pk", flat=True))
        self.filter(pk__in=chosen).update(state=Message.State.LEASED, owner=owner, lease_until=Now() + LEASE)
        claimed = self.filter(pk__in=chosen).select_related("subscriber")
        told = ("country", "theme")
        return list(
            claimed.prefetch_related(*(f"deliveries__announcement__profile__{part}" for part in told)).order_by(
                "kind", "due_at", "pk"
            )
        )

    def recover(self) -> None:
        """Free the messages whose lease has ended: their worker, or the line to the mail server, died.

        What was only leased is certainly unsent. What was handed over may have
        arrived: it goes out again with the same Message-ID, and is counted.
        """
        dead = self.under_way().filter(lease_until__lt=Now())
        free = {"state": Message.State.PENDING, "owner": "", "lease_until": None}
        dead.filter(state=Message.State.LEASED).update(**free)
        handed = dead.filter(state=Message.State.HANDED)
        handed.filter(unanswered_count__gte=UNANSWERED_LIMIT - 1).update(
            **{**free, "state": Message.State.FAILED},
            unanswered_count=F("unanswered_count") + 1,
            reason=_now("The mail server never said whether it took this mail; it may have arrived."),
        )
        handed.update(**free, unanswered_count=F("unanswered_count") + 1)

    def release(self, owner: str) -> int:
        """Give back what ``owner`` leased and did not hand over."""
        leased = self.filter(owner=owner, state=Message.State.LEASED)
        return leased.update(state=Message.State.PENDING, owner="", lease_until=None)

    def retry(self) -> int:
        """Put failed announcements in the queue once more; other mails lost their text when they failed."""
        return (
            self.failed()
            .filter(kind=Message.Kind.ANNOUNCEMENT)
            .update(
                state=Message.State.PENDING,
                due_at=timezone.now(),
                give_up_at=in_two_days(),
                attempt_count=0,
                unanswered_count=0,
                reason="",
            )
        )

    def forget(self, reason: str) -> int:
        """Drop the addresses and texts of mails to strangers that were not sent yet, and say why."""
        waiting = self.filter(state__in=[Message.State.PENDING, Message.State.LEASED, Message.State.HANDED])
        return waiting.update(
            state=Message.State.SKIPPED,
            reason=reason,
            address="",
            wording=None,
            owner="",
            lease_until=None,
        )


class Message(models.Model):
    """One mail to one address, and how far it has come.

    pending → leased → handed → accepted, failed or skipped. A confirmation
    holds a stranger's address and text itself and loses both when it is
    accepted, or after a day; what remains is sealed, and opened by the link in
    the mail alone. Other kinds go to a subscriber, whose address they look up.
    """

    class Kind(models.IntegerChoices):
        """What is told; the smaller number is sent first."""

        CONFIRMATION = 1, _("confirmation")
        LINK = 2, _("fresh link")
        ANNOUNCEMENT = 3, _("announcement")

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        LEASED = "leased", _("leased")
        HANDED = "handed", _("handed over, no answer yet")
        ACCEPTED = "accepted", _("accepted")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("skipped")

    SETTLED = (State.ACCEPTED, State.FAILED, State.SKIPPED)

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PENDING)
    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, null=True, blank=True, related_name="messages", verbose_name=_("subscriber")
    )
    address = models.CharField(_("stranger's address"), max_length=254, blank=True, default="")
    wording = models.JSONField(_("wording"), null=True, blank=True, editable=False)
    sealed_address = models.BinaryField(max_length=254, null=True, blank=True)
    asked_by = models.CharField(max_length=64, blank=True, default="", editable=False)
    asked_times = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    give_up_at = models.DateTimeField(_("given up at"), default=in_two_days)
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
                condition=~Q(state="accepted") | Q(address="", wording__isnull=True),
                name="message_that_is_accepted_keeps_no_address",
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
            models.Index(fields=["kind", "due_at", "id"], condition=Q(state="pending"), name="message_pending"),
            models.Index(fields=["lease_until"], condition=Q(state__in=["leased", "handed"]), name="message_under_way"),
            models.Index(fields=["created_at"], condition=Q(kind__lt=3), name="message_of_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"

    @property
    def announcement(self) -> "Announcement | None":
        """What an announcement's mail tells of."""
        return next((delivery.announcement for delivery in self.deliveries.all()), None)

    def recipient(self) -> str:
        """The address to write to, asked for at the last moment. Raises NotOwed when it must not be written to."""
        if self.subscriber is None:
            if not self.address or self.give_up_at < timezone.now():
                raise NotOwed(_now("It could not be sent within a day."))
            return self.address
        return self._subscribers_address(self.subscriber)

    def _subscribers_address(self, subscriber: Subscriber) -> str:
        everybody = Subscriber.objects.filter(pk=subscriber.pk)
        if announcement := self.announcement:
            if not Profile.objects.live().filter(pk=announcement.profile_id).exists():
                raise NotOwed(_now("The profile is not published any more."))
            everybody = everybody.following(announcement.profile)
        address = everybody.reachable().values_list("address", flat=True).first()
        if address is None:
            subscriber.refresh_from_db()
            raise NotOwed(_why_not(subscriber))
        return address

    def hand(self) -> bool:
        """Record, before the mail leaves, that it is leaving; False when the lease was lost and another may send it."""
        mine = Message.objects.filter(pk=self.pk, owner=self.owner, state=Message.State.LEASED, lease_until__gt=Now())
        return bool(mine.update(state=Message.State.HANDED, lease_until=Now() + LEASE))

    def settle(self, answer: Answer) -> None:
        """Record what the mail server said."""
        match answer.outcome:
            case Outcome.ACCEPTED:
                self._finish(Message.State.ACCEPTED)
                self._forget_refusals()
            case Outcome.UNHEARD:  # it may have arrived: as after a crash, its lease runs out, but not at once
                self._update(lease_until=Now() + pause(self.unanswered_count), reason=answer.text)
            case Outcome.TROUBLE:  # nothing of this mail's doing, so it does not count; but others go first
                self._put_off(timezone.now() + pause(0), answer.text, self.attempt_count)
            case Outcome.LATER:
                self._put_off(timezone.now() + pause(self.attempt_count), answer.text, self.attempt_count + 1)
            case Outcome.NO_MAILBOX | Outcome.REFUSED_MAILBOX:
                self._finish(Message.State.FAILED, answer.text)
                if self.subscriber:
                    self.subscriber.count_refusal(is_final=answer.outcome is Outcome.NO_MAILBOX)
            case Outcome.REFUSED:
                self._finish(Message.State.FAILED, answer.text)

    def skip(self, reason: str) -> None:
        self._finish(Message.State.SKIPPED, reason)

    def fail(self, reason: str) -> None:
        self._finish(Message.State.FAILED, reason)

    def _put_off(self, due_at: datetime, reason: str, attempts: int) -> None:
        if due_at > self.give_up_at and attempts > self.attempt_count:
            self._finish(Message.State.FAILED, reason)
        else:
            self._update(
                state=Message.State.PENDING,
                due_at=due_at,
                attempt_count=attempts,
                reason=reason,
                owner="",
                lease_until=None,
            )

    def _finish(self, state: State, reason: str = "") -> None:
        """The last word on this mail; what it knew of a stranger goes, but for the sealed half."""
        self._update(
            state=state,
            reason=reason,
            settled_at=timezone.now(),
            address="",
            wording=None,
            owner="",
            lease_until=None,
        )

    def _update(self, **fields: object) -> None:
        """Write only what is still this worker's: one that slept past its lease has nothing to say any more."""
        Message.objects.under_way().filter(pk=self.pk, owner=self.owner).update(**fields)

    def _forget_refusals(self) -> None:
        if self.subscriber and self.subscriber.refusal_count:
            Subscriber.objects.filter(pk=self.subscriber.pk).update(refusal_count=0, refused_on=None)


def _why_not(subscriber: Subscriber) -> str:
    if subscriber.erased_at:
        return _now("The address was deleted.")
    if subscriber.suppressed_at:
        return _now("The mailbox refuses our mail.")
    return _now("The subscription has ended.")
