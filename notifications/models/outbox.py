"""The outbox as a queue: who may send which message, for how long, and what becomes of those whose worker died."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .message import Message

LEASE = timedelta(seconds=60)  # well above what one mail may take: see relay.ANSWER_SECONDS
UNANSWERED_LIMIT = 5
KEEP_TRYING = timedelta(hours=48)


class Kind(models.IntegerChoices):
    """What a message tells; the smaller number is sent first."""

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


UNDER_WAY = (State.LEASED, State.HANDED)
SETTLED = (State.ACCEPTED, State.FAILED, State.SKIPPED)
FREE = {"owner": "", "lease_until": None}


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> "MessageQuerySet":
        """To be sent now, the most urgent kind first."""
        return self.filter(state=State.PENDING, due_at__lte=timezone.now()).order_by("kind", "due_at", "pk")

    def under_way(self) -> "MessageQuerySet":
        return self.filter(state__in=UNDER_WAY)

    def failed(self) -> "MessageQuerySet":
        return self.filter(state=State.FAILED)

    @transaction.atomic
    def claim(self, owner: str, limit: int) -> list["Message"]:
        """Lease up to ``limit`` due messages to one worker, after taking back what dead workers held.

        Leases are told by the database's clock, so that workers' clocks may differ.
        """
        self.recover()
        chosen = list(self.due().select_for_update(skip_locked=True)[:limit].values_list("pk", flat=True))
        self.filter(pk__in=chosen).update(state=State.LEASED, owner=owner, lease_until=Now() + LEASE)
        profile = "deliveries__announcement__profile"
        claimed = self.filter(pk__in=chosen).order_by("kind", "due_at", "pk").select_related("subscriber")
        return list(claimed.prefetch_related(f"{profile}__country", f"{profile}__theme"))

    @transaction.atomic
    def recover(self) -> None:
        """Free the messages whose lease has ended: their worker, or the line to the mail server, died.

        What was only leased is certainly unsent. What was handed over may have
        arrived: it goes out again with the same Message-ID, and is counted.
        """
        found = self.under_way().filter(lease_until__lt=Now()).select_for_update(skip_locked=True)
        if not (keys := list(found.values_list("pk", flat=True))):
            return
        dead = self.filter(pk__in=keys)
        dead.filter(state=State.LEASED).update(state=State.PENDING, **FREE)
        handed = dead.filter(state=State.HANDED)
        handed.filter(unanswered_count__gte=UNANSWERED_LIMIT - 1).update(
            state=State.FAILED,
            unanswered_count=F("unanswered_count") + 1,
            reason=_now("The mail server never said whether it took this mail; it may have arrived."),
            **FREE,
        )
        handed.update(state=State.PENDING, unanswered_count=F("unanswered_count") + 1, **FREE)

    def release(self, owner: str) -> int:
        """Give back what ``owner`` leased and did not hand over."""
        return self.filter(owner=owner, state=State.LEASED).update(state=State.PENDING, **FREE)

    def retry(self) -> int:
        """Put failed announcements in the queue once more; other mails lost their text when they failed."""
        now = timezone.now()
        return (
            self.failed()
            .filter(kind=Kind.ANNOUNCEMENT)
            .update(
                state=State.PENDING,
                due_at=now,
                give_up_at=now + KEEP_TRYING,
                attempt_count=0,
                unanswered_count=0,
                reason="",
            )
        )

    def forget(self, reason: str) -> int:
        """Drop the addresses and texts of mails to strangers that were not sent yet, and say why."""
        waiting = self.exclude(state__in=SETTLED)
        return waiting.update(state=State.SKIPPED, reason=reason, address="", wording=None, **FREE)
