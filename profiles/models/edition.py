"""What was published, for ever."""

from typing import Any, NoReturn

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.content import Content, UnreadableContent
from profiles.rendering import Rendered, render, version
from profiles.review.publishing import Kind


class EditionIsForever(Exception):
    """Someone tried to change or delete an edition; publish a correction instead."""

    def __init__(self) -> None:
        super().__init__("An edition is never changed or deleted. Publish a correction, or withdraw the profile.")


class EditionQuerySet(models.QuerySet["Edition"]):
    def newest_first(self) -> "EditionQuerySet":
        return self.order_by("-published_at", "-pk")

    def of_live_profiles(self) -> "EditionQuerySet":
        """What the public may see of the past: nothing of a profile that is withdrawn."""
        return self.filter(profile__live_edition__isnull=False)

    def substantive(self) -> "EditionQuerySet":
        return self.filter(kind=Edition.Kind.SUBSTANTIVE)

    def update(self, **kwargs: Any) -> NoReturn:
        raise EditionIsForever

    def delete(self) -> NoReturn:
        raise EditionIsForever

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EditionIsForever


class Edition(models.Model):
    """An immutable published version of a profile, numbered from 1; made by `Profile.publish` alone."""

    Kind = Kind

    profile = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="editions", verbose_name=_("profile"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    last_updated = models.DateField(_("last updated"), help_text=_("The date this edition prints."))
    change_note = models.TextField(_("change note"), blank=True)
    snapshot = models.JSONField(_("snapshot"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
        help_text=_("Empty when a command published it."),
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["profile", "-number"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="edition_number_once_per_profile"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_numbers_start_at_one"),
            models.CheckConstraint(
                condition=models.Q(kind="substantive") | models.Q(kind="correction", number__gt=1),
                name="edition_is_substantive_or_a_later_correction",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="substantive", change_note=""), name="edition_that_is_substantive_has_a_note"
            ),
        ]
        indexes = [models.Index(fields=["-published_at"], name="edition_newest_first")]

    def __str__(self) -> str:
        return f"{self.profile}, edition {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new edition. Raises EditionIsForever for one that is stored already."""
        if not self._state.adding:
            raise EditionIsForever
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """This edition's address for ever, whatever is live."""
        profile = self.profile
        return reverse("profiles:edition", args=[profile.country.slug, profile.theme.slug, self.number])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EditionIsForever

    @property
    def content(self) -> Content:
        """Raises UnreadableContent where another release, or no release of ours, wrote the snapshot."""
        return Content.from_json(self.snapshot)

    @property
    def readable_content(self) -> Content | None:
        """For those who compare with it, and can do without."""
        try:
            return self.content
        except UnreadableContent:
            return None

    def rendered(self) -> Rendered:
        """What the template prints; made once per edition and release, then kept in the cache.

        Raises UnreadableContent as `content` does.
        """
        key = f"edition:{self.pk}:{version()}"
        rendered: Rendered | None = cache.get(key)
        if rendered is None:
            rendered = render(self.content)
            cache.set(key, rendered, timeout=None)
        return rendered

    @property
    def is_correction(self) -> bool:
        return self.kind == self.Kind.CORRECTION
