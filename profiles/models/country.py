"""Who a profile is about."""

from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """One of the Monitor's regions, such as *Asia-Pacific*."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name


class Country(models.Model):
    """A state, or an area that is not one. The ISO code is its identity; names and slugs may change."""

    iso3 = models.CharField(_("ISO code, three letters"), max_length=3, unique=True)
    iso2 = models.CharField(_("ISO code, two letters"), max_length=2, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("slug"), unique=True, help_text=_("Part of the address. Old addresses keep working."))
    region = models.ForeignKey(Region, models.PROTECT, related_name="countries", verbose_name=_("region"))
    is_state = models.BooleanField(_("is a state"), default=True, help_text=_("Off for areas such as Western Sahara."))

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(iso3__regex=r"^[A-Z]{3}$"), name="country_iso3_is_three_capitals"
            ),
            models.CheckConstraint(
                condition=models.Q(iso2__isnull=True) | models.Q(iso2__regex=r"^[A-Z]{2}$"),
                name="country_iso2_is_two_capitals_or_absent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the slug this country had until now, so that old addresses lead here."""
        before = Country.objects.filter(pk=self.pk).values_list("slug", flat=True).first()
        super().save(*args, **kwargs)
        FormerSlug.objects.filter(slug=self.slug).delete()
        if before and before != self.slug:
            FormerSlug.objects.update_or_create(slug=before, defaults={"country": self})

    def get_absolute_url(self) -> str:
        return reverse("profiles:country", args=[self.slug])


class FormerSlug(models.Model):
    """A slug that a country had once; its addresses redirect."""

    slug = models.SlugField(_("slug"), unique=True)
    country = models.ForeignKey(Country, models.CASCADE, related_name="former_slugs", verbose_name=_("country"))

    class Meta:
        ordering = ["slug"]
        verbose_name = _("former slug")
        verbose_name_plural = _("former slugs")

    def __str__(self) -> str:
        return self.slug
