"""What a profile is about."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Theme(models.Model):
    """A subject with a profile for each country, such as *Mine Ban Policy*."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True, help_text=_("One sentence for readers."))
    overview_heading = models.CharField(
        _("overview heading"),
        max_length=120,
        blank=True,
        help_text=_("Stands over the facts, unless a profile has its own."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("profiles:theme", args=[self.slug])


class Topic(models.Model):
    """The label of a row of a theme's overview, such as *Mine Ban Treaty status*."""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="topics", verbose_name=_("theme"))
    label = models.CharField(_("label"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["theme", "position", "label"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [models.UniqueConstraint(fields=["theme", "label"], name="topic_once_per_theme_and_label")]

    def __str__(self) -> str:
        return self.label
