"""What an import brings, whatever it was read from, before any row is touched.

Every reader (text page, Word, JSON Lines) ends in an `ImportedProfile`, and
`store` takes nothing else, so a new source of texts is a new reader only.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from django.utils.translation import gettext as _

Text: TypeAlias = tuple[str | int, ...]
"""HTML in pieces; where a note is cited, its number. No piece ends inside a tag."""


class Unreadable(Exception):
    """The text cannot become a profile: where, why, and what to do about it. Nothing was stored."""

    def __init__(self, line: int, cause: str, remedy: str = "") -> None:
        self.line, self.cause, self.remedy = line, cause, remedy
        super().__init__(_("Line %(line)d: %(cause)s") % {"line": line, "cause": f"{cause} {remedy}".strip()})


class NotText(Unreadable):
    """The file is of another kind than a text page."""

    def __init__(self, line: int, cause: str = "") -> None:
        super().__init__(
            line, cause or _("this is not text."), _("Save the page as plain text (UTF-8) and import that.")
        )


@dataclass(frozen=True)
class Written:
    """A name as the source writes it, and where: it may be that of nothing known."""

    text: str
    line: int


@dataclass(frozen=True)
class ImportedFact:
    """A row of the overview; ``label`` is a topic's label, ``value`` inline HTML."""

    label: str
    value: Text


@dataclass(frozen=True)
class ImportedSection:
    """``heading`` is plain text, empty for the lead; ``body`` block HTML."""

    heading: str
    body: Text


@dataclass(frozen=True)
class ImportedNote:
    """``number`` is what the marks of this import call the note; ``text`` is inline HTML."""

    number: int
    text: str


@dataclass(frozen=True)
class ImportedProfile:
    """One profile as read; every number in a `Text` is that of exactly one of ``notes``, and each is cited.

    ``warnings`` are whole sentences about what was read in a way that a person
    should look at.
    """

    country: Written | None = None
    theme: Written | None = None
    last_updated: date | None = None
    overview_heading: str = ""
    facts: tuple[ImportedFact, ...] = ()
    sections: tuple[ImportedSection, ...] = ()
    notes: tuple[ImportedNote, ...] = ()
    warnings: tuple[str, ...] = ()
