"""Bytes become text, or are told to be none."""

import codecs
import re

from django.utils.translation import gettext as _

from .imported import NotText

# What no page holds, but almost every other file does; tab, line ends, page break and DOS's end mark may be there.
BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")


def text_of(data: bytes) -> tuple[str, list[str]]:
    """The text of a file, and warnings about it.

    UTF-8 with or without a mark, else UTF-16 with one, else Windows-1252, in
    which old pages were saved. Raises NotText, naming the line; one damaged
    letter does not turn a page of UTF-8 into Windows-1252.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16"), []
    if found := BINARY.search(data):
        raise NotText(_line(data, found.start()))
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = _line(data, error.start)
    if not data.decode("utf-8", errors="ignore").isascii():
        raise NotText(line, _("a letter is damaged; all others of the file are UTF-8."))
    warning = _("Line %d: this is not UTF-8, so the file was read as Windows-1252; look at its accents.") % line
    return _decoded(data, "cp1252"), [warning]


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(_line(data, error.start)) from error


def _line(data: bytes, position: int) -> int:
    return len((data[:position] + b"|").splitlines())
