"""Marks such as ``[7]`` in plain text. Anything else in square brackets is text: ``[and is]``, ``[2009]``."""

import re
from collections.abc import Iterable
from html import escape

from .imported import Text

MARK = re.compile(r"\s*\[\s*([0-9]{1,3})\s*\]")


def numbers_in(text: str) -> list[int]:
    """The numbers of the marks in ``text``, in order, repeats included."""
    return [int(number) for number in MARK.findall(text)]


def without_marks(text: str) -> str:
    return MARK.sub("", text).strip()


def cited(text: str) -> Text:
    """Plain text as HTML, its marks as numbers; space before a mark goes, so that the mark follows its word."""
    pieces = MARK.split(text)
    return joined(int(piece) if place % 2 else as_html(piece) for place, piece in enumerate(pieces))


def as_html(text: str) -> str:
    """Plain text as HTML: a "<" of the page is a "<" to its readers."""
    return escape(text.replace("\t", " "), quote=False)


def joined(pieces: Iterable[str | int]) -> Text:
    """The same text in as few pieces as can be, so that equal texts are equal values."""
    found: list[str | int] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece != "":
            found.append(piece)
    return tuple(found)
