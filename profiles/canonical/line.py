"""Inline text: words, the marks they carry, the blanks between them, and markers."""

import re
from typing import NamedTuple

from profiles.footnotes import marker

from .elements import ALIASES, ATTRIBUTE, CELLS, COMMENT, HIDDEN, INLINE, REL, TOKEN, start_tag

BLANK = " \t\n\r\f\xa0\u200b"
SPACES = re.compile(r"[ \t\n\r\f]+")
RUN = re.compile("[ \xa0]{2,}")  # what a tab or an indent became; one no-break space alone may be meant, as in "Art. 7"
FILLING = "\u200b" * 7  # what CKEditor puts where a caret could not stand; scripts without blanks use single ones
NUMBER = re.compile(r"\s*(?:\[([1-9]\d{0,3})\]|([1-9]\d{0,3})\s*$)", re.ASCII)
NO_NUMBER = re.compile(r"\s*\[\?\]")


class Mark(NamedTuple):
    """Inline mark-up that text carries: its element, and its start tag as written."""

    name: str
    tag: str


class Element(NamedTuple):
    """What was true when an element began, and is true again after its end."""

    name: str
    marks: tuple[Mark, ...]
    depth: int = 0
    is_hidden: bool = False


class Line:
    """Writes inline text. A block's edges become a line break, so that no words run together.

    White space is collapsed and stands outside of marks; at the edges of a
    line it is dropped. A no-break space stays where it stands alone between
    words; beside a marker or a link the editor wrote it, and nobody meant it. A
    mark is written only around something visible, and what its author could not
    see (deleted text, comments, hidden text) is not written.
    """

    def __init__(self) -> None:
        self.out: list[str] = []
        self.elements: list[Element] = []  # begun in the input
        self.marks: tuple[Mark, ...] = ()  # what text carries from here on
        self.written: tuple[Mark, ...] = ()  # what is begun in the output
        self.gap = ""  # blanks and breaks (as "\n") since the last word
        self.is_fresh = True  # nothing stands in this line yet
        self.is_edge = False  # what was written last is a marker, or ended a link
        self.hidden_in: int | None = None  # nothing is read until no more than so many elements are open
        self.cited = ""  # the key of the marker being read
        self.label = ""  # the text in it
        self.moved: list[str] = []  # markers that wait for the end of their link

    def write(self, html: str) -> str:
        for end, name, attributes, text in TOKEN.findall(html):
            if text:
                if self.hidden_in is None:
                    self.add(text)
            elif end:
                self.end()
            else:
                self.start(ALIASES.get(name, name), dict(ATTRIBUTE.findall(attributes)))
        self.finish()
        return "".join(self.out)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.hidden_in is None:
            self.hidden_in = self.hides(attributes)
        if self.hidden_in is not None:
            if name not in {"br", "hr"}:
                self.elements.append(Element(name, self.marks, is_hidden=True))
            return
        if name not in INLINE or name == "a":
            self.end_marker()
        if name == "br":
            self.gap += "\n"
        elif name == "hr":
            self.part()
        elif name in INLINE:
            self.elements.append(Element(name, self.marks))
            self.start_mark(name, attributes)
        else:
            depth = self.start_block(name, attributes)
            self.elements.append(Element(name, self.marks, depth))

    def end(self) -> None:
        name, marks, depth, is_hidden = self.elements.pop()
        if self.hidden_in is not None and len(self.elements) <= self.hidden_in:
            self.hidden_in = None
        if is_hidden:
            return
        if name in {"sup", "a"}:
            self.end_marker()
        if name not in INLINE:
            self.end_block(name, depth)
        self.marks = marks
        if name == "a":
            self.end_link()

    def hides(self, attributes: dict[str, str]) -> int | None:
        """How many elements will be open when what begins here with these attributes is over, if it is not to be read.

        A comment of Google Docs stands below the text, in a paragraph and a
        division, and shows itself only by the link that leads back.
        """
        found = COMMENT.match(attributes.get("href", ""))
        if HIDDEN in (attributes.get("class"), attributes.get("style")) or (found and not found[1]):
            return len(self.elements)
        if not found:
            return None
        names = [element.name for element in self.elements]
        while names and names[-1] in INLINE:
            names.pop()
        return max(len(names) - (2 if names[-2:-1] == ["div"] else 1), 0)

    def finish(self) -> None:
        self.part()
        self.close_marks(0)

    # Blocks: here only their edges count

    def start_block(self, name: str, attributes: dict[str, str]) -> int:
        """Begin a block; gives the number of blocks to go back to at its end."""
        if name in CELLS:
            self.gap += " "
        else:
            self.part()
        return 0

    def end_block(self, name: str, depth: int) -> None:
        self.start_block(name, {})

    def part(self) -> None:
        """End a line: what follows is not joined to what stands here."""
        self.end_marker()
        self.put_moved()
        if "\n" not in self.gap:
            self.gap += "\n"

    # Words and blanks

    def add(self, text: str) -> None:
        """Add ``text``, which is escaped as nh3 does it."""
        if self.cited:
            self.label += text
            return
        text = RUN.sub(" ", SPACES.sub(" ", text.replace("&nbsp;", "\xa0")))
        words = text.strip(BLANK)
        if words:
            before, _words, text = text.partition(words)
            self.gap += before
            self.put(words, self.marks)
        self.gap += text

    def put(self, words: str, marks: tuple[Mark, ...], *, is_marker: bool = False) -> None:
        """Write something visible, after what stands between it and the last thing visible."""
        self.enter()
        shared = self.shared(marks)
        edges = {mark.name for mark in (*self.written[shared:], *marks[shared:])}
        self.is_edge = self.is_edge or is_marker or "a" in edges
        self.close_marks(shared)
        if not self.is_fresh:
            self.out.append(self.spacing())
        self.out += [mark.tag for mark in marks[shared:]]
        self.out.append(words.replace("\xa0", "&nbsp;"))
        self.written, self.gap, self.is_fresh, self.is_edge = marks, "", False, is_marker

    def enter(self) -> None:
        """Called before anything visible is written."""

    def spacing(self) -> str:
        gap = self.gap.replace(FILLING, "")
        if "\n" in gap:
            return "<br>" * gap.count("\n")
        blank = " " if self.is_edge else "&nbsp;"
        return RUN.sub(" ", SPACES.sub(" ", gap)).replace("\xa0", blank)

    # Marks

    def start_mark(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sup" and "data-footnote" in attributes:
            self.start_marker(attributes["data-footnote"])
        elif name == "a":
            self.start_link(attributes)
        elif name not in {"span", *(mark.name for mark in self.marks)}:
            self.marks = (*self.marks, Mark(name, f"<{name}>"))

    def start_link(self, attributes: dict[str, str]) -> None:
        """The innermost link counts, as in HTML."""
        if "href" in attributes:
            others = [mark for mark in self.marks if mark.name != "a"]
            self.marks = (*others, Mark("a", start_tag("a", {**attributes, "rel": REL})))

    def end_link(self) -> None:
        """End it for good, though the next one may lead to the same place; then come the markers that stood in it."""
        names = [mark.name for mark in self.written]
        if "a" in names:
            self.close_marks(names.index("a"))
            self.is_edge = True
        self.put_moved()

    def shared(self, marks: tuple[Mark, ...]) -> int:
        """How many of the marks begun in the output go on under ``marks``."""
        count = 0
        for one, other in zip(self.written, marks, strict=False):
            if one != other:
                break
            count += 1
        return count

    def close_marks(self, keep: int) -> None:
        self.out += [f"</{mark.name}>" for mark in reversed(self.written[keep:])]
        self.written = self.written[:keep]

    # Markers

    def start_marker(self, key: str) -> None:
        self.end_marker()
        self.cited, self.label = key, ""

    def end_marker(self) -> None:
        """Write the marker with its number alone; words that got into it follow it."""
        if not self.cited:
            return
        number, rest = _label(self.label.replace("&nbsp;", " "))
        self.moved.append(marker(self.cited, number))
        self.cited = ""
        if not any(mark.name == "a" for mark in self.marks):
            self.put_moved()
        self.add(rest)

    def put_moved(self) -> None:
        moved, self.moved = self.moved, []
        for cited in moved:
            kept = tuple(mark for mark in self.marks if mark.name in {"em", "strong"})
            self.put(cited, kept, is_marker=True)


class NoteLine(Line):
    """Writes the text of a note: one line, and no markers."""

    def spacing(self) -> str:
        return " " if "\n" in self.gap else super().spacing()

    def start_marker(self, key: str) -> None:
        self.start_mark("sup", {})


def _label(text: str) -> tuple[int | None, str]:
    """The number that a marker prints, and what else was in it."""
    if found := NUMBER.match(text):
        return int(found[1] or found[2]), text[found.end() :]
    return None, NO_NUMBER.sub("", text, count=1)
