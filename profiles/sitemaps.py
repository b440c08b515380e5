"""What search engines should know of: each page that changes, and when it did.

Editions are left out: they are for those who follow a citation, and a search
should lead to what is said now.
"""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.translation import override

from profiles.models import Profile


class Place(NamedTuple):
    """One address, and when what it shows was last published; None where nobody knows."""

    path: str
    changed_at: datetime | None


class PublicSitemap(Sitemap):
    """A sitemap of places whose host comes from the settings, never from what a stranger sent."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return str(urlsplit(settings.SITE_URL).scheme)

    def get_domain(self, site: object = None) -> str:
        return str(urlsplit(settings.SITE_URL).netloc)

    def location(self, item: Place) -> str:
        return item.path

    def lastmod(self, item: Place) -> datetime | None:
        return item.changed_at


class ProfileSitemap(PublicSitemap):
    """The lists, and the countries, themes and profiles that have something to read."""

    def items(self) -> list[Place]:
        newest: dict[str, datetime] = {}
        for profile in Profile.objects.live().without_text().select_related("country", "theme"):
            for path in _shown_at(profile):
                published_at = profile.live_edition.published_at  # type: ignore[union-attr]  # it is live
                newest[path] = max(published_at, newest.get(path, published_at))
        return [Place(path, changed_at) for path, changed_at in sorted(newest.items())]


def _shown_at(profile: Profile) -> list[str]:
    """Every page that says something of a profile."""
    with override(profile.language):
        lists = [reverse(f"profiles:{name}") for name in ("home", "countries", "themes", "updates")]
        return [*lists, *(thing.get_absolute_url() for thing in (profile, profile.country, profile.theme))]
