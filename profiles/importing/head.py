"""The head of a page: country, date and theme stand together, in any order; the site's menu is above them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from profiles.country_names import folded

from .dates import read_date
from .headings import reads_as_heading
from .imported import Unreadable, Written
from .lines import Paragraph

DATED = re.compile(r"last[ -]?updated?(?: on)?\s*(?P<colon>:?)\s*(?P<date>.*)", re.IGNORECASE)
LONGEST_DATE = 60  # characters: "Last updated: ..." with more behind it is text


@dataclass(frozen=True)
class Head:
    """What the head says, and the paragraphs below it.

    ``country`` and ``theme`` may be names of nothing known, where a line stands
    at the place of one: to be named when nobody knows what is meant.
    """

    country: Written | None
    theme: Written | None
    last_updated: date | None
    body: Sequence[Paragraph]


def head_of(paragraphs: Sequence[Paragraph], *, countries: Collection[str], themes: Collection[str]) -> Head:
    """Find the head; ``countries`` and ``themes`` are folded names.

    A date is always of the head. Without one, country and theme are where they
    stand together, or alone at the top: a lone name further down may be the
    heading of a section. Without a head the whole page is body. Raises
    Unreadable for a date that is none, and for the head of a second profile.
    """
    kinds = _kinds(paragraphs, countries, themes)
    dates = {place: day for place, paragraph in enumerate(paragraphs) if (day := _date_in(paragraph))}
    for place in dates:
        kinds[place] = "date"
    if len(dates) > 1:
        raise Unreadable(
            paragraphs[list(dates)[1]].line,
            _("a second profile begins here."),
            _("Keep one country and theme in the file, and import the others on their own."),
        )
    spans = [_together(kinds, place) for place, kind in enumerate(kinds) if kind == "date" or (kind and not dates)]
    spans = [(first, end) for first, end in spans if dates or not first or end - first > 1]
    if not spans:
        return Head(None, None, None, paragraphs)
    first, end = max(spans, key=lambda span: span[1] - span[0])
    said = {kinds[place]: Written(paragraphs[place].text, paragraphs[place].line) for place in range(first, end)}
    return Head(
        country=said.get("country") or _above(paragraphs, first),
        theme=said.get("theme") or _below(paragraphs, end),
        last_updated=next(iter(dates.values()), None),
        body=paragraphs[end:],
    )


def _kinds(paragraphs: Sequence[Paragraph], countries: Collection[str], themes: Collection[str]) -> list[str]:
    names = [folded(paragraph.text) if reads_as_heading(paragraph.text) else "" for paragraph in paragraphs]
    return ["country" if name in countries else "theme" if name in themes else "" for name in names]


def _date_in(paragraph: Paragraph) -> date | None:
    found = DATED.fullmatch(paragraph.text)
    if not found or len(found["date"]) > LONGEST_DATE:
        return None
    try:
        return read_date(found["date"])
    except ValueError:
        if not found["colon"]:
            return None  # "Last updated figures" is a heading like any other
    raise Unreadable(
        paragraph.line,
        _("“%s” is not a date.") % paragraph.text,
        _("Write it as “Last Updated: 18 October 2010” or “Last Updated: 2010-10-18”."),
    )


def _together(kinds: Sequence[str], anchor: int) -> tuple[int, int]:
    """The lines around ``anchor`` that belong to the head: each kind once, nothing between them."""
    first, end, seen = anchor, anchor + 1, {"", kinds[anchor]}
    while first and kinds[first - 1] not in seen:
        first -= 1
        seen.add(kinds[first])
    while end < len(kinds) and kinds[end] not in seen:
        seen.add(kinds[end])
        end += 1
    return first, end


def _above(paragraphs: Sequence[Paragraph], first: int) -> Written | None:
    if first and reads_as_heading(paragraphs[first - 1].text):
        return Written(paragraphs[first - 1].text, paragraphs[first - 1].line)
    return None


def _below(paragraphs: Sequence[Paragraph], end: int) -> Written | None:
    if end < len(paragraphs) and reads_as_heading(paragraphs[end].text):
        return Written(paragraphs[end].text, paragraphs[end].line)
    return None
