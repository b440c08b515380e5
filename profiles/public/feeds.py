"""Atom feeds of updates: of the whole site, of a country, of a theme.

An entry's id is a tag URI (RFC 4151) that never changes: it names the edition
by its row, which is never deleted, not by slugs, which may be renamed.
"""

import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from profiles.models import Country, Edition, Theme
from profiles.models.edition import EditionQuerySet
from profiles.public.caching import public, shows
from profiles.public.resolving import absolute, at_country, language
from profiles.public.updates import latest_updates

ENTRIES = 50
BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Feed(Atom1Feed):
    """Atom whose ``updated`` comes from the entries alone, so that an empty feed does not change by itself."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=BEGINNING)


@public
def updates_feed(request: HttpRequest) -> HttpResponse:
    return _feed(request, latest_updates(), title=_("Updates"), page=reverse("profiles:updates"))


@public
@at_country
def country_feed(request: HttpRequest, country: str) -> HttpResponse:
    here = get_object_or_404(Country, slug=country)
    return _feed(request, latest_updates().filter(profile__country=here), here.name, here.get_absolute_url())


@public
def theme_feed(request: HttpRequest, theme: str) -> HttpResponse:
    found = get_object_or_404(Theme, slug=theme)
    return _feed(request, latest_updates().filter(profile__theme=found), found.name, found.get_absolute_url())


def _feed(request: HttpRequest, updates: EditionQuerySet, title: str, page: str) -> HttpResponse:
    """The newest ``updates`` as Atom; ``page`` is where people read the same."""
    here = absolute(request.path)
    feed = Feed(
        title=_text(f"{settings.SITE_NAME}: {title}"),
        link=absolute(page),
        description="",
        language=language(),
        author_name=_text(str(settings.SITE_NAME)),
        feed_url=here,
        feed_guid=here,
    )
    for edition in updates[:ENTRIES]:
        shows(request, edition.published_at)
        feed.add_item(**_entry(edition))
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _entry(edition: Edition) -> dict[str, Any]:
    profile = edition.profile
    return {
        "title": _text(f"{profile.country}: {profile.theme}"),
        "link": absolute(edition.get_absolute_url()),
        "description": escape(_text(edition.change_note)),  # a summary is read as HTML
        "unique_id": f"tag:{settings.FEED_AUTHORITY},{BEGINNING.year}:edition:{edition.pk}",
        "pubdate": edition.published_at,
        "updateddate": edition.published_at,
        "categories": [_text(profile.country.name), _text(profile.theme.name)],
    }


def _text(text: str) -> str:
    return NOT_XML.sub("", text)
