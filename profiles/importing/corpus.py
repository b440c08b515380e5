"""One line of a JSON Lines collection becomes an `ImportedProfile`.

The interchange format, by which texts move between installations and tools:

    {"country": str, "iso3": str, "theme": name or slug, "last_updated": "YYYY-MM-DD",
     "key_facts": [[label, value], ...]      plain text
     "sections": [[heading, html], ...]      the heading may be empty
     "footnotes": [html, ...]}               note n is item n - 1

``[n]`` in a value or a section is a mark where there is a note n, else text.
"language" and "change_note" may stand beside these; other keys are ignored.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from profiles.limits import HEADING
from profiles.richtext import NO_CHARACTER, clean

from .imported import ImportedFact, ImportedNote, ImportedProfile, ImportedSection, Text, Unreadable, Written
from .marks import as_html, joined

# A tag is passed over whole: a number in brackets in an address is not a mark. Cleaned HTML has no bare ">".
TAG_OR_MARK = re.compile(r"(<[^>]*>)|\s*\[([1-9][0-9]{0,4})\]")

LONGEST_LABEL = 120  # characters, as the column is wide


@dataclass(frozen=True)
class Line:
    """What one line says: the profile, and what only this format carries beside it."""

    iso3: str
    country: str
    theme: str
    language: str
    change_note: str
    profile: ImportedProfile


def read_line(line: str, number: int) -> Line:
    """Raises Unreadable, naming the line and the cause, for one that is not of this format."""
    fields = _Fields(number, _object(line, number))
    notes = fields.texts("footnotes")
    return Line(
        iso3=fields.text("iso3").upper(),
        country=fields.text("country"),
        theme=fields.text("theme"),
        language=fields.text("language", default="en"),
        change_note=fields.text("change_note", default=""),
        profile=ImportedProfile(
            country=Written(fields.text("country"), number),
            theme=Written(fields.text("theme"), number),
            last_updated=fields.day("last_updated"),
            facts=tuple(
                ImportedFact(label, _cited(as_html(value), len(notes)))
                for label, value in fields.labelled("key_facts", LONGEST_LABEL, once=True)
            ),
            sections=tuple(
                ImportedSection(heading, _cited(clean(html), len(notes)))
                for heading, html in fields.labelled("sections", HEADING)
            ),
            notes=tuple(ImportedNote(n, text) for n, text in enumerate(notes, start=1)),
        ),
    )


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(number, _("this is not JSON."), _("Write one profile a line.")) from error
    if not isinstance(found, dict):
        raise Unreadable(number, _("this is not a profile."), _("Write an object with “country”, “theme” and so on."))
    return found


def _cited(html: str, notes: int) -> Text:
    """HTML with its marks as numbers; ``[n]`` without a note n stays text."""
    pieces: list[str | int] = []
    end = 0
    for found in TAG_OR_MARK.finditer(html):
        if found[2] and int(found[2]) <= notes:
            pieces += [html[end : found.start()], int(found[2])]
            end = found.end()
    return joined([*pieces, html[end:]])


@dataclass(frozen=True)
class _Fields:
    """The object of a line, read with complaints that name line and field."""

    line: int
    values: dict[str, Any]

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if isinstance(value, str) and (value.strip() or default is not None):
            return _plain(value)
        raise self._wrong(name, _("a text"))

    def texts(self, name: str) -> list[str]:
        value = self.values.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        raise self._wrong(name, _("a list of texts"))

    def labelled(self, name: str, longest: int, *, once: bool = False) -> list[tuple[str, str]]:
        """Pairs of a plain label and a text; with ``once``, no label is empty or stands twice."""
        value = self.values.get(name, [])
        if not (isinstance(value, list) and all(_is_pair(item) for item in value)):
            raise self._wrong(name, _("a list of pairs of texts"))
        pairs = [(_plain(label), text) for label, text in value]
        labels = [label for label, _text in pairs]
        if too_long := next((label for label in labels if len(label) > longest), ""):
            raise Unreadable(self.line, _("“%s…” is too long to stand over a text.") % too_long[:40], _("Shorten it."))
        if once and (not all(labels) or len(set(labels)) < len(labels)):
            raise self._wrong(name, _("rows with a label each, and no label twice"))
        return pairs

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError as error:
            raise self._wrong(name, _("a date such as 2010-10-18")) from error

    def _wrong(self, name: str, wanted: str) -> Unreadable:
        return Unreadable(self.line, _("“%s” is missing or of another kind.") % name, _("Make it %s.") % wanted)


def _plain(text: str) -> str:
    """One line of plain text, without what no text has: JSON can write NUL, a database cannot."""
    return " ".join(NO_CHARACTER.sub("", text).split())


def _is_pair(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)
