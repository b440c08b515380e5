"""A content as an editor reads it: texts and notes in order, in words, with what stands before each marker."""

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from django.utils.translation import gettext as _

from profiles.content import Content
from profiles.footnotes import MARKER, is_ibid, keys_in, number_references, predecessors
from profiles.richtext import plain

HERE = "\x00"  # stands for a marker among words; no cleaned text has it
LINES = re.compile(r"<br>|</?(?:p|li|h3|h4|blockquote|caption|td|th)\b[^>]*>")
PASTED = re.compile(r"\[\d{1,3}\] ?[^\s\[]")


@dataclass(frozen=True)
class Text:
    """A fact's value or a section's body."""

    place: str
    html: str

    @cached_property
    def markers(self) -> list[tuple[str, str]]:
        """Each marker's key, with some words that stand before it."""
        pieces = plain(MARKER.sub(HERE, self.html)).split(HERE)
        return [(key, "".join(pieces[max(0, at - 9) : at + 1]).strip()) for at, key in enumerate(keys_in(self.html))]

    @cached_property
    def lines(self) -> list[str]:
        """The words of each block or line, without the numbers that markers print."""
        return [words for line in LINES.split(MARKER.sub("", self.html)) if (words := plain(line))]

    @cached_property
    def pasted(self) -> list[str]:
        """Lines such as "[12] Letter from …": notes that were pasted as text."""
        return [line for line in self.lines if PASTED.match(line)]

    @cached_property
    def words(self) -> str:
        """The other lines."""
        return " ".join(line for line in self.lines if not PASTED.match(line))


@dataclass(frozen=True)
class Note:
    """A note in words. ``number`` is 0 when nothing cites it; ``after`` are some words before its first marker."""

    key: str
    html: str
    number: int
    mentions: int = 0
    after: str = ""

    @property
    def place(self) -> str:
        return _("Note %s") % self.number if self.number else _("Footnotes")

    @cached_property
    def words(self) -> str:
        return plain(self.html)

    @property
    def links(self) -> list[str]:
        return [unescape(address) for address in re.findall(r' href="([^"]*)"', self.html)]

    @property
    def is_ibid(self) -> bool:
        return is_ibid(self.html)


class Reading:
    """The texts and notes of ``content`` in the order of reading, notes that nothing cites at the end."""

    def __init__(self, content: Content, previous: Content | None = None) -> None:
        self.before = Reading(previous) if previous else None
        self.texts = [Text(_("Fact “%s”") % fact.label, fact.value) for fact in content.facts] + [
            Text(_section(position, section.heading), section.body)
            for position, section in enumerate(content.sections, start=1)
        ]
        self.notes = _notes(self.texts, {note.key: note.text for note in content.footnotes})
        self.by_key = {note.key: note for note in self.notes}
        self._named = predecessors({note.key: note.html for note in self.notes if note.number})

    def named_by(self, note: Note) -> Note | None:
        """The note that an "Ibid." stands for."""
        key = self._named.get(note.key)
        return self.by_key[key] if key else None

    @cached_property
    def by_words(self) -> dict[str, list[Note]]:
        """The cited notes that say the same thing."""
        same: dict[str, list[Note]] = {}
        for note in self.notes:
            if note.number and note.words:
                same.setdefault(note.words, []).append(note)
        return same


def _section(position: int, heading: str) -> str:
    if heading:
        return _("Section “%s”") % heading
    return _("Lead") if position == 1 else _("Section %s, without a heading") % position


def _notes(texts: list[Text], written: dict[str, str]) -> list[Note]:
    numbers = number_references((text.html for text in texts), known=written)
    mentions: dict[str, list[str]] = {key: [] for key in numbers}
    for text in texts:
        for key, before in text.markers:
            if key in mentions:
                mentions[key].append(before)
    cited = [Note(key, written[key], number, len(mentions[key]), mentions[key][0]) for key, number in numbers.items()]
    return cited + [Note(key, html, 0) for key, html in written.items() if key not in numbers]


def beginning(words: str, most: int = 60) -> str:
    """The first words, for a quotation."""
    return words if len(words) <= most else f"{words[:most].rpartition(' ')[0] or words[:most]}…"


def ending(words: str, most: int = 60) -> str:
    """The last words, for a quotation."""
    return words if len(words) <= most else f"…{words[-most:].partition(' ')[2] or words[-most:]}"
