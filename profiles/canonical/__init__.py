"""One way to write a text.

Reads the well-formed HTML that nh3 gives (balanced tags, double-quoted attributes,
escaped text) token by token, and writes the same words in the one form that is
stored. What is written is well formed by construction, and a browser that parses
it gets exactly these elements: no block in a paragraph, no link in a link, no
empty element, nothing nested deeper than `DEEPEST`. One pass, in linear time.
"""

from .elements import ALIASES, BREAKS, COMMENT, HIDDEN, REL
from .line import FILLING, Line, NoteLine
from .page import DEEPEST, Page

__all__ = ["ALIASES", "BREAKS", "COMMENT", "DEEPEST", "FILLING", "HIDDEN", "REL", "Line", "NoteLine", "Page"]
