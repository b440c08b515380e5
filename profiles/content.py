"""What a profile says, apart from where it is stored.

A working copy is read into a `Content`, an edition keeps one as its snapshot,
and rendering, checks, comparing, import and export all speak of it. No Django
here: content can be made, compared and tested without a database.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

VERSION = 1


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
    def from_json(cls, snapshot: dict[str, Any]) -> "Content":
        """Read a snapshot of any version ever written. Raises ValueError for one from a newer release."""
        version = snapshot.get("version")
        if version != VERSION:
            raise ValueError(f"This release reads content of version {VERSION}, not {version}.")
        return cls(
            country=snapshot["country"],
            theme=snapshot["theme"],
            language=snapshot["language"],
            overview_heading=snapshot["overview_heading"],
            facts=tuple(Fact(**fact) for fact in snapshot["facts"]),
            sections=tuple(Section(**section) for section in snapshot["sections"]),
            footnotes=tuple(Footnote(**footnote) for footnote in snapshot["footnotes"]),
        )

    def digest(self) -> str:
        """SHA-256 of the content, in hex: equal exactly when every letter and key is."""
        canonical = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
