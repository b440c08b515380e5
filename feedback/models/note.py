"""What editors tell each other about a message."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class NoteIsForever(Exception):
    """Someone tried to change an internal note; write another one instead."""


class InternalNote(models.Model):
    """What editors tell each other about a message. Added, never changed; without an author the site itself wrote it."""

    message = models.ForeignKey("feedback.FeedbackMessage", models.CASCADE, related_name="notes", editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("author")
    )
    written_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    text = models.TextField(_("note"))

    class Meta:
        ordering = ["written_at", "pk"]
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        default_permissions = []  # they go with those of the message
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="internal_note_says_something")]

    def __str__(self) -> str:
        who = self.author.get_username() if self.author else gettext("The site itself")
        return f"{who}, {date_format(timezone.localtime(self.written_at), 'SHORT_DATETIME_FORMAT')}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new note. Raises NoteIsForever for one that is stored already."""
        if not self._state.adding:
            raise NoteIsForever
        super().save(*args, **kwargs)
