"""The one place where edited HTML becomes safe.

What may be written stands in the constants below; the editor's configuration is
made from the same ones. Whatever comes in, one canonical form goes out: the same
words always give the same letters, so that a marker can be found by a pattern,
two editions can be compared, and opening a text in the editor changes nothing.

The way there: HTML's own parser (html5ever, in nh3) reads the input as a browser
would, `profiles.canonical` writes what may stay, and nh3 has the last word: a
fault in our writing can spoil a layout, never a reader's safety.
"""

import re
from collections.abc import Callable
from html import unescape

import nh3

from profiles import canonical
from profiles.footnotes import KEY
from profiles.taming import AMPERSAND, NO_BREAK, put_stand_ins, take_stand_ins, tame

INLINE_TAGS: frozenset[str] = frozenset({"br", "em", "strong", "a", "sup", "sub"})
NOTE_TAGS: frozenset[str] = INLINE_TAGS - {"br"}
TAGS: frozenset[str] = (
    INLINE_TAGS
    | {"p", "h3", "h4", "ul", "ol", "li", "blockquote"}
    | {"table", "caption", "thead", "tbody", "tr", "th", "td"}
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "ol": {"start", "type"},
    "sup": {"data-footnote"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
URL_SCHEMES: frozenset[str] = frozenset({"http", "https", "mailto"})

SCOPES = {"row", "col", "rowgroup", "colgroup"}
SPAN = re.compile(r"[1-9]\d?", re.ASCII)
START = re.compile(r"\+?0*(\d{1,4})", re.ASCII)
ADDRESS = re.compile(r"https?://[^/\\?#]|mailto:.|/(?![/\\])", re.IGNORECASE)

ANY_TAG = re.compile(r"<[^>]*>")
APART = re.compile(rf"<(?!/?(?:{'|'.join(sorted(NOTE_TAGS))})\b)[^>]*>")  # tags that part words

# Elements whose content is not text of the page: dropped with all that is in them.
# (`xml` is what Word leaves of its settings on the clipboard.)
NOT_TEXT: frozenset[str] = frozenset(
    {"script", "style", "template", "noscript", "noembed", "noframes", "title", "xmp", "plaintext", "xml"}
    | {"iframe", "object", "applet", "audio", "video", "canvas", "svg", "math"}
    | {"textarea", "select", "datalist"}
)

# What a word processor keeps beside the text and its author does not see as text. Text that is struck through (`s`)
# is none of it: its author sees it, and may mean it, so the words stay though no line through them can.
DELETED: frozenset[str] = frozenset({"del"})
HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:msodel|msocom\S*|vh)(?:\s|$)", re.IGNORECASE
)  # Word's two; and ours, for ears only
HIDDEN_STYLE = re.compile(
    r"mso-element:\s*comment|mso-special-character:\s*comment|mso-hide:\s*all|display:\s*none", re.IGNORECASE
)

# No text has these, XML and PostgreSQL refuse some: control characters, lone surrogates, U+FFFE and U+FFFF, and the
# byte order mark. Of the invisible characters of bidirectional text, embeddings and overrides go, because they
# can make "moc.live" read as a good address; isolates and marks stay, because Arabic and Hebrew names need them.
NO_CHARACTER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u202a-\u202e]")
# Line ends of other systems, such as Word's vertical tab. They part words, so they are not dropped.
LINE_END = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")


def clean(html: str) -> str:
    """The text of a section: blocks, lists, tables, inline mark-up and markers.

    Never raises, whatever ``html`` is, and cleaning twice is cleaning once.
    Words stay even where their mark-up goes. Links to this site are written
    from its root ("/countries/"); other relative ones lose their address,
    because a text is shown at several, and "//host" is another site.
    """
    return _through(_SECTION, canonical.Page().write(_parsed(html)))


def clean_inline(html: str) -> str:
    """The value of a fact: inline mark-up and markers. Blocks become lines, so that no words run together."""
    return _through(_FACT, canonical.Line().write(_parsed(html)))


def clean_note(html: str) -> str:
    """The text of a footnote: one line of inline mark-up, without markers."""
    return _through(_NOTE, canonical.NoteLine().write(_parsed(html)))


def plain(html: str) -> str:
    """The words of a cleaned text on one line, without its mark-up and with nothing escaped."""
    return " ".join(unescape(ANY_TAG.sub("", APART.sub(" ", html))).split())


def _parsed(html: str) -> str:
    """The input as HTML's parser understands it: well formed, with wanted elements and characters only."""
    return _characters(_through(_READER, tame(_characters(html), kept=_READ | DELETED, not_text=NOT_TEXT)))


def _through(cleaner: nh3.Cleaner, html: str) -> str:
    return take_stand_ins(cleaner.clean(put_stand_ins(html)))


def _characters(text: str) -> str:
    return NO_CHARACTER.sub("", LINE_END.sub("\n", text)).replace(canonical.FILLING, "")


def _read(tag: str, name: str, value: str) -> str | None:
    """As `_attribute`, and tell apart what is hidden: its words are not read."""
    match name:
        case "class":
            return canonical.HIDDEN if HIDDEN_CLASS.search(value) else None
        case "style":
            return canonical.HIDDEN if HIDDEN_STYLE.search(value) else None
        case "href" if canonical.COMMENT.match(value):
            return value
        case _:
            return _attribute(tag, name, value)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The canonical value of an allowed attribute; None drops it."""
    value = _characters(value.replace(AMPERSAND, "&").replace(NO_BREAK, "\xa0")).strip()
    match name:
        case "href":
            return _address(value)
        case "data-footnote":
            return value.lower() if KEY.fullmatch(value.lower()) else None
        case "scope":
            return value.lower() if value.lower() in SCOPES else None
        case "colspan" | "rowspan":
            return value if SPAN.fullmatch(value) else None
        case "start":
            found = START.fullmatch(value)
            return found[1] if found and found[1] != "1" else None
        case "type":
            return value if value in {"a", "A", "i", "I"} else None
        case _:
            return " ".join(value.split()) or None


def _address(value: str) -> str | None:
    """An address as a browser reads it, which ignores tabs and line ends: to it, "/\t/host" is another site."""
    address = re.sub(r"[\t\n]", "", value).replace(" ", "%20")
    return address if ADDRESS.match(address) else None


def _cleaner(
    tags: frozenset[str],
    attributes: dict[str, set[str]] = ATTRIBUTES,
    *,
    attribute: Callable[[str, str, str], str | None] = _attribute,
    unread: frozenset[str] = NOT_TEXT,
) -> nh3.Cleaner:
    """``rel`` on every link: the site it leads to cannot reach this window, nor learn which page its reader came from."""
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(unread),
        attributes={tag: names for tag, names in attributes.items() if tag in tags | {"*"}},
        attribute_filter=attribute,
        url_schemes=set(URL_SCHEMES),
        link_rel=canonical.REL,
    )


_READ = TAGS | canonical.ALIASES.keys() | canonical.BREAKS | {"span"}
_READER = _cleaner(_READ, {**ATTRIBUTES, "*": {"class", "style"}}, attribute=_read, unread=NOT_TEXT | DELETED)
_SECTION, _FACT = _cleaner(TAGS), _cleaner(INLINE_TAGS)
_NOTE = _cleaner(NOTE_TAGS, {"a": ATTRIBUTES["a"]})
