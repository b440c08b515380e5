"""Is this a PDF, is it nothing else besides, and does it do anything by itself?

A file can be two things at once, each to another program (a "polyglot"). What
can be told from the outside is refused; the rest is kept, never rendered here,
and handed out only as a download.

Actions are looked for in the whole file and in its object streams, in every
spelling of a name ("/J#61vaScript"). Decided by what a person at risk can do:

- scripts, programs, forms that are sent or come from elsewhere (XFA among
  them), and whatever is started by opening or by looking at a page is refused:
  printing to a new PDF keeps what is to be read, and any machine can do it;
- files carried inside are named to the editor: evidence may be among them, and
  nothing opens them but a hand;
- a PDF that is sealed (a password, or a lock against changes) cannot be looked
  into: it is named to the editor, because many an honest one is.

Source: ISO 32000-1, 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.budget import Budget
from feedback.refusals import Refused
from feedback.texts import is_something_else

PDF = b"%PDF-"
PDF_HEAD = 1024  # readers look this far for a PDF's first line and its last
PDF_TAIL = 2048
MOST_STREAMS = 100_000  # with their ends
MOST_ACTIONS = 20  # on opening: one for each time the file was changed
WINDOW = 64 * 1024  # bytes of an action that are looked at
PEEK, MOST_PEEKED = 64 * 1024, 8 * 1024**2  # bytes of one other stream, and of all of them

BLANKS = rb"[\x00\s]*+(?:%[^\r\n]{0,30}[\r\n][\x00\s]*+)?"
REFERENCE = rb"(?P<number>\d{1,10})[\x00\s]{1,9}\d{1,5}[\x00\s]{1,9}R"


def _name(*words: str) -> bytes:
    """A pattern for each of these names in every spelling: any letter may be written as "#" and its number."""
    spelled = (b"".join(b"(?:%b|#%02x)" % (letter.encode(), ord(letter)) for letter in word) for word in words)
    return b"/(?:" + b"|".join(spelled) + rb")(?![^\x00\s/<>\[\](){}%])"


def _pattern(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.IGNORECASE)  # hexadecimal digits have two cases


ACTS = _pattern(_name("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToE", "RichMedia", "RichMediaExecute"))
# What stands before a name that is a value; in an address ("http://example.org/JavaScript/") it is none.
BEFORE_VALUE = _pattern(rb"(?:^|[\x00\s<>\[\])]|" + _name("S", "Subtype") + rb")\Z")
EVENTS = _pattern(_name("AA") + BLANKS + rb"(?:<<|" + REFERENCE + rb")")
XFA = _pattern(_name("XFA") + BLANKS + rb"(?:\[|<<|" + REFERENCE + rb")")
OPENS_WITH = _pattern(_name("OpenAction") + BLANKS + rb"(?:(?P<action><<)|" + REFERENCE + rb")")
CARRIES = _pattern(_name("EmbeddedFile", "EmbeddedFiles", "FileAttachment"))
SEALED = _pattern(_name("Encrypt") + BLANKS + rb"(?:<<|" + REFERENCE + rb")")

STREAM = re.compile(rb"(?P<end>end)?stream(?:\r\n|\n|\r)?")
OBJECT_STREAM = _pattern(_name("ObjStm"))
FILTER = _pattern(_name("Filter"))
FIRST = _pattern(_name("First") + rb"[\x00\s]*+(\d{1,10})")
HEAD = re.compile(rb"[\x00\s\d]*+")

KIND_OF_ACTION = _pattern(_name("S") + rb"[\x00\s]*+" + rb"(?P<within>" + _name("GoTo", "Named") + rb")?")
CHAIN = _pattern(_name("Next"))


@dataclass(frozen=True)
class View:
    """Something to look through: the file itself, a stream, or an object stream, whose objects begin at ``first``."""

    text: bytes
    first: int = 0


def check_pdf(body: bytes, budget: Budget) -> str:
    """Raise Refused unless ``body`` is a PDF, nothing else, and does nothing by itself; what an editor is to know of it."""
    _check_ends(body)
    is_sealed = bool(SEALED.search(body))
    views = [View(body), *_streams(body, budget, is_sealed=is_sealed)]
    if any(_acts(view.text) for view in views) or any(map(_acts_on_opening, _opening_actions(views))):
        raise Refused(_does_something())
    if is_sealed:
        return "sealed"
    return "carries" if any(CARRIES.search(view.text) for view in views) else ""


def _check_ends(body: bytes) -> None:
    start = body.find(PDF, 0, PDF_HEAD)
    if start < 0:
        raise Refused(_("“%(name)s” is not a PDF document. Save it as PDF and choose it again."))
    end = body.rfind(b"%%EOF", max(0, len(body) - PDF_TAIL))
    if end < 0:
        raise Refused(_("“%(name)s” is cut off: its last part is missing. Save it once more and choose it again."))
    if is_something_else(body[:start]) or is_something_else(body[end + len(b"%%EOF") :].lstrip()):
        raise Refused(_two_things())


def _acts(text: bytes) -> bool:
    named = any(
        BEFORE_VALUE.search(text, max(0, at - 30), at) for at in (found.start() for found in ACTS.finditer(text))
    )
    return bool(named or EVENTS.search(text) or XFA.search(text))


def _streams(body: bytes, budget: Budget, *, is_sealed: bool) -> Iterator[View]:
    """What is packed in the file: object streams whole, within the budget, and the beginning of others.

    Whether objects follow is told before the word "stream"; it may be told in
    roundabout ways, hence the others. An object stream that is not plainly
    deflated, as every writer makes them, is refused.
    """
    words = list(STREAM.finditer(body))
    if len(words) > MOST_STREAMS:
        raise Refused(_unusual())
    before, peeks = 0, MOST_PEEKED
    for word, end in zip(words, [*(word.start() for word in words[1:]), len(body)], strict=False):
        head, before = body[before : word.start()], word.end()
        if word["end"]:
            continue
        first = FIRST.search(head.rpartition(b"obj")[2])
        if not first and not OBJECT_STREAM.search(head):
            text, _is_whole = _inflated(body[word.end() : end], min(PEEK, peeks))
            peeks -= len(text)
            yield View(text)
            continue
        text, is_whole = _inflated(body[word.end() : end], budget.inflated_bytes, is_filtered=bool(FILTER.search(head)))
        budget.take("inflated_bytes", len(text), _unusual())
        if first and is_whole and text.lstrip(b"\0\t\n\f\r ")[:1].isdigit():  # pairs of numbers come first
            yield View(text, int(first[1]))
        elif not is_sealed:
            raise Refused(_unusual())


def _inflated(packed: bytes, most: int, *, is_filtered: bool = False) -> tuple[bytes, bool]:
    """What is in a stream, as it stands if it is not deflated, at most so many bytes; and whether that is all of it."""
    inflating = zlib.decompressobj()
    try:
        return inflating.decompress(packed, most) if most else b"", inflating.eof
    except zlib.error:
        return packed[:most], not is_filtered


def _opening_actions(views: list[View]) -> Iterator[bytes]:
    """What a PDF does when it is opened, unless it only names the place to show."""
    found = [(view.text, match) for view in views for match in OPENS_WITH.finditer(view.text)]
    if len(found) > MOST_ACTIONS:
        raise Refused(_unusual())
    for text, match in found:
        if match["action"]:
            yield _dictionary(text[match.start("action") : match.start("action") + WINDOW])
    numbers = {int(match["number"]) for _text, match in found if match["number"]}
    for definition in _objects(views, numbers) if numbers else ():
        if definition.lstrip(b"\0\t\n\f\r ").startswith(b"<<"):
            yield _dictionary(definition)


def _acts_on_opening(action: bytes) -> bool:
    """All but going to a place in the same document, and no further."""
    kinds = list(KIND_OF_ACTION.finditer(action))
    return bool(CHAIN.search(action)) or not kinds or not all(kind["within"] for kind in kinds)


def _dictionary(text: bytes) -> bytes:
    """From its first "<<" to the ">>" that belongs to it."""
    depth = 0
    for mark in re.finditer(rb"<<|>>", text):
        depth += 1 if mark[0] == b"<<" else -1
        if depth == 0:
            return text[: mark.end()]
    return text


def _objects(views: list[View], wanted: set[int]) -> Iterator[bytes]:
    """All objects that have one of these numbers, in the file itself and in its object streams."""
    body, numbers = views[0].text, b"|".join(b"%d" % number for number in wanted)
    definitions = list(re.finditer(rb"(?<!\d)0*+(?:%b)[\x00\s]++\d{1,5}[\x00\s]++obj" % numbers, body))
    if len(definitions) > MOST_ACTIONS:
        raise Refused(_unusual())
    for definition in definitions:
        yield body[definition.end() : definition.end() + WINDOW]
    for view in views[1:]:
        head = HEAD.match(view.text, 0, view.first)
        pairs = [int(word) for word in re.findall(rb"\d{1,10}", head[0] if head else b"")]
        for own, start in zip(pairs[::2], pairs[1::2], strict=False):
            if own in wanted:
                yield view.text[view.first + start : view.first + start + WINDOW]


def _does_something() -> str:
    return _(
        "“%(name)s” does something by itself, such as a script or a form that sends what is typed in it. "
        "Print it to a new PDF and choose that instead."
    )


def _unusual() -> str:
    return _(
        "“%(name)s” is made in an unusual way and cannot be looked through. "
        "Print it to a new PDF and choose that instead."
    )


def _two_things() -> str:
    return _("“%(name)s” holds a second file besides the PDF. Print it to a new PDF and choose that instead.")
