"""What a profile says, apart from where it is stored.

A working copy is read into a `Content`, an edition keeps one as its snapshot,
and rendering, checks, comparing, import and export all speak of it. No Django
here: content can be made, compared and tested without a database.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

VERSION = 1  # what is written now; a frozen sample of each version that ever was lies in tests/profiles/snapshots
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can write one, and nothing can print it


class UnreadableContent(ValueError):
    """What is stored is no content that this release can read; the message tells those who edit why."""


@dataclass(frozen=True)
class Fact:
    """One row of the overview: a topic's label, and inline HTML that may carry markers."""

    label: str
    value: str


@dataclass(frozen=True)
class Section:
    """A heading (plain text, empty for the lead) over block HTML that may carry markers."""

    key: str
    heading: str
    body: str


@dataclass(frozen=True)
class Footnote:
    """A note's identity and its inline HTML; its number is computed by `profiles.footnotes`."""

    key: str
    text: str


@dataclass(frozen=True)
class Content:
    """The whole text of one profile, in reading order."""

    country: str
    theme: str
    language: str = "en"
    overview_heading: str = ""
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    footnotes: tuple[Footnote, ...] = ()

    def bodies(self) -> Iterator[str]:
        """Every text that may carry markers, in the order in which markers are numbered."""
        yield from (fact.value for fact in self.facts)
        yield from (section.body for section in self.sections)

    def as_json(self) -> dict[str, Any]:
        """The snapshot's shape: plain lists and strings, with the version that `from_json` reads."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, snapshot: object) -> "Content":
        """Read a snapshot of any version ever written.

        Raises UnreadableContent for anything else, be it of a newer release or
        no snapshot at all. Nothing is guessed or left out: a text without one
        of its parts would be cited as if it were whole.
        """
        stored = _of_known_version(snapshot)
        if foreign := stored.keys() - {"version", *(field.name for field in fields(cls))}:
            raise UnreadableContent(
                f"It has parts that this release does not know: {', '.join(sorted(foreign))[:100]}."
            )
        return cls(
            country=_text(stored, "country"),
            theme=_text(stored, "theme"),
            language=_text(stored, "language"),
            overview_heading=_text(stored, "overview_heading"),
            facts=_rows(Fact, stored, "facts"),
            sections=_rows(Section, stored, "sections"),
            footnotes=_rows(Footnote, stored, "footnotes"),
        )

    def digest(self) -> str:
        """SHA-256 of the content, in hex: equal exactly when every letter and key is.

        Digests are stored, to tell what was imported from what somebody wrote:
        a content has the same one in every release. So the version in it stays
        the first, whatever VERSION is, and a part added later joins only where
        it is not empty.
        """
        canonical = json.dumps({"version": 1, **asdict(self)}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def facts_from_json(version: object, facts: object) -> tuple[Fact, ...]:
    """The facts of a snapshot, for whoever asks the database for them alone. Raises UnreadableContent."""
    return _rows(Fact, _of_known_version({"version": version, "facts": facts}), "facts")


Row = TypeVar("Row", Fact, Section, Footnote)


def _of_known_version(snapshot: object) -> dict[str, object]:
    """Where a second version begins, the first is turned into its shape here, and everybody reads one shape."""
    if not isinstance(snapshot, dict):
        raise UnreadableContent("It is no snapshot of a text.")
    version = snapshot.get("version")
    if type(version) is not int or version != VERSION:
        raise UnreadableContent(f"This release reads content of version {VERSION}, not {str(version)[:20]}.")
    return snapshot


def _rows(kind: type[Row], stored: dict[str, object], name: str) -> tuple[Row, ...]:
    rows, columns = stored.get(name), [field.name for field in fields(kind)]
    if not isinstance(rows, list | tuple) or not all(
        isinstance(row, dict) and row.keys() == set(columns) for row in rows
    ):
        raise UnreadableContent(f"Its {name} are of another shape.")
    return tuple(kind(*(_text(row, column) for column in columns)) for row in rows)


def _text(stored: dict[str, object], name: str) -> str:
    text = stored.get(name)
    if not isinstance(text, str) or HALF_A_CHARACTER.search(text):
        raise UnreadableContent(f"Its {name} is no text.")
    return text
