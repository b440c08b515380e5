"""The rows that a working copy should have after an import, and how they differ from those it has."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from profiles.footnotes import marker, number_references, renumber
from profiles.models import Fact, Footnote, Profile, Section
from profiles.richtext import clean, clean_inline, clean_note

from .imported import ImportedProfile, Text
from .matching import matched

Row = TypeVar("Row", Fact, Footnote, Section)
Placed = TypeVar("Placed", Fact, Section)


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """What has to be done to one kind of rows; ``fields`` are those that an import may change."""

    added: Sequence[Row]
    changed: Sequence[Row]
    removed: Sequence[Row]
    fields: Sequence[str]

    @classmethod
    def between(cls, stored: Sequence[Row], wanted: Sequence[Row], fields: Sequence[str]) -> "Rows[Row]":
        """From the rows there are to those there should be; a row with the same primary key is the same row."""
        before = {row.pk: [getattr(row, field) for field in fields] for row in stored}
        kept = {row.pk: row for row in wanted if row.pk in before}
        return cls(
            added=[row for row in wanted if row.pk not in before],
            changed=[row for pk, row in kept.items() if before[pk] != [getattr(row, field) for field in fields]],
            removed=[row for row in stored if row.pk not in kept],
            fields=fields,
        )

    def differ(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def written(self) -> list[Row]:
        return list(self.added) + list(self.changed)

    def write(self) -> None:
        for row in self.removed:
            row.delete()
        for row in self.changed:
            row.save(update_fields=self.fields)
        if self.added:  # they are clean already, which is all that save() would see to
            type(self.added[0])._default_manager.bulk_create(self.added)


def rows_for(profile: Profile, imported: ImportedProfile) -> tuple[Rows[Fact], Rows[Section], Rows[Footnote]]:
    """What the working copy should hold; reads rows, writes none."""
    stored_facts = list(profile.facts.select_related("topic"))
    stored_sections, stored_notes = list(profile.sections.all()), _by_number(profile)
    notes = _footnotes(profile, stored_notes, imported)
    keys = {note.number: row.key for note, row in zip(imported.notes, notes, strict=True)}
    facts, sections = _facts(profile, stored_facts, imported, keys), _sections(profile, stored_sections, imported, keys)
    _number(facts, sections)
    return (
        Rows.between(stored_facts, facts, ["value", "position"]),
        Rows.between(stored_sections, sections, ["heading", "body", "position"]),
        Rows.between(stored_notes, notes, ["text"]),
    )


def _by_number(profile: Profile) -> list[Footnote]:
    numbers = number_references(profile.content().bodies())
    return sorted(profile.footnotes.all(), key=lambda note: numbers.get(str(note.key), len(numbers) + 1))


def _footnotes(profile: Profile, stored: Sequence[Footnote], imported: ImportedProfile) -> list[Footnote]:
    texts = [clean_note(note.text) for note in imported.notes]
    before = matched([note.text for note in stored], texts)
    notes = [copy(stored[before[n]]) if n in before else Footnote(profile=profile) for n in range(len(texts))]
    for note, text in zip(notes, texts, strict=True):
        note.text = text
    return notes


def _facts(profile: Profile, stored: Sequence[Fact], imported: ImportedProfile, keys: Mapping[int, UUID]) -> list[Fact]:
    topics = {topic.label: topic for topic in profile.theme.topics.all()}
    before = {fact.topic.label: fact for fact in stored}
    facts = []
    for fact in imported.facts:
        row = copy(before[fact.label]) if fact.label in before else Fact(profile=profile, topic=topics[fact.label])
        row.value = clean_inline(_html(fact.value, keys))
        facts.append(row)
    _place(stored, facts)
    return facts


def _sections(
    profile: Profile, stored: Sequence[Section], imported: ImportedProfile, keys: Mapping[int, UUID]
) -> list[Section]:
    before = matched([row.heading for row in stored], [section.heading for section in imported.sections])
    sections = []
    for n, section in enumerate(imported.sections):
        row = copy(stored[before[n]]) if n in before else Section(profile=profile)
        row.heading, row.body = section.heading, clean(_html(section.body, keys))
        sections.append(row)
    _place(stored, sections)
    return sections


def _html(text: Text, keys: Mapping[int, UUID]) -> str:
    return "".join(marker(keys[piece]) if isinstance(piece, int) else piece for piece in text)


def _place(stored: Sequence[Placed], wanted: Sequence[Placed]) -> None:
    """Give the rows their positions, unless they stand in this order already: then editors' own positions stay."""
    kept = {row.pk for row in wanted}
    if [row.pk for row in wanted] != [row.pk for row in stored if row.pk in kept]:
        for position, row in enumerate(wanted, start=1):
            row.position = position


def _number(facts: Sequence[Fact], sections: Sequence[Section]) -> None:
    """Give every marker the number it will print."""
    numbers = number_references([*(fact.value for fact in facts), *(section.body for section in sections)])
    for fact in facts:
        fact.value = renumber(fact.value, numbers)
    for section in sections:
        section.body = renumber(section.body, numbers)
