"""Editorial problems of a content, as data.

Saving is always allowed; these are shown while editing and before publishing.
The names follow the taxonomy of MediaWiki's Cite extension. One function a
rule: it looks at one text or one note, and yields what an editor should see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.content import Content
from profiles.review.reading import Note, Reading, Text, beginning, ending
from profiles.review.web_addresses import malformed


class Level(IntEnum):
    """What a problem does to a publication, the gravest first."""

    BLOCKS = 1
    CONFIRM = 2
    WARNS = 3
    HINTS = 4


@dataclass(frozen=True)
class Problem:
    """One thing an editor should look at: what is wrong, where, and what to do about it.

    ``place`` names the fact, section or note in words a researcher knows;
    ``key`` is the note concerned (for the editing page to point at, never printed).
    """

    level: Level
    code: str
    message: str
    place: str = ""
    key: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def check(content: Content, previous: Content | None = None) -> list[Problem]:
    """All problems of ``content``, the gravest first, each level in reading order.

    ``content`` is cleaned, as `Profile.content()` gives it; ``previous`` is the
    newest edition's content, if there is one.
    """
    reading = Reading(content, previous)
    found = [
        *nothing_written(reading),
        *(problem for text in reading.texts for rule in TEXT_RULES for problem in rule(text, reading)),
        *(problem for note in reading.notes for rule in NOTE_RULES for problem in rule(note, reading)),
    ]
    return sorted(found, key=lambda problem: problem.level)


def nothing_written(reading: Reading) -> Iterator[Problem]:
    if not any(text.lines for text in reading.texts):
        yield Problem(Level.BLOCKS, "no-text", _("There is no text yet. Write a section or a fact first."))


# Rules for a fact or a section


def missing_note(text: Text, reading: Reading) -> Iterator[Problem]:
    for key, before in text.markers:
        if key not in reading.by_key:
            message = (
                _("The marker after “%s” has no note. Choose or write its note, or delete the marker.") % ending(before)
                if before
                else _("The marker at the beginning has no note. Choose or write its note, or delete the marker.")
            )
            yield Problem(Level.BLOCKS, "marker-without-note", message, text.place, key)


def marker_in_link(text: Text, reading: Reading) -> Iterator[Problem]:
    """Cleaning moves such a marker; this finds one in a content that was never cleaned."""
    is_inside = False
    for found in re.finditer(r'<(a)\b|</a>|<sup data-footnote="([^"]+)"', text.html):
        if found[2] and is_inside:
            message = _("A marker stands inside a link, where it cannot be a link itself. Put it behind the link.")
            yield Problem(Level.WARNS, "marker-in-link", message, text.place, found[2])
        elif not found[2]:
            is_inside = bool(found[1])


def lost_marker(text: Text, reading: Reading) -> Iterator[Problem]:
    for found in re.finditer(r"\[\?\]", text.words):
        message = _("A marker lost its note here: “%s”. Cite the note again, and delete the “[?]”.")
        yield Problem(Level.WARNS, "lost-marker", message % _around(text.words, found), text.place)


def number_as_text(text: Text, reading: Reading) -> Iterator[Problem]:
    """Brackets can be legal text, so this only warns; a list of notes that was pasted along is told as such."""
    if text.pasted:
        message = ngettext(
            "A line looks like a note that was pasted as text: “%(line)s”. Turn it into a note.",
            "%(count)d lines look like notes that were pasted as text, the first is “%(line)s”. Turn them into notes.",
            len(text.pasted),
        ) % {"count": len(text.pasted), "line": beginning(text.pasted[0])}
        yield Problem(Level.WARNS, "notes-as-text", message, text.place)
    if numbers := list(re.finditer(r"\[\d{1,3}\]", text.words)):
        message = ngettext(
            "A number in brackets is text, not a marker: “%(words)s”. If it means a note, cite the note there.",
            "%(count)d numbers in brackets are text, not markers, the first in “%(words)s”. "
            "If they mean notes, cite the notes there.",
            len(numbers),
        ) % {"count": len(numbers), "words": _around(text.words, numbers[0])}
        yield Problem(Level.WARNS, "number-as-text", message, text.place)


# Rules for a note


def not_cited(note: Note, reading: Reading) -> Iterator[Problem]:
    """Shown, and never deleted for anyone: the marker may be on its way in a clipboard."""
    if note.number:
        return
    message = (
        _("“%s” is cited nowhere and will not be printed. Cite it, or delete it.") % beginning(note.words)
        if note.words
        else _("A note without text is cited nowhere. Delete it.")
    )
    yield Problem(Level.HINTS, "note-not-cited", message, note.place, note.key)


def empty(note: Note, reading: Reading) -> Iterator[Problem]:
    if note.number and not note.words:
        message = _("The note cited after “%s” has no text. Write it, or delete its markers.") % ending(note.after)
        yield Problem(Level.BLOCKS, "note-empty", message, note.place, note.key)


def same_text(note: Note, reading: Reading) -> Iterator[Problem]:
    same = reading.by_words.get(note.words, [])
    if len(same) > 1 and same[0] == note and not note.is_ibid:
        numbers = ", ".join(str(other.number) for other in same)
        message = _("Notes %(numbers)s say the same, “%(words)s”. Consider citing one note at each place.")
        values = {"numbers": numbers, "words": beginning(note.words)}
        yield Problem(Level.HINTS, "same-text", message % values, note.place, note.key)


def misspelt_address(note: Note, reading: Reading) -> Iterator[Problem]:
    for address in dict.fromkeys(malformed(note.words) + [bad for link in note.links for bad in malformed(link)]):
        message = _("“%s” is not a web address. Correct it.") % address
        yield Problem(Level.WARNS, "address-misspelt", message, note.place, note.key)


def ibid_first(note: Note, reading: Reading) -> Iterator[Problem]:
    if note.is_ibid and note.number and not reading.named_by(note):
        message = _("“%s” has no note before it to refer to. Name the source.") % beginning(note.words)
        yield Problem(Level.WARNS, "ibid-first", message, note.place, note.key)


def ibid_reused(note: Note, reading: Reading) -> Iterator[Problem]:
    if note.is_ibid and note.mentions > 1:
        message = _("“%s” is cited at several places, where different notes stand before it. Name the source.")
        yield Problem(Level.WARNS, "ibid-reused", message % beginning(note.words), note.place, note.key)


def ibid_of_several(note: Note, reading: Reading) -> Iterator[Problem]:
    named = reading.named_by(note)
    if named and re.search(r";\s+(?:and|see|also)\b", named.words):
        message = _("“%(ibid)s” follows a note with several sources, “%(words)s”. Say which of them is meant.")
        values = {"ibid": beginning(note.words), "words": beginning(named.words)}
        yield Problem(Level.HINTS, "ibid-of-several", message % values, note.place, note.key)


def ibid_changed(note: Note, reading: Reading) -> Iterator[Problem]:
    """It stands for other words than in the newest edition: a person has to have looked at it."""
    new, old = reading.named_by(note), reading.before.named_by(note) if reading.before else None
    if new and old and new.words != old.words:
        message = _("“%(ibid)s” now means “%(new)s”; in the last edition it meant “%(old)s”. Is that right?")
        values = {"ibid": beginning(note.words), "new": new.words, "old": old.words}
        yield Problem(Level.CONFIRM, "ibid-changed", message % values, note.place, note.key)


TEXT_RULES = (missing_note, marker_in_link, lost_marker, number_as_text)
NOTE_RULES = (empty, not_cited, same_text, misspelt_address, ibid_first, ibid_reused, ibid_changed, ibid_of_several)


def _around(words: str, found: re.Match[str]) -> str:
    """The words about a place in a text, so that an editor finds it."""
    return f"{ending(words[: found.start()], 40)}{found[0]}{beginning(words[found.end() :], 30)}"
