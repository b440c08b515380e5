"""The rows of a working copy: what researchers edit, and the public never reads."""

import uuid
from typing import Any

from django.db import models
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from profiles.limits import HEADING
from profiles.richtext import clean, clean_inline, clean_note


class Fact(models.Model):
    """One profile's value for a topic of its theme; may carry markers."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="facts", verbose_name=_("profile"))
    topic = models.ForeignKey("profiles.Topic", models.PROTECT, related_name="facts", verbose_name=_("topic"))
    value = models.TextField(_("value"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        constraints = [models.UniqueConstraint(fields=["profile", "topic"], name="fact_once_per_profile_and_topic")]

    def __str__(self) -> str:
        return self.topic.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.value = clean_inline(self.value)
        super().save(*args, **kwargs)


class Section(models.Model):
    """A heading over rich text; the first may go without a heading."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="sections", verbose_name=_("profile"))
    key = models.UUIDField(_("key"), default=uuid.uuid4, editable=False)
    heading = models.CharField(_("heading"), max_length=HEADING, blank=True)
    body = models.TextField(_("text"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [models.UniqueConstraint(fields=["profile", "key"], name="section_key_once_per_profile")]

    def __str__(self) -> str:
        return self.heading or str(_("Lead"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = clean(self.body)
        super().save(*args, **kwargs)


class Footnote(models.Model):
    """A note owned by the profile, not by any one of its markers, so that no edit of a text can lose it."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="footnotes", verbose_name=_("profile"))
    key = models.UUIDField(_("key"), default=uuid.uuid4)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("footnote")
        verbose_name_plural = _("footnotes")
        constraints = [models.UniqueConstraint(fields=["profile", "key"], name="footnote_key_once_per_profile")]

    def __str__(self) -> str:
        return Truncator(strip_tags(self.text)).chars(70) or str(_("empty note"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text = clean_note(self.text)
        super().save(*args, **kwargs)
