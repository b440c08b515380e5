"""The outbox as a queue: who may send which message, for how long, and what becomes of those whose worker died.

Leases are told by the database's clock, so that workers' clocks may differ.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from notifications.clock import bring_back
from notifications.limits import HANDED_LEASE, LEASE, PAUSES, UNANSWERED_LIMIT
from notifications.models import Message
from notifications.models.states import FREE, SETTLED_FIELDS, State


@transaction.atomic
def claim(owner: str, limit: int, *, at_random: bool = False) -> list[Message]:
    """Lease up to ``limit`` due messages to one worker, after taking back what dead workers held.

    ``at_random``: not the most urgent, which may be the very ones that are refused.
    """
    recover()
    chosen = _choose(limit, at_random=at_random)
    if not chosen and bring_back(Message.objects.pending(), "due_at", PAUSES[-1], to=None):
        chosen = _choose(limit, at_random=at_random)
    mine = Message.objects.filter(pk__in=chosen)
    mine.update(state=State.LEASED, owner=owner, lease_until=Now() + LEASE)
    profile = "deliveries__announcement__profile"
    claimed = mine.order_by("kind", "pk").select_related("subscriber")
    return list(claimed.prefetch_related(f"{profile}__country", f"{profile}__theme"))


def _choose(limit: int, *, at_random: bool) -> list[int]:
    due = Message.objects.due().order_by("?") if at_random else Message.objects.due()
    return list(due.select_for_update(skip_locked=True)[:limit].values_list("pk", flat=True))


@transaction.atomic
def recover() -> None:
    """Free the messages whose lease has ended: their worker, or the line to the mail server, died.

    What was only leased is certainly unsent. What was handed over may have
    arrived: it goes out again with the same Message-ID, and is counted.
    """
    _doubt_leases()
    ended = Message.objects.under_way().filter(lease_until__lt=Now()).select_for_update(skip_locked=True)
    if not (keys := list(ended.values_list("pk", flat=True))):
        return
    dead = Message.objects.filter(pk__in=keys)
    dead.filter(state=State.LEASED).update(state=State.PENDING, **FREE)
    handed = dead.filter(state=State.HANDED)
    handed.filter(unanswered_count__gte=UNANSWERED_LIMIT - 1).update(
        state=State.FAILED,
        unanswered_count=F("unanswered_count") + 1,
        reason=_("The mail server never said whether it took this mail; it may have arrived."),
        **SETTLED_FIELDS,
    )
    handed.update(state=State.PENDING, unanswered_count=F("unanswered_count") + 1, **FREE)


def _doubt_leases() -> None:
    """Of a worker that died with its clock a day ahead. For less than an hour it may live, and must not be doubled."""
    hour = timedelta(hours=1)
    leased, handed = (Message.objects.filter(state=state) for state in (State.LEASED, State.HANDED))
    bring_back(leased, "lease_until", LEASE, to=Now() + LEASE, slack=hour)
    bring_back(handed, "lease_until", PAUSES[-1], to=Now() + HANDED_LEASE, slack=hour)


def release(owner: str) -> int:
    """Give back what ``owner`` leased and did not hand over."""
    mine = Message.objects.filter(owner=owner, state=State.LEASED)
    return mine.update(state=State.PENDING, **FREE)
