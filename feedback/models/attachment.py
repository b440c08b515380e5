"""Files that came with a message."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from feedback.storage import QuotaUsedUp, private_storage
from feedback.uploads import CAUTIONS, KINDS

DRAWING_LEASE = timedelta(minutes=5)  # more than feedback.redrawing has patience

QUOTA_LOCK = 0x66656564  # a number that no other lock of the database has


def network_share() -> int:
    """How many bytes of a day's quota one network may send, so that it takes ten of them to use it up; at least one post."""
    return max(settings.FEEDBACK_DAILY_BYTES // 10, settings.FEEDBACK_MAX_POST_BYTES)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def check_quota(self, size: int) -> None:
        """Raise QuotaUsedUp when ``size`` bytes more would exceed what strangers may send in a day."""
        day_ago = timezone.now() - timedelta(days=1)
        today = self.filter(message__received_at__gte=day_ago).aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
        if today + size > settings.FEEDBACK_DAILY_BYTES:
            raise QuotaUsedUp("Readers' files of the last 24 hours have used up the daily quota.")

    def claim_quota(self, size: int) -> None:
        """As `check_quota`, for the transaction that stores them: until it ends, no other asks, so none overruns.

        On SQLite every writing transaction is alone from its beginning.
        """
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [QUOTA_LOCK])
        self.check_quota(size)

    def undrawn(self, now: datetime) -> "AttachmentQuerySet":
        """Pictures that wait to be drawn anew, unless a worker is at it; one that died, or met trouble, is given up in time."""
        free = Q(drawing_since__isnull=True) | Q(drawing_since__lt=now - DRAWING_LEASE)
        return self.filter(free, is_ready=False)

    def forget(self) -> int:
        """Delete rows, and their files once the rows are gone for good; how many rows."""
        names = list(self.values_list("file", flat=True))
        self.delete()
        transaction.on_commit(lambda: private_storage().delete_all(names))
        return len(names)


class Attachment(models.Model):
    """A file that came with a message. Its name is what the sender called it: text to show, never a path."""

    message = models.ForeignKey(
        "feedback.FeedbackMessage",
        models.CASCADE,
        related_name="attachments",
        editable=False,
        verbose_name=_("feedback message"),
    )
    file = models.FileField(_("file"), storage=private_storage, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150, editable=False)
    kind = models.CharField(
        _("kind"), max_length=4, choices=[(key, kind.label) for key, kind in KINDS.items()], editable=False
    )
    size_bytes = models.PositiveIntegerField(_("size"), editable=False)
    is_ready = models.BooleanField(
        _("ready"),
        default=True,
        db_default=True,  # for a process of the version before, which redrew in the request
        editable=False,
        help_text=_("A picture is kept from everybody until it was drawn anew."),
    )
    caution = models.CharField(
        _("caution"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("What an editor is to know of it."),
    )
    drawing_since = models.DateTimeField(null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions = ["view"]  # to download it

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.message_id}"

    @property
    def caution_sentence(self) -> str:
        return str(CAUTIONS.get(self.caution, ""))

    def claim_drawing(self) -> bool:
        """Take the right to draw this picture anew; False when another worker has it."""
        now = timezone.now()
        return bool(Attachment.objects.undrawn(now).filter(pk=self.pk).update(drawing_since=now))

    def make_ready(self, body: bytes) -> None:
        """Put ``body`` in the place of what was sent. Raises OSError when it cannot be stored; then nothing has changed."""
        storage, sent = private_storage(), str(self.file)
        storage.check_room(len(body))
        [drawn] = storage.save_all([body])
        with transaction.atomic():
            unchanged = Attachment.objects.filter(pk=self.pk, file=sent, is_ready=False)
            is_mine = unchanged.update(file=drawn, size_bytes=len(body), is_ready=True, drawing_since=None)
            # Deleted meanwhile, or drawn by a worker that was thought dead: what nobody owns goes.
            transaction.on_commit(lambda: storage.delete(sent if is_mine else drawn))

    def drop_lost(self) -> None:
        """Delete this row, whose file is gone, and leave a note that says so."""
        self._drop(gettext("“%s” is missing from the store; nobody can read it."))

    def drop_undrawable(self) -> None:
        """Delete a picture that cannot be drawn, and leave a note that says so: unread, it may do harm or name its maker."""
        self._drop(
            gettext(
                "“%s” is a picture that could not be drawn anew, so it was not kept. Ask the sender for another copy."
            )
        )

    @transaction.atomic
    def _drop(self, sentence: str) -> None:
        if Attachment.objects.filter(pk=self.pk).forget():
            self.message.notes.create(text=sentence % self.name)
