"""Markers in a text, and the numbers they print.

A marker is ``<sup data-footnote="KEY">[7]</sup>``. The key is the note's
identity; the number between the brackets is a convenience, computed here and
rewritten by every save. It is never left out: CKEditor deletes an empty ``sup``.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from uuid import UUID

KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a UUID as str() writes it
MARKER = re.compile(rf'<sup data-footnote="({KEY.pattern})">(.*?)</sup>', re.DOTALL)
UNKNOWN = "[?]"
IBID = re.compile(r"(?:\s|<[^>]*>)*ibid(?:em)?\b", re.IGNORECASE)


def marker(key: UUID | str, number: int | None = None) -> str:
    """The mark-up that cites the note ``key``; without a number it prints ``[?]`` until the next renumbering."""
    return f'<sup data-footnote="{key}">{UNKNOWN if number is None else f"[{number}]"}</sup>'


def keys_in(body: str) -> list[str]:
    """The keys that one cleaned text cites, in order, repeats included."""
    return [found.group(1) for found in MARKER.finditer(body)]


def number_references(bodies: Iterable[str], known: Iterable[str] | None = None) -> dict[str, int]:
    """Number footnote keys from 1 in order of first mention.

    ``bodies`` are cleaned texts in reading order. A key cited twice keeps its
    first number, so printed numbers never skip or repeat. With ``known`` given,
    a key that is not among them gets no number: its marker has no note.
    """
    cited = dict.fromkeys(chain.from_iterable(keys_in(body) for body in bodies))
    notes = cited.keys() if known is None else set(known)
    return {key: number for number, key in enumerate((key for key in cited if key in notes), start=1)}


def renumber(body: str, numbers: Mapping[str, int]) -> str:
    """Rewrite the visible number of every marker; one whose key has no number becomes ``[?]``."""
    return MARKER.sub(lambda found: marker(found.group(1), numbers.get(found.group(1))), body)


def is_ibid(text: str) -> bool:
    """Whether a note's HTML begins with "Ibid.", and so means whatever note stands before it."""
    return bool(IBID.match(text))


def predecessors(texts: Mapping[str, str]) -> dict[str, str | None]:
    """For the key of each "Ibid." note, the key of the note it stands for; None when nothing stands before it.

    ``texts`` are the cited notes by key, in the order of their numbers. An
    "Ibid." after an "Ibid." stands for the same note.
    """
    found: dict[str, str | None] = {}
    named = None
    for key, text in texts.items():
        if is_ibid(text):
            found[key] = named
        else:
            named = key
    return found
