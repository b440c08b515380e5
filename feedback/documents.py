"""Is this a PDF, is this plain text? And is it nothing else besides?

A file can be two things at once, each to another program (a "polyglot"). What
can be told from the outside is refused; the rest is kept, never rendered here,
and handed out only as a download.
"""

import re

from django.utils.translation import gettext as _

from feedback.refusals import Refused

PDF = b"%PDF-"
PDF_HEAD = 1024  # readers look this far for a PDF's first line and its last
PDF_TAIL = 2048

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
MARKUP_SOON = re.compile(
    rb"<(?:!doctype\s+html|\?php|(?:html|head|body|script|svg|iframe|object|embed)[\s/>])", re.IGNORECASE
)
SOON = 1024

BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")  # controls that no text has, whatever its alphabet
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")

# The file with which scanners are tried out, so that no real virus is needed (EICAR).
SCANNER_TRIAL = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


def check_pdf(body: bytes) -> None:
    """Raise Refused unless ``body`` has a PDF's first and last line and is nothing else to the eye."""
    start = body.find(PDF, 0, PDF_HEAD)
    if start < 0:
        raise Refused(_("“%(name)s” is not a PDF document. Save it as PDF and choose it again."))
    end = body.rfind(b"%%EOF", max(0, len(body) - PDF_TAIL))
    if end < 0:
        raise Refused(_("“%(name)s” is cut off: its last part is missing. Save it once more and choose it again."))
    if _is_something_else(body[:start]) or _is_something_else(body[end + len(b"%%EOF") :].lstrip()):
        raise Refused(_two_things())


def check_text(body: bytes) -> None:
    """Raise Refused unless ``body`` is plain text in UTF-8 or any alphabet of one byte a letter."""
    if body.startswith(WIDE_TEXT):
        raise Refused(_("“%(name)s” is text in an encoding that is not taken. Save it as UTF-8 and choose it again."))
    text = body.removeprefix(BYTE_ORDER_MARK)
    if text.startswith(PDF) or BINARY.search(text):
        raise Refused(_("“%(name)s” is not plain text. Save it as text or PDF and choose it again."))
    if _is_something_else(text):
        raise Refused(_("“%(name)s” contains a web page or a script. Save it as PDF and choose that instead."))
    if SCANNER_TRIAL in text:
        raise Refused(_("“%(name)s” is reported as harmful: it is the trial file of virus scanners. Leave it out."))


def _is_something_else(head: bytes) -> bool:
    return bool(head.startswith(SIGNATURES) or MARKUP_START.match(head) or MARKUP_SOON.search(head[:SOON]))


def _two_things() -> str:
    return _("“%(name)s” holds a second file besides the PDF. Print it to a new PDF and choose that instead.")
