"""Keeps the time that hostile or broken HTML costs in proportion to its length.

HTML's own parsing rules are quadratic in the depth of a text, and worse for
unclosed formatting: a megabyte of ``<div>`` takes minutes, one of ``<font>``
all memory, in a browser as in nh3. What people write is flat.
"""

import re
from collections.abc import Collection, Iterator

MANY = 2_000  # mark-up up to this many tags is parsed as it is: the worst of it takes half a second
DEEP = 200  # elements within elements

SIBLINGS = {"p", "li", "td", "th", "tr", "dt", "dd"}  # an unclosed one ends where the next begins
TAG = re.compile(
    r"""<(/?)([a-z][a-z0-9:-]*+)                                            # a tag and its name
        (?:\s++[\w:.-]++(?:\s*=\s*(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?)*  # with plain attributes
        \s*/?>
      | <[!?][^<>]*+>                                                       # or a comment, as HTML means it
    """,
    re.IGNORECASE | re.VERBOSE,
)


def tame(html: str, *, kept: Collection[str], not_text: Collection[str]) -> str:
    """The same text with a bounded depth; as it is unless it has very many tags.

    Of those, well-formed tags of ``kept`` elements stay, and are nested as they
    should be; the content of ``not_text`` elements goes; what else looks like
    a tag is text.
    """
    return html if html.count("<") <= MANY else "".join(_tamed(html, kept, not_text))


def _tamed(html: str, kept: Collection[str], not_text: Collection[str]) -> Iterator[str]:
    opened: list[str] = []
    skipping = ""
    done = 0
    for tag in TAG.finditer(html):
        ends, name = tag[1] == "/", (tag[2] or "").lower()
        if not skipping:
            yield html[done : tag.start()].replace("<", "&lt;")
        done = tag.end()
        if skipping:
            skipping = "" if ends and name == skipping else skipping
        elif name in not_text and not ends:
            skipping = name
        elif name in {"br", "hr"}:
            yield f"<{name}>"
        elif name in kept:
            yield from _close(opened, name) if ends else _open(opened, name, tag[0])
    if not skipping:
        yield html[done:].replace("<", "&lt;")


def _open(opened: list[str], name: str, tag: str) -> Iterator[str]:
    if name in SIBLINGS and opened and opened[-1] == name:
        yield f"</{opened.pop()}>"
    if len(opened) < DEEP:
        opened.append(name)
        yield tag


def _close(opened: list[str], name: str) -> Iterator[str]:
    while name in opened:
        ended = opened.pop()
        yield f"</{ended}>"
        if ended == name:
            return
