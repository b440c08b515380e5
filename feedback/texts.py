"""Is this plain text, and is it nothing else besides?

A page or a script that calls itself a text is refused. What only speaks of
markup, and what a table would calculate, is named to the editor: people quote
markup, and a table of honest figures is full of signs that begin a formula.
"""

import re

from django.utils.translation import gettext as _

from feedback.budget import Budget
from feedback.refusals import Refused

# What other kinds of file begin with; of those that are letters only, the ones no text begins with by chance.
SIGNATURES = (
    *(b"MZ\x90", b"MZ\x00", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"),  # programs
    *(b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),  # archives
    *(b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"RIFF", b"II*\x00", b"MM\x00*"),  # pictures
    *(b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%!PS", b"ID3\x03", b"ID3\x04", b"OggS"),  # documents, sound
)
# Markup and scripts as a browser recognises them: at the start (WHATWG "MIME Sniffing", 7.1), or soon after it.
TAGS = rb"a|b|base|body|br|div|embed|font|form|h1|head|html|iframe|img|link|math|meta|object|p|script|style|svg|table|title"
MARKUP_START = re.compile(rb"\s*(?:#!|<(?:!--|!doctype|\?xml|\?php|%|(?:" + TAGS + rb")[\s/>]))", re.IGNORECASE)
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|\?php|(?:html|head|body|script|svg|iframe|object|embed)[\s/>])", re.IGNORECASE
)
SOON = 1024

# A cell that a spreadsheet calculates (OWASP "CSV Injection"): one that begins with "=" or "@", of any width, or with a
# sign before a call, another program or another sheet. Blanks and quotes around cells are taken out before.
AROUND_CELLS = b" \"'\v\f"
FORMULA = re.compile(
    rb"(?:^|[,;|\t\r\n])(?:[=@]|\xef\xbc[\x9d\xa0]|(?:[+-]|\xef\xbc[\x8b\x8d])[^,;|\t\r\n]*?(?:[A-Za-z][(|]|![$A-Za-z]))"
)

BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")  # controls that no text has, whatever its alphabet
PDF = b"%PDF-"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")

# The file with which scanners are tried out, so that no real virus is needed (EICAR).
SCANNER_TRIAL = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


def check_text(body: bytes, budget: Budget) -> str:
    """Raise Refused unless ``body`` is plain text in UTF-8 or any alphabet of one byte a letter; what an editor is to know."""
    if body.startswith(WIDE_TEXT):
        raise Refused(_("“%(name)s” is text in an encoding that is not taken. Save it as UTF-8 and choose it again."))
    text = body.removeprefix(BYTE_ORDER_MARK)
    if text.startswith(PDF) or BINARY.search(text):
        raise Refused(_("“%(name)s” is not plain text. Save it as text or PDF and choose it again."))
    if is_something_else(text):
        raise Refused(_("“%(name)s” contains a web page or a script. Save it as PDF and choose that instead."))
    if SCANNER_TRIAL in text:
        raise Refused(_("“%(name)s” is reported as harmful: it is the trial file of virus scanners. Leave it out."))
    return "markup" if MARKUP.search(text) else ""


def check_table(body: bytes, budget: Budget) -> str:
    """As `check_text`, for the text of a table."""
    caution = check_text(body, budget)
    return "formulas" if FORMULA.search(body.removeprefix(BYTE_ORDER_MARK).translate(None, AROUND_CELLS)) else caution


def is_something_else(head: bytes) -> bool:
    """Whether another program would take a file that begins like this for its own."""
    return bool(head.startswith(SIGNATURES) or MARKUP_START.match(head) or MARKUP.search(head[:SOON]))
