"""All themes, and one theme with the facts of its countries side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from profiles.content import UnreadableContent, facts_from_json
from profiles.country_names import folded
from profiles.models import Country, Profile, Theme
from profiles.rendering import render_fact_apart

from .caching import public, shows
from .resolving import absolute, language


@dataclass(frozen=True)
class Row:
    """One country's line: a cell for each column, None where the profile has no such fact; no cells, if it is unreadable."""

    country: Country
    address: str
    last_updated: date
    cells: tuple[SafeString | None, ...] | None


ORDERS: dict[str, Any] = {
    "country": lambda row: (),
    "region": lambda row: (row.country.region.position, row.country.region.name),
    "updated": lambda row: -row.last_updated.toordinal(),
}


@public
def themes(request: HttpRequest) -> HttpResponse:
    """Every theme, with how many countries it covers and since when."""
    here = Q(profiles__live_edition__isnull=False, profiles__language=language())
    listed = Theme.objects.annotate(
        profile_count=Count("profiles", filter=here),
        last_updated=Max("profiles__last_updated", filter=here),
        published_at=Max("profiles__live_edition__published_at", filter=here),
    ).order_by("position", "name")  # said once more: grouping forgets the model's own order
    found = list(listed)
    shows(request, *(theme.published_at for theme in found))
    return render(request, "profiles/themes.html", {"themes": found})


@public
def theme(request: HttpRequest, theme: str) -> HttpResponse:
    """One theme: a row for each country, a column for each topic that any of them speaks of."""
    with_topics = list(Theme.objects.filter(slug=theme).annotate(topic=F("topics__label")).order_by("topics__position"))
    if not with_topics:
        raise Http404
    profiles = list(_profiles_of(with_topics[0]))
    shows(request, *(profile.published_at for profile in profiles))
    overviews = [_overview(profile) for profile in profiles]
    columns = _columns((found.topic for found in with_topics if found.topic), overviews)
    rows = [_row(profile, overview, columns) for profile, overview in zip(profiles, overviews, strict=True)]
    order = request.GET.get("sort", "")
    order = order if order in ORDERS else "country"
    by_name = sorted(rows, key=lambda row: folded(row.country.name))
    context = {
        "theme": with_topics[0],
        "columns": columns,
        "rows": sorted(by_name, key=ORDERS[order]),
        "orders": {"country": _("Country"), "region": _("Region"), "updated": _("Last updated")},
        "order": order,
        "canonical": absolute(with_topics[0].get_absolute_url()),
    }
    return render(request, "profiles/theme.html", context)


def _profiles_of(theme: Theme) -> Any:
    """The live profiles, each with the facts of its live edition's snapshot: not with the whole text."""
    return (
        Profile.objects.live()
        .in_language(language())
        .filter(theme=theme)
        .select_related("country__region", "theme")
        .annotate(
            version=F("live_edition__snapshot__version"),
            stored_facts=F("live_edition__snapshot__facts"),
            published_at=F("live_edition__published_at"),
        )
    )


def _overview(profile: Any) -> dict[str, str] | None:
    """Label to value; None where the snapshot cannot be read, which its own page explains."""
    try:
        return {fact.label: fact.value for fact in facts_from_json(profile.version, profile.stored_facts)}
    except UnreadableContent:
        return None


def _columns(topics: Iterable[str], overviews: Iterable[dict[str, str] | None]) -> Sequence[str]:
    """The labels in use: first those of the theme, in its order, then those that it has no longer."""
    used = dict.fromkeys(label for overview in overviews for label in overview or {})
    known = [label for label in topics if label in used]
    return [*known, *(label for label in used if label not in known)]


def _row(profile: Any, overview: dict[str, str] | None, columns: Sequence[str]) -> Row:
    address = profile.get_absolute_url()
    if overview is None:
        return Row(profile.country, address, profile.last_updated, None)
    cells = {label: render_fact_apart(value, address) for label, value in overview.items()}
    return Row(profile.country, address, profile.last_updated, tuple(cells.get(label) for label in columns))
