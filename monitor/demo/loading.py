"""Demo profiles: text pages beside this file, named COUNTRY.THEME.EDITION.txt, read as any text page is.

A profile that is there is left alone, whoever wrote it. The pages of one
profile are loaded together or not at all, so a run that was cut off is simply
run again.
"""

import csv
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.core.management import call_command
from django.db import transaction

from profiles.models import Profile

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Page:
    """One edition: the country's two-letter code, the theme's slug, and what the edition tells about itself."""

    path: Path
    country: str
    theme: str
    edition: int
    change_note: str


def missing() -> list[list[Page]]:
    """The pages of each profile that does not exist yet, its first edition first."""
    there = set(Profile.objects.values_list("country__iso2", "theme__slug"))
    by_profile = groupby(pages(), key=lambda page: (page.country, page.theme))
    return [list(editions) for profile, editions in by_profile if profile not in there]


def pages() -> list[Page]:
    """Every page, in order of country, theme and edition."""
    notes = _change_notes()
    found = []
    for path in (FOLDER / "pages").glob("*.txt"):
        country, theme, edition = path.stem.split(".")
        found.append(Page(path, country, theme, int(edition), notes.get((country, theme, edition), "")))
    return sorted(found, key=lambda page: (page.country, page.theme, page.edition))


@transaction.atomic
def load(editions: list[Page]) -> None:
    """Import and publish the pages of one profile, as `manage.py import_profile --publish` does."""
    for page in editions:
        note = {"note": page.change_note} if page.change_note else {}
        call_command("import_profile", str(page.path), publish=True, verbosity=0, **note)


def _change_notes() -> dict[tuple[str, str, str], str]:
    """What the pages cannot say themselves: why a later edition was made."""
    with (FOLDER / "change-notes.csv").open(encoding="utf-8", newline="") as file:
        return {(row["country"], row["theme"], row["edition"]): row["change_note"] for row in csv.DictReader(file)}
