"""What looking at the files of one post may cost, all of them together.

A file's size says little about the work in it: forty bytes can claim forty
million pixels, a small package a flood of text. So what a file claims is taken
from one budget before the work is done, and a file that wants more is refused.
"""

from dataclasses import dataclass

from feedback.refusals import Refused


@dataclass
class Budget:
    """Made new for each post; every file of it takes its part."""

    pixels: int = 80_000_000  # five pictures of a telephone
    inflated_bytes: int = 64 * 1024**2
    entries: int = 4_000
    elements: int = 500_000  # of XML: a book

    def take(self, what: str, amount: int, otherwise: str) -> None:
        """Use up ``amount`` of the field ``what``; raises Refused with the sentence ``otherwise`` when too little is left."""
        left = getattr(self, what) - amount
        if left < 0:
            raise Refused(otherwise)
        setattr(self, what, left)
