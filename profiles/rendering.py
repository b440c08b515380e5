"""The one way from content to what people read: preview, page, export and mail all come through here.

Markers become links to numbered notes, notes become a list with links back,
and no key ever gets out. The mark-up follows DPUB-ARIA 1.1; the shape of a
note's link and the evidence for it: `doc-noteref` on a plain link that works
without script, back links with words of their own, no role on the list items.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from profiles.content import Content
from profiles.footnotes import MARKER, number_references
from profiles.richtext import clean, clean_inline, clean_note

IBID = re.compile(r"\s*(?:<[^>]+>\s*)*ibid\b", re.IGNORECASE)


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
    """Changes whenever the code that renders does: part of every cache key, so no release shows the last one's pages."""
    room = Path(__file__).parent
    sources = b"".join((room / name).read_bytes() for name in ("rendering.py", "footnotes.py", "richtext.py"))
    return hashlib.sha256(sources).hexdigest()[:12]


def render(content: Content) -> Rendered:
    """Turn content into what a template prints.

    Notes that nothing cites are left out; a marker without a note prints
    ``[?]``, which only a preview can show: publishing refuses it.
    """
    texts = {note.key: note.text for note in content.footnotes}
    numbers = number_references(content.bodies(), known=texts)
    uses: dict[str, list[Use]] = defaultdict(list)

    def linked(body: str) -> SafeString:
        return mark_safe(MARKER.sub(lambda found: _mark(found.group(1), numbers, uses), body))  # noqa: S308

    facts = tuple(RenderedFact(fact.label, linked(clean_inline(fact.value))) for fact in content.facts)
    ids = _section_ids(section.heading for section in content.sections)
    sections = tuple(
        RenderedSection(id, section.heading, linked(clean(section.body)))
        for id, section in zip(ids, content.sections, strict=True)
    )
    return Rendered(
        content.country,
        content.theme,
        content.language,
        content.overview_heading,
        facts,
        sections,
        _notes(texts, numbers, uses),
    )


def render_fact_apart(value: str, page: str) -> SafeString:
    """A fact away from its profile, such as in a theme's table: its marks lead to the notes of the address ``page``.

    ``value`` comes from an edition, whose markers carry their numbers.
    """
    return mark_safe(MARKER.sub(lambda found: _mark_apart(found.group(2), page), clean_inline(value)))  # noqa: S308


def is_ibid(text: str) -> bool:
    """Whether a note's HTML begins with "Ibid.", and so means whatever note stands before it."""
    return bool(IBID.match(text))


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


def _notes(texts: dict[str, str], numbers: dict[str, int], uses: dict[str, list[Use]]) -> tuple[Note, ...]:
    notes: list[Note] = []
    for key, number in numbers.items():
        html = mark_safe(clean_note(texts[key]))  # noqa: S308
        before = notes[-1] if notes and is_ibid(html) else None
        notes.append(Note(number, html, tuple(uses[key]), (before.refers_to or before) if before else None))
    return tuple(notes)


def _section_ids(headings: Iterable[str]) -> list[str]:
    """Readable anchors, one per section; a repeated or empty heading gets a number."""
    taken = {"overview", "notes", "main", "contents", ""}
    ids = []
    for position, heading in enumerate(headings, start=1):
        wish = slugify(heading) or f"section-{position}"
        while wish in taken or re.fullmatch(r"(?:n|nr)-\d.*", wish):
            wish = f"{wish}-{position}"
        taken.add(wish)
        ids.append(wish)
    return ids
