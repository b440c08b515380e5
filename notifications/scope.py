"""What a person may follow."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from profiles.models import Country, Profile, Theme


@dataclass(frozen=True)
class Scope:
    """A country under a theme, a country, a theme, or everything; in one language."""

    country: Country | None = None
    theme: Theme | None = None
    language: str = "en"

    def __str__(self) -> str:
        if self.country and self.theme:
            return f"{self.country}: {self.theme}"
        if self.country:
            return _("%s, all themes") % self.country
        if self.theme:
            return _("%s, all countries") % self.theme
        return _("all countries and all themes")

    @classmethod
    def of(cls, profile: Profile) -> "Scope":
        return cls(profile.country, profile.theme, profile.language)

    @property
    def path(self) -> str:
        """Where one reads what is followed."""
        if self.country and self.theme:
            return reverse("profiles:profile", args=[self.country.slug, self.theme.slug])
        if self.country:
            return self.country.get_absolute_url()
        return self.theme.get_absolute_url() if self.theme else reverse("profiles:updates")
