"""Editorial problems of a content, as data.

Saving is always allowed; these are shown while editing and before publishing.
The names follow the taxonomy of MediaWiki's Cite extension.
"""

from dataclasses import dataclass
from enum import IntEnum

from profiles.content import Content


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
    """All problems of ``content``, gravest first; ``previous`` is the newest edition's content, if there is one."""
    return []
