"""One way to write a text.

Reads the well-formed HTML that nh3 gives (balanced tags, double-quoted attributes,
escaped text) token by token, and writes the same words in the one form that is
stored. What is written is well formed by construction, and a browser that parses
it gets exactly these elements: no block in a paragraph, no link in a link, no
empty element, nothing nested deeper than `DEEPEST`. One pass, in linear time.
"""

import re
from typing import NamedTuple

from profiles.footnotes import marker

REL = "noopener noreferrer"
DEEPEST = 40  # blocks within blocks; browsers flatten beyond 512

ALIASES = {
    "b": "strong",
    "i": "em",
    "h1": "h3",
    "h2": "h3",
    "h5": "h4",
    "h6": "h4",
    "dir": "ul",
    "menu": "ul",
    "tfoot": "tbody",
}
# Elements that are not kept, but part words as a paragraph does.
BREAKS = frozenset(
    {"address", "article", "aside", "footer", "header", "hgroup", "main", "nav", "section"}
    | {"center", "dd", "div", "dl", "dt", "figcaption", "figure", "hr", "listing", "pre"}
    | {"details", "dialog", "fieldset", "form", "legend", "summary"}
)
LEAVES = {"p", "h3", "h4"}  # blocks that hold no blocks
LISTS = {"ul", "ol"}
CELLS = {"td", "th"}
PARENTS = {
    "li": LISTS,
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "tr": {"thead", "tbody"},
    "td": {"tr"},
    "th": {"tr"},
}

TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+="[^"]*")*)>|([^<]+)')
ORDER = ("href", "title", "scope", "colspan", "rowspan")
ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
KEY = re.compile(r' data-footnote="([^"]+)"')
LABEL = re.compile(r"\s*(?:\[([1-9]\d{0,3}|\?)\]|([1-9]\d{0,3})\s*$)?", re.ASCII)
BLANK = " \t\n\r\f\xa0\u200b"


class Mark(NamedTuple):
    """Inline mark-up that text carries: its element, and its start tag as written."""

    name: str
    tag: str


class Element(NamedTuple):
    """What was true when an element began, and is true again after its end."""

    name: str
    marks: tuple[Mark, ...]
    depth: int = 0


class Line:
    """Writes inline text. A block's edges become a line break, so that no words run together.

    White space is collapsed and stands outside of marks; at the edges of a
    line it is dropped. A mark is written only around something visible.
    """

    BREAK = "<br>"
    MARKS = frozenset({"em", "strong", "sub", "sup", "a"})

    def __init__(self) -> None:
        self.out: list[str] = []
        self.elements: list[Element] = []  # begun in the input
        self.marks: tuple[Mark, ...] = ()  # what text carries from here on
        self.written: tuple[Mark, ...] = ()  # what is begun in the output
        self.gap = ""  # blanks and breaks (as "\n") since the last word
        self.is_fresh = True  # nothing stands in this line yet
        self.cited = ""  # the key of the marker being read
        self.label = ""  # the text in it
        self.moved: list[str] = []  # markers waiting for the end of their link

    def write(self, html: str) -> str:
        for end, name, attributes, text in TOKEN.findall(html):
            if text:
                self._text(text)
            elif end:
                self._end()
            else:
                self._start(ALIASES.get(name, name), attributes)
        self._finish()
        return "".join(self.out)

    def _finish(self) -> None:
        self._part()
        self._close_marks(0)

    def _start(self, name: str, attributes: str) -> None:
        if name not in self.MARKS or name == "a":
            self._end_marker()
        if name == "br":
            self.gap += "\n"
        elif name == "hr":
            self._part()
        elif name in self.MARKS:
            self.elements.append(Element(name, self.marks))
            self._start_mark(name, attributes)
        else:
            depth = self._start_block(name, attributes)
            self.elements.append(Element(name, self.marks, depth))

    def _end(self) -> None:
        name, marks, depth = self.elements.pop()
        if name in self.MARKS:
            self._end_mark(name, marks)
        else:
            self._end_block(name, depth)
        self.marks = marks

    # Blocks: here only their edges count.

    def _start_block(self, name: str, attributes: str) -> int:
        """Begin a block; returns how many blocks to go back to at its end."""
        if name in CELLS:
            self.gap += " "
        else:
            self._part()
        return 0

    def _end_block(self, name: str, depth: int) -> None:
        self._start_block(name, "")

    def _enter(self) -> None:
        """Something visible is about to be written."""

    def _part(self) -> None:
        """End the line: what follows is not joined to what stands here."""
        self._end_marker()
        self._put_moved()
        if "\n" not in self.gap:
            self.gap += "\n"

    # Text and what it carries

    def _text(self, text: str) -> None:
        """``text`` is escaped as nh3 does it."""
        if self.cited:
            self.label += text
            return
        text = text.replace("&nbsp;", "\xa0")
        words = text.strip(BLANK)
        if words:
            self.gap += re.sub(r"[ \t\n\r\f]+", " ", text[: text.index(words)])
            self._put(re.sub(r"[ \t\n\r\f]+", " ", words), self.marks)
            text = text[len(text.rstrip(BLANK)) :]
        self.gap += re.sub(r"[ \t\n\r\f]+", " ", text)

    def _put(self, words: str, marks: tuple[Mark, ...]) -> None:
        self._enter()
        shared = self._shared(marks)
        self._close_marks(shared)
        if not self.is_fresh:
            self.out.append(self._spacing())
        self.out += [mark.tag for mark in marks[shared:]]
        self.out.append(words.replace("\xa0", "&nbsp;"))
        self.written, self.gap, self.is_fresh = marks, "", False

    def _spacing(self) -> str:
        if "\n" in self.gap:
            return self.BREAK * self.gap.count("\n")
        return re.sub(" +", " ", self.gap).replace("\xa0", "&nbsp;")

    def _shared(self, marks: tuple[Mark, ...]) -> int:
        """How many of the marks begun in the output go on under ``marks``."""
        shared = 0
        for one, other in zip(self.written, marks, strict=False):
            if one != other:
                break
            shared += 1
        return shared

    def _close_marks(self, keep: int) -> None:
        self.out += [f"</{mark.name}>" for mark in reversed(self.written[keep:])]
        self.written = self.written[:keep]

    def _close_link(self) -> None:
        names = [mark.name for mark in self.written]
        if "a" in names:
            self._close_marks(names.index("a"))

    def _start_mark(self, name: str, attributes: str) -> None:
        key = KEY.search(attributes) if name == "sup" else None
        if key:
            self._start_marker(key[1])
        elif name == "a":
            self._start_link(attributes)
        elif name not in {mark.name for mark in self.marks}:
            self.marks = (*self.marks, Mark(name, f"<{name}>"))

    def _start_link(self, attributes: str) -> None:
        """The innermost link counts, as in HTML: there is no link in a link."""
        others = tuple(mark for mark in self.marks if mark.name != "a")
        if ' href="' in attributes:
            self.marks = (*others, Mark("a", f'{_tag("a", attributes)[:-1]} rel="{REL}">'))

    def _end_mark(self, name: str, marks: tuple[Mark, ...]) -> None:
        """The end of any ``sup`` ends a marker; the end of a link lets go the markers that stood in it."""
        if name == "sup":
            self._end_marker()
        if name == "a":
            self._end_marker()
            self.marks = marks
            self._close_link()
            self._put_moved()

    # Markers

    def _start_marker(self, key: str) -> None:
        self._end_marker()
        self.cited, self.label = key, ""

    def _end_marker(self) -> None:
        """Write the marker with its number alone; words that got into it follow it."""
        if not self.cited:
            return
        label = LABEL.match(self.label.replace("&nbsp;", " "))
        number = (label[1] or label[2]) if label else None
        self.moved.append(marker(self.cited, int(number) if number and number != "?" else None))
        self.cited = ""
        if not any(mark.name == "a" for mark in self.marks):
            self._put_moved()
        self._text(self.label.replace("&nbsp;", " ")[label.end() if label else 0 :])

    def _put_moved(self) -> None:
        moved, self.moved = self.moved, []
        for cited in moved:
            self._put(cited, tuple(mark for mark in self.marks if mark.name in {"em", "strong"}))


