"""Keeps the time that hostile or broken HTML costs in proportion to its length.

HTML's own parsing rules are quadratic in the depth of a text, and worse for
unclosed formatting: a megabyte of ``<div>`` takes minutes, one of ``<font>``
all memory, in a browser as in nh3. So are, in nh3, ampersands and no-break
spaces in one text, and the attributes of one tag. What people write is flat.
"""

import re
from collections.abc import Collection, Iterator
from html import unescape

MANY = 2_000  # mark-up up to this many tags is parsed as it is: the worst of it takes half a second
LONG = 5_000  # characters of one tag, beyond which it loses its attributes
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
# A tag up to its ">" as HTML's tokenizer reads it, however broken; beginning with its name.
ANY_TAG = re.compile(
    r"""(</?[a-z][^\s/>]*+)
        (?:[\s/]++ | [^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?)?)*+
    """,
    re.IGNORECASE | re.VERBOSE,
)
REFERENCE = re.compile(r"&(?:(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});?)?", re.IGNORECASE)

# Two characters that no text has stand for the two whose number nh3 pays for in its square.
AMPERSAND, NO_BREAK = "\ufffe", "\uffff"
STAND_IN = re.compile(r"&#(?:0*6553[45](?!\d)|x0*fff[ef](?![\da-f]));?", re.IGNORECASE)  # written as a number


def put_stand_ins(html: str) -> str:
    """The same text, which has no U+FFFE and U+FFFF, with these for all ampersands, if they are many, and no-break spaces."""
    html = STAND_IN.sub("", html.replace("\xa0", NO_BREAK))
    return REFERENCE.sub(_stand_in, html) if html.count("&") > MANY else html


def take_stand_ins(html: str) -> str:
    """The other way: HTML that nh3 wrote, as it would have written it without them."""
    return html.replace(AMPERSAND, "&amp;").replace(NO_BREAK, "&nbsp;")


def _stand_in(reference: re.Match[str]) -> str:
    read = unescape(reference[0])
    if read.startswith("&"):
        return AMPERSAND + read[1:]
    return NO_BREAK if read == "\xa0" else reference[0]


def tame(html: str, *, kept: Collection[str], not_text: Collection[str]) -> str:
    """The same text with bounded depth and bounded tags; as it is unless it has very many tags, or very long ones.

    Of very many, the well-formed ones of ``kept`` elements stay, and are nested
    as they should be; the content of ``not_text`` elements goes; what else
    looks like a tag is text.
    """
    if len(html) > LONG:
        html = ANY_TAG.sub(lambda tag: tag[0] if len(tag[0]) <= LONG else tag[1][:LONG], html)
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
