"""The kinds and states of a message, and what each state leaves of it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


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
# Written with each settled state, whoever settles: what the message knew of a stranger goes, but for the sealed half.
SETTLED_FIELDS = {**FREE, "address": "", "wording": None, "settled_at": Now()}
