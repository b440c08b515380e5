"""What the site as a whole keeps: its pages, and the counters of its throttle."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.richtext import clean


class SitePage(models.Model):
    """A page about the site itself, such as *About us*; those in the menu stand on every page."""

    slug = models.SlugField(_("address"), help_text=_("The page is read at /address/. Changing it breaks links to it."))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Order in the menu."))
    in_menu = models.BooleanField(_("in the menu"), default=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        ordering = ["position", "title"]
        verbose_name = _("site page")
        verbose_name_plural = _("site pages")
        constraints = [
            models.UniqueConstraint(fields=["language", "slug"], name="site_page_once_per_language_and_slug")
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = clean(self.body)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("page", args=[self.slug])


class ThrottleKey(models.Model):
    """One day's random key: with it gone, a counter can no longer be tied to a network address."""

    day = models.DateField(primary_key=True)
    key = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.day)


class ThrottleCount(models.Model):
    """How much of one thing somebody, known here only by a keyed hash, did within one window of time."""

    digest = models.CharField(max_length=64)
    ends_at = models.DateTimeField()  # of the window
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "ends_at"], name="throttle_count_once_per_digest_and_window")
        ]

    def __str__(self) -> str:
        ends_at: datetime = self.ends_at
        return f"until {ends_at:%Y-%m-%d %H:%M}: {self.count}"
