"""Judge one file that a stranger sent: by its name, by what it was sent as, and by what it is.

All three must agree with one of the kinds below; nothing is believed alone.
No rows, no disk: bytes come in, and the bytes that may be kept come out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.budget import Budget
from feedback.file_names import plain_name, suffixes
from feedback.packages import check_docx, check_odt
from feedback.pdf import check_pdf
from feedback.pictures import stripped
from feedback.refusals import Refused
from feedback.texts import check_table, check_text

Caution = str  # a key of CAUTIONS, or empty


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken.

    ``keep`` gives the bytes to store and what an editor is to know of them, or
    raises Refused. What has a ``format`` is a picture, and kept from everybody until
    feedback.redrawing drew it anew in that format.
    """

    label: str
    suffixes: tuple[str, ...]
    sent_as: tuple[str, ...]
    keep: Callable[[bytes, Budget], tuple[bytes, Caution]]
    format: str = ""


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: its plain name, the key of its kind, its bytes, and what an editor is to know of it."""

    name: str
    kind: str
    body: bytes
    caution: Caution = ""


def as_sent(check: Callable[[bytes, Budget], Caution]) -> Callable[[bytes, Budget], tuple[bytes, Caution]]:
    """Keep a file byte for byte if ``check`` has nothing against it."""
    return lambda body, budget: (body, check(body, budget))


def picture(label: str, suffixes: tuple[str, ...], sent_as: tuple[str, ...], format: str) -> Kind:
    return Kind(label, suffixes, sent_as, lambda body, budget: (stripped(body, format, budget), ""), format)


ZIP = ("application/zip", "application/x-zip-compressed")  # said of Word files by machines without Word

KINDS = {
    "pdf": Kind("PDF", ("pdf",), ("application/pdf", "application/x-pdf"), as_sent(check_pdf)),
    "docx": Kind(
        "Word (docx)",
        ("docx",),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/msword", *ZIP),
        as_sent(check_docx),
    ),
    "odt": Kind("OpenDocument (odt)", ("odt",), ("application/vnd.oasis.opendocument.text", *ZIP), as_sent(check_odt)),
    "txt": Kind("TXT", ("txt",), ("text/plain",), as_sent(check_text)),
    "csv": Kind(
        "CSV",
        ("csv",),
        # Windows with Excel says the last of these.
        ("text/csv", "text/plain", "application/csv", "text/comma-separated-values", "application/vnd.ms-excel"),
        as_sent(check_table),
    ),
    "jpg": picture("JPEG", ("jpg", "jpeg"), ("image/jpeg", "image/jpg", "image/pjpeg"), "JPEG"),
    "png": picture("PNG", ("png",), ("image/png", "image/x-png"), "PNG"),
    "webp": picture("WebP", ("webp",), ("image/webp",), "WEBP"),
}
# What is taken and may do harm in the wrong program: told to the editor beside the file, and before it is handed out.
CAUTIONS = {
    "formulas": gettext_lazy(
        "This table has cells that a spreadsheet would calculate, and so may run or send something: "
        "open it in a text editor, or import every column as text."
    ),
    "markup": gettext_lazy("This text has parts of a web page or a script in it: open it in a text editor only."),
    "carries": gettext_lazy("This PDF carries other files inside: read it, and open none of them."),
    "sealed": gettext_lazy(
        "This PDF is sealed, so nobody has looked into it: open it only in a viewer without scripts, such as a browser."
    ),
}
KIND_OF_SUFFIX = {suffix: key for key, kind in KINDS.items() for suffix in kind.suffixes}
UNSAID = ("", "application/octet-stream")  # what browsers say of a suffix they do not know

# Of a server's threads: a package may take fifty times its size of memory while it is judged, so that is taken once.
ONE_AT_A_TIME = Lock()

# Endings that make a program or a page of a file on somebody's machine; before the last one they are meant to deceive.
ACTIVE = re.compile(
    r"exe|bat|cmd|msi|scr|pif|cpl|dll|jar|apk|lnk|url|reg|hta|iso|vbs|vbe|js|jse|mjs|wsf|wsh|ps1|psm1|sh|bash|py|"
    r"php[3-7]?|phtml|phar|aspx?|jspx?|cgi|x?html?|shtml|mht|mhtml|svg|swf|xslt?|do[ct]m|xl[st]m|xlsb|p[po][tp]m"
)


def judge(given_name: str, sent_as: str, body: bytes, budget: Budget | None = None) -> Accepted:
    """Accept a file of one of the KINDS, or raise Refused with one clear sentence that names it.

    ``sent_as`` is the media type the browser declared, ``budget`` what the files
    of the post may still cost. Pictures come back without metadata, everything
    else byte for byte.
    """
    name = plain_name(given_name)
    try:
        key = _kind_of_name(name)
        _check_declared(KINDS[key], sent_as)
        if not body:
            raise Refused(_("“%(name)s” is empty. Choose a file that has something in it."))
        with ONE_AT_A_TIME:
            kept, caution = KINDS[key].keep(body, budget or Budget())
        return Accepted(name, key, kept, caution)
    except Refused as refused:
        raise Refused(refused.about(name)) from refused


def _kind_of_name(name: str) -> str:
    endings = suffixes(name)
    key = KIND_OF_SUFFIX.get(endings[-1] if endings else "")
    if key is None:
        raise Refused(
            _("“%%(name)s” is not of a kind that is taken: %(kinds)s. Save it as one of these and choose it again.")
            % {"kinds": kinds_in_words()}
        )
    if any(map(ACTIVE.fullmatch, endings[:-1])):
        raise Refused(_("“%(name)s” has two endings, which hides what it is. Give it one ending and choose it again."))
    return key


def _check_declared(kind: Kind, sent_as: str) -> None:
    declared = sent_as.partition(";")[0].strip().lower()
    if declared not in (*kind.sent_as, *UNSAID):
        raise Refused(
            _(
                "“%(name)s” was sent as a different kind of file than its name says. Give it the right ending, or save it as PDF."
            )
        )


def kinds_in_words() -> str:
    return ", ".join(kind.label for kind in KINDS.values())
