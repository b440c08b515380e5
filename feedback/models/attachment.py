"""Files that came with a message."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from feedback.storage import NoRoom, private_storage
from feedback.uploads import KINDS


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def check_quota(self, size: int) -> None:
        """Raise NoRoom when ``size`` bytes more would exceed what strangers may send in a day."""
        day_ago = timezone.now() - timedelta(days=1)
        today = self.filter(message__received_at__gte=day_ago).aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
        if today + size > settings.FEEDBACK_DAILY_BYTES:
            raise NoRoom("Readers' files of the last 24 hours have used up the daily quota.")

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

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions = ["view"]  # to download it

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.message_id}"

    @transaction.atomic
    def drop_lost(self) -> None:
        """Delete this row, whose file is gone, and leave a note that says so."""
        deleted, _rows = Attachment.objects.filter(pk=self.pk).delete()
        if deleted:
            self.message.notes.create(text=gettext("“%s” is missing from the store; nobody can read it.") % self.name)
