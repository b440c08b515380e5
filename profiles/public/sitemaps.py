"""What search engines should know of: each page that changes, and when it did.

Editions are left out: they are for those who follow a citation, and a search
should lead to what is said now.
"""

from datetime import datetime
from functools import lru_cache
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
        rows = Profile.objects.live().order_by("live_edition__published_at")
        for published_at, *where in rows.values_list(
            "live_edition__published_at", "language", "country__slug", "theme__slug"
        ):
            newest |= dict.fromkeys(_shown_at(*where), published_at)  # the newest comes last
        return [Place(path, changed_at) for path, changed_at in sorted(newest.items())]


def _shown_at(language: str, country: str, theme: str) -> list[str]:
    """Every page that says something of a profile."""
    lists = [_path(language, name) for name in ("home", "countries", "themes", "updates")]
    return [
        *lists,
        _path(language, "country", country),
        _path(language, "theme", theme),
        _path(language, "profile", country, theme),
    ]


@lru_cache(maxsize=10_000)  # asked for a thousand times by each sitemap, and made from the URL map alone
def _path(language: str, name: str, *args: str) -> str:
    with override(language):
        return reverse(f"profiles:{name}", args=args)
