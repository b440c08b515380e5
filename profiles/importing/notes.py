"""The list of notes at the end of a page, and whether marks and notes agree."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten

from django.utils.translation import gettext as _

from profiles.country_names import folded

from .imported import ImportedNote, Unreadable
from .lines import Paragraph
from .marks import as_html, numbers_in

NOTE = re.compile(r"\[\s*([0-9]{1,3})\s*\]\s*(.*)")
LIST_HEADINGS = {"", "notes", "footnotes", "endnotes", "references", "sources"}


@dataclass(frozen=True)
class Note:
    """A note as it stands in the list; its first paragraph is without the number."""

    number: int
    paragraphs: tuple[Paragraph, ...]

    @property
    def line(self) -> int:
        return self.paragraphs[0].line

    def imported(self) -> ImportedNote:
        return ImportedNote(self.number, as_html(" ".join(paragraph.text for paragraph in self.paragraphs)))


def split_notes(paragraphs: Sequence[Paragraph]) -> tuple[Sequence[Paragraph], dict[int, Note]]:
    """The text above the list, and the notes by number.

    Raises Unreadable for a number that is there twice, and for a note without text.
    """
    start = _list_start(paragraphs)
    notes: dict[int, Note] = {}
    for paragraph in paragraphs[start:]:
        if found := NOTE.fullmatch(paragraph.text):
            _add(notes, Note(int(found[1]), (replace(paragraph, text=found[2]),)))
        else:
            number, note = notes.popitem()
            notes[number] = replace(note, paragraphs=(*note.paragraphs, paragraph))
    if start and notes and folded(paragraphs[start - 1].text) in LIST_HEADINGS:
        start -= 1
    return paragraphs[:start], notes


def check_marks(paragraphs: Iterable[Paragraph], notes: Mapping[int, Note]) -> None:
    """Raises Unreadable, naming the line, for a mark without note and for a note without mark."""
    cited = set()
    for paragraph in paragraphs:
        for number in numbers_in(paragraph.text):
            if number not in notes:
                raise Unreadable(
                    paragraph.line,
                    _("the mark [%d] has no note.") % number,
                    _("Add “[%d] …” to the notes at the end of the page, or take the mark out.") % number,
                )
            cited.add(number)
    for number, note in notes.items():
        if number not in cited:
            raise Unreadable(
                note.line,
                _("note %d is cited nowhere.") % number,
                _("Put the mark [%d] into the text, or take the note out.") % number,
            )


def long_last_note(notes: Mapping[int, Note]) -> Iterator[str]:
    """What stands below the last note may be more of it, or the foot of the site: a person should look."""
    for note in list(notes.values())[-1:]:
        for paragraph in note.paragraphs[1:]:
            yield _("Line %(line)d: “%(text)s” was taken as part of note %(number)d.") % {
                "line": paragraph.line,
                "text": shorten(paragraph.text, 60, placeholder=" …"),
                "number": note.number,
            }


def _list_start(paragraphs: Sequence[Paragraph]) -> int:
    """The first paragraph that begins with the lowest number and has text: one begun by a mark of the text has a higher."""
    begun = [
        (int(found[1]), place) for place, p in enumerate(paragraphs) if (found := NOTE.fullmatch(p.text)) and found[2]
    ]
    return min(begun)[1] if begun else len(paragraphs)


def _add(notes: dict[int, Note], note: Note) -> None:
    if first := notes.get(note.number):
        raise Unreadable(
            note.line,
            _("note %(number)d is there twice; the first is at line %(line)d.")
            % {"number": note.number, "line": first.line},
            _("Give each note a number of its own."),
        )
    if not note.paragraphs[0].text:
        raise Unreadable(note.line, _("note %d has no text.") % note.number, _("Write what it should say."))
    notes[note.number] = note
