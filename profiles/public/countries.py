"""All countries, one country, and the way from a typed name to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify

from profiles.country_names import MOST_LETTERS, find, folded
from profiles.models import Country, Edition, FormerSlug, Profile, Region, Theme

from .caching import public, shows
from .resolving import at_country, language


class Line(NamedTuple):
    """A profile in the list: no model, because there may be a thousand of them."""

    theme: str
    slug: str
    last_updated: date
    published_at: datetime


@dataclass
class Listed:
    """A region with its countries by name: those that have profiles, each with them, and those that have none yet."""

    region: Region
    covered: list[tuple[Country, list[Line]]] = field(default_factory=list)
    uncovered: list[Country] = field(default_factory=list)


@public
def countries(request: HttpRequest) -> HttpResponse:
    """The list by region; with ``?find=`` a name, the way to that country."""
    listed = list(Country.objects.select_related("region"))
    if typed := request.GET.get("find", "").strip()[:MOST_LETTERS]:
        return _answer(request, typed, listed)
    lines = _lines_by_country()
    shows(request, *(line.published_at for lines in lines.values() for line in lines))
    context = {"regions": _by_region(listed, lines), "countries": listed}
    return render(request, "profiles/countries.html", context)


def _answer(request: HttpRequest, typed: str, countries: Sequence[Country]) -> HttpResponse:
    """Straight to the country that ``typed`` names, or what it might have been."""
    found = find(typed, countries)
    former = (
        None if found.one else FormerSlug.objects.filter(slug=slugify(folded(typed))).select_related("country").first()
    )
    if one := former.country if former else found.one:
        return redirect(one)
    context = {"typed": typed, "perhaps": found.perhaps, "countries": countries}
    return render(request, "profiles/which_country.html", context)


@public
@at_country
def country(request: HttpRequest, country: str) -> HttpResponse:
    """One country: each theme, with its profile where there is one."""
    here = get_object_or_404(Country.objects.select_related("region"), slug=country)
    themes = list(_themes_of(here))
    shows(request, *(theme.published_at for theme in themes))
    stands = [theme for theme in themes if theme.published_at or theme.withdrawn_at]
    lacks = [theme for theme in themes if theme not in stands]
    return render(request, "profiles/country.html", {"country": here, "stands": stands, "lacks": lacks})


def _lines_by_country() -> dict[int, list[Line]]:
    """Every live profile in the order of themes, by the key of its country."""
    profiles = Profile.objects.live().in_language(language()).order_by("theme__position", "theme__name")
    columns = ("country_id", "theme__name", "theme__slug", "last_updated", "live_edition__published_at")
    lines: dict[int, list[Line]] = defaultdict(list)
    for country, *line in profiles.values_list(*columns):
        lines[country].append(Line._make(line))
    return lines


def _by_region(countries: Iterable[Country], lines: Mapping[int, list[Line]]) -> list[Listed]:
    by_name = sorted(countries, key=lambda country: folded(country.name))
    regions = {country.region_id: country.region for country in by_name}
    listed = {key: Listed(region) for key, region in regions.items()}
    for country in by_name:
        region = listed[country.region_id]
        if country.pk in lines:
            region.covered.append((country, lines[country.pk]))
        else:
            region.uncovered.append(country)
    return sorted(listed.values(), key=lambda one: (one.region.position, one.region.name))


def _themes_of(country: Country) -> QuerySet[Any]:
    """Every theme in order, with what stands of it for this country: ``published_at`` is None where nothing does."""
    told = Edition.objects.substantive().filter(profile=OuterRef("here__pk")).order_by("-number")
    return Theme.objects.annotate(
        here=FilteredRelation("profiles", condition=Q(profiles__country=country, profiles__language=language())),
        last_updated=F("here__last_updated"),
        published_at=F("here__live_edition__published_at"),
        number=F("here__live_edition__number"),
        withdrawn_at=F("here__withdrawn_at"),
        withdrawal_reason=F("here__withdrawal_reason"),
        change_note=Subquery(told.values("change_note")[:1]),
    )
