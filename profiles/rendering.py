"""The one way from content to what people read: preview, page, export and mail all come through here.

Markers become links to numbered notes, notes become a list with links back,
and no key ever gets out. The mark-up follows DPUB-ARIA 1.1; the shape of a
note's link and the evidence for it: `doc-noteref` on a plain link that works
without script, back links with words of their own, no role on the list items.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from string import ascii_lowercase

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from profiles.content import Content
from profiles.footnotes import MARKER, number_references, predecessors
from profiles.richtext import clean, clean_inline, clean_note


@dataclass(frozen=True)
class Use:
    """One place where a note is cited: the id of the mark there, and the letter that tells it from others."""

    id: str
    letter: str


@dataclass(frozen=True)
class Note:
    """A note as printed. ``refers_to`` is the note that an "Ibid." stands for."""

    number: int
    html: SafeString
    uses: tuple[Use, ...]
    refers_to: "Note | None" = None


@dataclass(frozen=True)
class RenderedFact:
    label: str
    html: SafeString


@dataclass(frozen=True)
class RenderedSection:
    """``id`` is unique on the page and stays the same for one content; the heading is plain text."""

    id: str
    heading: str
    html: SafeString


@dataclass(frozen=True)
class Rendered:
    """A profile ready for a template: safe HTML, numbers, and ids that do not clash."""

    country: str
    theme: str
    language: str
    overview_heading: str
    facts: tuple[RenderedFact, ...]
    sections: tuple[RenderedSection, ...]
    notes: tuple[Note, ...]


@cache
def version() -> str:
    """Changes whenever what renders does: part of every cache key, so no release shows the last one's pages.

    All of this app's code, rather than a list of files that a new one would have
    to be put on; and the libraries that write or judge HTML, which are renewed for safety's sake.
    """
    room = Path(__file__).parent
    code = [path.read_bytes() for path in sorted(room.rglob("*.py"))]
    libraries = [f"{name} {metadata.version(name)}".encode() for name in ("django", "nh3")]
    return hashlib.sha256(b"".join([*code, *libraries])).hexdigest()[:12]


def render(content: Content) -> Rendered:
    """Turn content into what a template prints.

    Notes that nothing cites are left out; a marker without a note prints
    ``[?]``, which only a preview can show: publishing refuses it. The few words
    added speak the content's language, whoever asks: the result is kept.
    """
    values = [clean_inline(fact.value) for fact in content.facts]
    bodies = [clean(section.body) for section in content.sections]
    texts = {note.key: clean_note(note.text) for note in content.footnotes}
    numbers = number_references([*values, *bodies], known=texts)
    uses: dict[str, list[Use]] = defaultdict(list)

    def linked(body: str) -> SafeString:
        return mark_safe(MARKER.sub(lambda found: _mark(found.group(1), numbers, uses), body))  # noqa: S308

    with override(content.language):
        facts = tuple(
            RenderedFact(fact.label, linked(value)) for fact, value in zip(content.facts, values, strict=True)
        )
        ids = _section_ids(section.heading for section in content.sections)
        sections = tuple(
            RenderedSection(id, section.heading, linked(body))
            for id, section, body in zip(ids, content.sections, bodies, strict=True)
        )
    return Rendered(
        content.country,
        content.theme,
        content.language,
        content.overview_heading,
        facts,
        sections,
        _notes({key: texts[key] for key in numbers}, uses),
    )


def render_fact_apart(value: str, page: str) -> SafeString:
    """A fact away from its profile, such as in a theme's table: its marks lead to the notes of the address ``page``.

    ``value`` comes from an edition, whose markers carry their numbers.
    """
    return mark_safe(MARKER.sub(lambda found: _mark_apart(found.group(2), page), clean_inline(value)))  # noqa: S308


def _mark(key: str, numbers: dict[str, int], uses: dict[str, list[Use]]) -> str:
    if key not in numbers:
        return '<sup class="nr nr-missing">[?]</sup>'
    number, letter = numbers[key], _letter(len(uses[key]))
    use = Use(f"nr-{number}" if letter == "a" else f"nr-{number}{letter}", letter)
    uses[key].append(use)
    return (
        f'<sup class="nr"><a id="{use.id}" href="#n-{number}" role="doc-noteref">'
        f'<span class="vh">{_("Note")} </span>{number}</a></sup>'
    )


def _mark_apart(shown: str, page: str) -> str:
    number = shown.strip("[]")
    if not number.isdecimal():
        return ""
    return f'<sup class="nr"><a href="{escape(page)}#n-{number}"><span class="vh">{_("Note")} </span>{number}</a></sup>'


def _letter(index: int) -> str:
    """a … z, aa, ab …: how the uses of one note are told apart."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters, index = ascii_lowercase[rest] + letters, index - 1
    return letters


def _notes(texts: dict[str, str], uses: dict[str, list[Use]]) -> tuple[Note, ...]:
    """``texts`` are the cited notes, in the order of their numbers."""
    stands_for = predecessors(texts)
    notes: dict[str, Note] = {}
    for number, (key, text) in enumerate(texts.items(), start=1):
        before = stands_for.get(key)
        notes[key] = Note(number, mark_safe(text), tuple(uses[key]), notes[before] if before else None)  # noqa: S308
    return tuple(notes.values())


def _section_ids(headings: Iterable[str]) -> list[str]:
    """Readable anchors, one per section; a repeated or empty heading gets a number.

    The prefix keeps them apart from every other id of a page, whatever a heading says.
    """
    ids: dict[str, None] = {}
    for position, heading in enumerate(headings, start=1):
        wish = f"s-{slugify(heading) or position}"
        while wish in ids:
            wish = f"{wish}-{position}"
        ids[wish] = None
    return list(ids)
