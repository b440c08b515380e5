"""Pages read with the countries and themes that this site knows."""

from profiles.models import Country, Theme

from .destination import (
    agreed,
    countries_by_name,
    country_by_code,
    no_country,
    no_theme,
    theme_by_slug,
    themes_by_name,
)
from .imported import ImportedProfile
from .page import read_page


def read_for_site(text: str, *, code: str = "", slug: str = "") -> tuple[ImportedProfile, Country, Theme]:
    """Read a page and tell whose it is, by itself or by a country's ISO code and a theme's slug.

    Raises Unreadable for the page, and Refused for a code or slug that nothing
    has or that the page contradicts.
    """
    country, theme = country_by_code(code) if code else None, theme_by_slug(slug) if slug else None
    countries, themes = countries_by_name(), themes_by_name()
    imported = read_page(
        text,
        countries=countries,
        themes={known.name: [topic.label for topic in known.topics.all()] for known in themes.values()},
        theme=theme.name if theme else "",
    )
    return (
        imported,
        agreed(imported.country, countries, country, missing=no_country(imported.country)),
        agreed(imported.theme, themes, theme, missing=no_theme(imported.theme)),
    )
