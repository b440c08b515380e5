"""What differs between two contents of one profile, in the words of those who edit it.

Numbers of markers are not text: a note put in at the top renumbers the whole
profile and changes nothing else. No Django rows here, so that any two contents
can be compared: two editions, or an edition and a working copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.content import Content
from profiles.footnotes import renumber


class Happened(TextChoices):
    """What became of a part."""

    ADDED = "added", gettext_lazy("added")
    CHANGED = "changed", gettext_lazy("changed")
    REMOVED = "removed", gettext_lazy("removed")
    MOVED = "moved", gettext_lazy("moved")


@dataclass(frozen=True)
class Part:
    """A piece of a profile that is not what it was; ``name`` is what a researcher calls it."""

    happened: Happened
    name: str
    count: int = 1


def changed_parts(before: Content, after: Content) -> list[Part]:
    """What became of overview, sections and notes, in reading order; empty when they read alike."""
    return [
        *_heading(before, after),
        *_named(_facts(before), _facts(after), {}),
        *_named(_sections(before), _sections(after), _headings(before) | _headings(after)),
        *_notes(before, after),
    ]


def _heading(before: Content, after: Content) -> list[Part]:
    if before.overview_heading == after.overview_heading:
        return []
    return [Part(Happened.CHANGED, _("Heading of the overview"))]


def _facts(content: Content) -> dict[str, str]:
    return {fact.label: renumber(fact.value, {}) for fact in content.facts}


def _sections(content: Content) -> dict[str, str]:
    return {section.key: f"{section.heading}\n{renumber(section.body, {})}" for section in content.sections}


def _headings(content: Content) -> dict[str, str]:
    return {section.key: section.heading or _("Lead") for section in content.sections}


def _named(before: Mapping[str, str], after: Mapping[str, str], names: Mapping[str, str]) -> list[Part]:
    """Compare texts by key; a key without a name is one itself."""
    parts = [Part(happened, names.get(key, key)) for key in after if (happened := _happened(key, before, after))]
    parts += [Part(Happened.REMOVED, names.get(key, key)) for key in before if key not in after]
    if not parts and list(before) != list(after):
        parts = [
            Part(Happened.MOVED, names.get(key, key)) for old, key in zip(before, after, strict=True) if old != key
        ]
    return parts


def _happened(key: str, before: Mapping[str, str], after: Mapping[str, str]) -> Happened | None:
    if key not in before:
        return Happened.ADDED
    return None if before[key] == after[key] else Happened.CHANGED


def _notes(before: Content, after: Content) -> list[Part]:
    """Notes by number of each kind: their names are long and say little."""
    old, new = ({note.key: note.text for note in content.footnotes} for content in (before, after))
    counts = {
        Happened.ADDED: len(new.keys() - old.keys()),
        Happened.CHANGED: sum(old[key] != new[key] for key in old.keys() & new.keys()),
        Happened.REMOVED: len(old.keys() - new.keys()),
    }
    return [Part(happened, _("Footnotes"), count) for happened, count in counts.items() if count]
