"""Blocks of text: paragraphs, headings, lists, quotations, tables."""

from typing import NamedTuple

from .elements import BREAKS, CELLS, LEAVES, LISTS, PARENTS, start_tag
from .line import Line

DEEPEST = 40  # blocks within blocks; browsers flatten beyond 512


class Block(NamedTuple):
    """A block begun. Without a name it is one that is not kept: text straight in it becomes a paragraph."""

    name: str
    tag: str = ""
    is_implied: bool = False


PARAGRAPH = Block("p", "<p>")
IMPLIED_ITEM = Block("li", "<li>", is_implied=True)


class Page(Line):
    """Writes blocks of text. A block is written only when something stands in it; a table's cell always."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.entered = 0  # how many of them are written

    @property
    def innermost(self) -> str | None:
        return self.blocks[-1].name if self.blocks else None

    def start_block(self, name: str, attributes: dict[str, str]) -> int:
        self.part()
        if self.innermost in LEAVES:
            self.leave()
        if name == "li" and self.blocks and self.blocks[-1].is_implied:
            self.leave()
        depth = len(self.blocks)
        if self.fits(name):
            self.begin(Block(name, start_tag(name, attributes)))
        elif self.innermost != "":
            self.begin(Block(""))
        return depth

    def fits(self, name: str) -> bool:
        if name in PARENTS:
            return self.innermost in PARENTS[name]
        return name in LEAVES or (name not in BREAKS and len(self.blocks) < DEEPEST)

    def begin(self, block: Block) -> None:
        """Begin a block; one straight in a list gets an item of its own."""
        if self.innermost in LISTS and block.name != "li":
            self.blocks.append(IMPLIED_ITEM)
        self.blocks.append(block)

    def end_block(self, name: str, depth: int) -> None:
        self.part()
        while len(self.blocks) > depth:
            self.leave()

    def finish(self) -> None:
        self.end_block("", 0)
        self.close_marks(0)

    def enter(self) -> None:
        if self.innermost == "":
            self.begin(PARAGRAPH)
        elif self.innermost in LISTS:
            self.begin(IMPLIED_ITEM)
        self.write_starts()

    def write_starts(self) -> None:
        starts = "".join(block.tag for block in self.blocks[self.entered :])
        self.entered = len(self.blocks)
        if starts:
            self.write_edge(starts)

    def leave(self) -> None:
        if self.innermost in CELLS:
            self.write_starts()
        block = self.blocks.pop()
        if self.entered > len(self.blocks):
            self.entered = len(self.blocks)
            if block.name:
                self.write_edge(f"</{block.name}>")

    def write_edge(self, tags: str) -> None:
        """Write where blocks begin or end: white space beside it means nothing."""
        self.close_marks(0)
        self.out.append(tags)
        self.gap, self.is_fresh = "", True
