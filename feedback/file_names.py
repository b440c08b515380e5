"""What a stranger calls a file, made fit to be shown and saved; never used as a path by us."""

import re
import unicodedata

MAX_CHARACTERS = 150
LONGEST_SUFFIX = 10
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, marks that turn the reading direction, halves of characters
UNSAVABLE = re.compile(r'[<>:"|?*]')  # Windows keeps these for itself; a colon opens a hidden stream there


def visible(text: str) -> str:
    """``text`` in NFC and in one line, without what cannot be seen but changes what is seen around it."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(character for character in composed if unicodedata.category(character) not in INVISIBLE).strip()


def plain_name(given: str) -> str:
    """The last path part of ``given``, visible characters only, at most 150 of them with the suffix kept.

    Never empty: a name of which nothing is left becomes "unnamed".
    """
    last_part = re.split(r"[/\\]", visible(given))[-1]
    return _shortened(UNSAVABLE.sub("_", last_part).strip().rstrip(". ")) or "unnamed"


def suffixes(name: str) -> list[str]:
    """What follows each dot of a plain name, in lower case: ["tar", "gz"] of "Data.TAR.gz"."""
    return [part.strip().lower() for part in name.split(".")[1:]]


def _shortened(name: str) -> str:
    if len(name) <= MAX_CHARACTERS:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > LONGEST_SUFFIX:
        return name[:MAX_CHARACTERS].rstrip()
    return stem[: MAX_CHARACTERS - len(suffix) - 1].rstrip() + dot + suffix
