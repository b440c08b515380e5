"""Lines become paragraphs, whether a page keeps a paragraph in one line or wraps it."""

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from .imported import NotText
from .marks import numbers_in

LINE_END = re.compile(r"\r\n|\r|\n")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
INVISIBLE = re.compile("[\ufeff\ufffe\uffff\u200b\u00ad\u202a-\u202e]")
CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
SPACES = re.compile(r"[ \u00a0]+|[^\S\t]{2,}")

BULLET = re.compile(r"(?:[•·◦▪‣]\s*|[*-]\s+)(?=\S)")
DATE_LINE = re.compile(r"last[ -]?updated?\b", re.IGNORECASE)
NOTE_LINE = re.compile(r"\[\s*[0-9]{1,3}\s*\]")

LONG_WORD = re.compile(r"\S{41,}")  # an address may stand out of a wrapped page's margin
MARKED_UP = re.compile(r"\s*(?:<!doctype|<html|<\?xml|\{\\rtf)", re.IGNORECASE)
WRAPPED = range(60, 161)  # a page whose longest line is of this length has wrapped lines


@dataclass(frozen=True)
class Paragraph:
    """Text without line breaks; ``line`` is its first, ``gap`` the number of blank lines above it.

    ``quoted`` paragraphs were written with ">" before each line. ``reach`` is
    the length of the last line so far, by which its being wrapped is told.
    """

    line: int
    text: str
    gap: int = 0
    quoted: bool = False
    reach: int = 0


def paragraphs_of(text: str) -> list[Paragraph]:
    """Raises NotText for characters that no text has, and for mark-up."""
    if MARKED_UP.match(text):
        raise NotText(1, _("this is a file with mark-up, such as HTML."))
    found: list[Paragraph] = []
    gap = 0
    lines = LINE_END.split(text)
    width = _wrap_width(lines)
    for number, raw in enumerate(lines, start=1):
        line = _tidy(raw, number)
        if line in ("", ">"):
            gap += 1
            continue
        words = line.removeprefix(">").lstrip()
        if found and not gap and _continues(found[-1], line, width):
            found[-1] = replace(found[-1], text=f"{found[-1].text} {words}", reach=len(raw.rstrip()))
        else:
            found.append(Paragraph(number, words, gap, line.startswith(">"), len(raw.rstrip())))
        gap = 0
    return found


def _tidy(raw: str, number: int) -> str:
    if UNSTORABLE.search(raw):
        raise NotText(number)
    line = CONTROL.sub(" ", INVISIBLE.sub("", raw))
    return re.sub(r" *\t[ \t]*", "\t", SPACES.sub(" ", line)).strip().strip("|").strip()  # a table's bars at its sides


def _wrap_width(lines: list[str]) -> int | None:
    """Where the page wraps its lines, or None where each line is a paragraph."""
    longest = max((len(line.rstrip()) for line in lines if not LONG_WORD.search(line)), default=0)
    return longest if longest in WRAPPED else None


def _continues(above: Paragraph, line: str, width: int | None) -> bool:
    """Whether ``line``, directly below ``above``, is more of the same paragraph."""
    if above.quoted or line.startswith(">"):
        return above.quoted and line.startswith(">")
    if width is None or "\t" in line or DATE_LINE.match(line) or BULLET.match(line) or _next_note(above, line):
        return False
    return above.reach + 1 + len(line.split(" ", 1)[0]) > width


def _next_note(above: Paragraph, line: str) -> bool:
    """In a list of notes the next number begins the next note, however full the line above is."""
    if not (NOTE_LINE.match(above.text) and NOTE_LINE.match(line)):
        return False
    return numbers_in(line)[0] == numbers_in(above.text)[0] + 1
