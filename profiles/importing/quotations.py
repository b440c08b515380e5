"""Which paragraphs quote somebody, where a page shows it by its layout alone.

A quotation follows a paragraph that ends with a colon and speaks of speaking
("delivered a statement:"). Or it stands in quotation marks of its own there.
Or each of its lines begins with ">". What a colon announces besides, such as
three steps or the items of a list, stays what it is.
"""

import re
from collections.abc import Iterator, Sequence

from .lines import BULLET, Paragraph
from .marks import without_marks

SPEECH = re.compile(
    r"\b(?:statements?|stat(?:es?|ed|ing)|sa(?:ys?|id|ying)|declar(?:es?|ed|ing|ation)|wr(?:ites?|ote|iting)|not(?:es|ed|ing)|"
    r"explain(?:s|ed|ing)?|repl(?:y|ies|ied|ying)|respon(?:se|ds?|ded|ding)|remark(?:s|ed|ing)?|told|add(?:s|ed|ing)|reads?|"
    r"conclud(?:es?|ed|ing)|testif(?:ies|ied|ying)|testimony|announc(?:es?|ed|ing|ement)|affirm(?:s|ed|ing)?|"
    r"report(?:s|ed|ing)|letter|speech|words|quot(?:es?|ed|ation)|according to|recall(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
LISTING = re.compile(
    r"\b(?:follow(?:s|ing)|steps?|measures|points|areas|recommendations?|reasons|ways|categories|conditions|objectives|goals|"
    r"items|questions|activities|tasks|types|options|elements|priorities|commitments|obligations|countries|states that|"
    r"both|two|three|four|five|six|seven|eight|nine|ten|several|many)\b",
    re.IGNORECASE,
)
ITEM = re.compile(r"(?:[(]?(?:[a-z]|[ivx]+|[0-9]{1,2})[.)]|first(?:ly)?\b|second(?:ly)?\b|[–—-])\s*", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?]")
CLOSED = (".", "!", "?", "…")
OPENING, CLOSING = '“"«„', '”"»“'


def quoted(paragraphs: Sequence[Paragraph]) -> set[int]:
    """The places of the paragraphs that are quotations."""
    found = {place for place, paragraph in enumerate(paragraphs) if paragraph.quoted}
    for place in range(1, len(paragraphs)):
        if place not in found and without_marks(paragraphs[place - 1].text).endswith(":"):
            found.update(_quotation(paragraphs, place))
    return found


def _quotation(paragraphs: Sequence[Paragraph], place: int) -> Iterator[int]:
    """The places of the quotation that begins at ``place``, if one does, below a colon."""
    if spoken := list(_in_quotation_marks(paragraphs, place)):
        yield from spoken
    elif _speaks(paragraphs[place - 1].text) and _could_be_spoken(paragraphs[place]):
        yield place


def _in_quotation_marks(paragraphs: Sequence[Paragraph], place: int) -> Iterator[int]:
    """Each paragraph opens with a quotation mark; the first that closes with one is the last (Chicago 13.32)."""
    spoken = []
    for further in range(place, len(paragraphs)):
        text = without_marks(paragraphs[further].text)
        if not text.startswith(tuple(OPENING)):
            return
        spoken.append(further)
        if text.endswith(tuple(CLOSING)):
            yield from spoken
            return


def _speaks(introduction: str) -> bool:
    """Whether the last sentence above a colon announces words and not a list."""
    clause = SENTENCE_END.split(without_marks(introduction))[-1]
    last_words = " ".join(clause.split()[-2:])
    return bool(SPEECH.search(last_words) or (SPEECH.search(clause) and not LISTING.search(clause)))


def _could_be_spoken(paragraph: Paragraph) -> bool:
    """Whole sentences, not an item of a list."""
    text = without_marks(paragraph.text)
    if BULLET.match(text) or ITEM.match(text) or "\t" in text:
        return False
    return not text[:1].islower() and text.rstrip("”’\"')»").endswith(CLOSED)