class NoteLine(Line):
    """Writes the text of a note: one line, and no markers."""

    BREAK = " "

    def _spacing(self) -> str:
        return " " if "\n" in self.gap else super()._spacing()

    def _start_marker(self, key: str) -> None:
        self._start_mark("sup", "")


class Block(NamedTuple):
    """A block begun. Without a name it is one that is not kept: text straight in it becomes a paragraph."""

    name: str
    tag: str = ""
    is_implied: bool = False


class Page(Line):
    """Writes blocks of text. A block is written only when something stands in it; a table's cell always."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.entered = 0  # how many of them are written

    def _finish(self) -> None:
        self._end_block("", 0)
        self._close_marks(0)

    def _innermost(self) -> str | None:
        return self.blocks[-1].name if self.blocks else None

    def _start_block(self, name: str, attributes: str) -> int:
        self._part()
        if self._innermost() in LEAVES:
            self._leave()
        if name == "li" and self.blocks and self.blocks[-1].is_implied:
            self._leave()
        depth = len(self.blocks)
        if self._fits(name):
            self._begin(Block(name, _tag(name, attributes)))
        elif self._innermost() != "":
            self._begin(Block(""))
        return depth

    def _fits(self, name: str) -> bool:
        if name in PARENTS:
            return self._innermost() in PARENTS[name]
        return name in LEAVES or (name not in BREAKS and len(self.blocks) < DEEPEST)

    def _end_block(self, name: str, depth: int) -> None:
        self._part()
        while len(self.blocks) > depth:
            self._leave()

    def _begin(self, block: Block) -> None:
        if self._innermost() in LISTS and block.name != "li":
            self.blocks.append(Block("li", "<li>", is_implied=True))
        self.blocks.append(block)

    def _enter(self) -> None:
        if self._innermost() == "":
            self._begin(Block("p", "<p>"))
        elif self._innermost() in LISTS:
            self._begin(Block("li", "<li>", is_implied=True))
        self._write_starts()

    def _write_starts(self) -> None:
        starts = [block.tag for block in self.blocks[self.entered :]]
        if any(starts):
            self._edge("".join(starts))
        self.entered = len(self.blocks)

    def _leave(self) -> None:
        if self._innermost() in CELLS:
            self._write_starts()
        block = self.blocks.pop()
        if self.entered > len(self.blocks):
            self.entered = len(self.blocks)
            if block.name:
                self._edge(f"</{block.name}>")

    def _edge(self, tag: str) -> None:
        """Write a block's tag: white space beside it means nothing."""
        self._close_marks(0)
        self.out.append(tag)
        self.gap, self.is_fresh = "", True


def _tag(name: str, attributes: str) -> str:
    """A start tag with its attributes in one order."""
    found = dict(ATTRIBUTE.findall(attributes))
    ordered = [f' {kind}="{found[kind]}"' for kind in ORDER if kind in found]
    return f"<{name}{''.join(ordered)}>"
