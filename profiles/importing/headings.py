"""What reads as a heading where nothing but its looks can tell."""

from .lines import BULLET
from .marks import without_marks

LONGEST = 120  # characters
MOST_WORDS = 15
SENTENCE_ENDS = tuple(".:;,!?…")


def reads_as_heading(text: str) -> bool:
    """Short, not begun in the middle of a sentence, and not ended as one. Marks do not count."""
    bare = without_marks(text)
    if not bare or BULLET.match(text) or "\t" in text or len(bare) > LONGEST or len(bare.split()) > MOST_WORDS:
        return False
    opening, ending = bare.lstrip("“‘\"'(«")[:1], bare.rstrip("”’\"')»]")
    return opening.isalnum() and not opening.islower() and not ending.endswith(SENTENCE_ENDS)
