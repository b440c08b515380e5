"""The first page: ways in, and what is new."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from profiles.country_names import folded
from profiles.models import Country, Theme

from .caching import public, shows
from .updates import latest_updates

UPDATES_SHOWN = 8


class Way(NamedTuple):
    """A country or a theme by which readers get to profiles; ``about`` is a country's region, a theme's summary."""

    kind: str
    position: int
    name: str
    slug: str
    about: str
    region: str


@public
def home(request: HttpRequest) -> HttpResponse:
    updates = list(latest_updates()[:UPDATES_SHOWN])
    shows(request, *(edition.published_at for edition in updates))
    ways = ways_in()
    countries = sorted((way for way in ways if way.kind == "country"), key=lambda way: folded(way.name))
    themes = [way for way in ways if way.kind == "theme"]
    context = {"updates": updates, "countries": countries, "themes": themes, "regions": _regions(countries)}
    return render(request, "profiles/home.html", context)


def ways_in() -> list[Way]:
    """All countries and themes, in the order of their positions; one query, because a page may take only three."""
    countries = Country.objects.order_by().values_list(
        Value("country"), "region__position", "name", "slug", "region__name", "region__slug"
    )
    themes = Theme.objects.order_by().values_list(Value("theme"), "position", "name", "slug", "summary", Value(""))
    return sorted(Way(*row) for row in countries.union(themes, all=True))


def _regions(countries: Iterable[Way]) -> list[tuple[str, str]]:
    """Slug and name of each region that has countries, in order."""
    by_position = sorted(countries, key=lambda way: way.position)
    return list(dict.fromkeys((way.region, way.about) for way in by_position))
