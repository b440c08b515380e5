"""The elements that are read: how each is written, and where it may stand."""

import re

REL = "noopener noreferrer"

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
MARKS = {"em", "strong", "sub", "sup", "a"}
INLINE = MARKS | {"span"}  # a span says nothing, but may be hidden
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
ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
ORDER = ("href", "title", "rel", "start", "type", "scope", "colspan", "rowspan")

HIDDEN = "hidden"  # what the reader makes of a class or style that keeps an element from its author's eyes
COMMENT = re.compile("#cmnt(_ref)?")  # where Google Docs' comments lead: to the comment, or from it to the text


def start_tag(name: str, attributes: dict[str, str]) -> str:
    """A start tag with its attributes in one order; the values are escaped already."""
    ordered = [f' {kind}="{attributes[kind]}"' for kind in ORDER if kind in attributes]
    return f"<{name}{''.join(ordered)}>"
