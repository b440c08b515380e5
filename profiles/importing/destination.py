"""Which country and theme an import is for: what the page says and what was asked for have to agree."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from profiles.country_names import folded, other_names, spellings
from profiles.models import Country, Theme

from .imported import Unreadable, Written

Row = TypeVar("Row", Country, Theme)


class Refused(Exception):
    """The import was not done, for a reason outside the page: one sentence with the remedy. Nothing was stored."""


def countries_by_name() -> dict[str, Country]:
    """Every country by each spelling of its name: those of today first, then slugs of any day, then other names."""
    countries = list(Country.objects.prefetch_related("former_slugs"))
    found: dict[str, Country] = {}
    for names in (_names, _slugs, other_names):
        for country in countries:
            for spelling in names(country):
                found.setdefault(spelling, country)
    return found


def themes_by_name() -> dict[str, Theme]:
    return {folded(theme.name): theme for theme in Theme.objects.prefetch_related("topics")}


def country_by_code(code: str) -> Country:
    """Raises Refused for a code, of two or three letters, that no country has."""
    if country := Country.objects.filter(Q(iso2__iexact=code) | Q(iso3__iexact=code)).first():
        return country
    raise Refused(_("No country has the ISO code “%s”; give two or three letters, such as US or USA.") % code)


def theme_by_slug(slug: str) -> Theme:
    """Raises Refused for a slug that no theme has."""
    if theme := Theme.objects.filter(slug__iexact=slug).first():
        return theme
    slugs = ", ".join(Theme.objects.values_list("slug", flat=True))
    raise Refused(
        _("No theme has the slug “%(slug)s”; there are %(slugs)s.") % {"slug": slug, "slugs": slugs or _("none")}
    )


def agreed(written: Written | None, known: dict[str, Row], asked_for: Row | None, *, missing: Unreadable) -> Row:
    """The one row that page and wish mean; ``known`` are all rows by folded name.

    Raises Refused where they mean two, and ``missing`` where neither means one.
    """
    on_page = known.get(folded(written.text)) if written else None
    if written and on_page and asked_for and on_page != asked_for:
        raise Refused(
            _("Line %(line)d: the page is about “%(text)s”, but “%(asked)s” was asked for; correct one of them.")
            % {"line": written.line, "text": written.text, "asked": asked_for}
        )
    if row := asked_for or on_page:
        return row
    raise missing


def no_country(written: Written | None) -> Unreadable:
    remedy = _("Put its name on a line of its own above “Last Updated”, or say --country with its ISO code.")
    if written:
        return Unreadable(written.line, _("no country is called “%s”.") % written.text, remedy)
    return Unreadable(1, _("the page names no country."), remedy)


def no_theme(written: Written | None) -> Unreadable:
    remedy = _("Put its name on a line of its own below “Last Updated”, or say --theme with its slug.")
    if written:
        return Unreadable(written.line, _("no theme is called “%s”.") % written.text, remedy)
    return Unreadable(1, _("the page names no theme."), remedy)


def _names(country: Country) -> Iterable[str]:
    return spellings(country.name)


def _slugs(country: Country) -> Iterable[str]:
    return [folded(slug) for slug in (country.slug, *(former.slug for former in country.former_slugs.all()))]
