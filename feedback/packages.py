"""Is this zip the Word or OpenDocument text it says it is, and safe to keep?

Both formats are zip packages. Every byte is inflated and counted on the way,
because what a zip says of itself may lie; what the parts would do is asked in
feedback.parts, and nothing of them is kept.
"""

import re
import stat
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from feedback.budget import Budget
from feedback.parts import OLE, OpenDocument, Part, Word, check_part, damaged, macros, protected, wrong
from feedback.refusals import Refused

MAX_ENTRIES = 2_000
MAX_ENTRY_BYTES = 50 * 1024**2
MAX_RATIO = 100
RATIO_COUNTS_FROM = 10 * 1024**2

LOCAL_HEADER = b"PK\x03\x04"
CENTRAL_HEADER = b"PK\x01\x02"
ENCRYPTED = 0x1

WORD_TYPES, WORD_RELATIONS = "[Content_Types].xml", "_rels/.rels"
WORD_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_MACROS = re.compile(r"(?:.*/)?vba(?:project[^/]*\.bin|data\.xml)", re.IGNORECASE)

ODT_TYPE, ODT_MANIFEST, ODT_CONTENT = "mimetype", "META-INF/manifest.xml", "content.xml"
ODT = b"application/vnd.oasis.opendocument.text"
ODT_MACROS = re.compile(r"(?:basic|scripts)/.*[^/]", re.IGNORECASE)


def check_docx(body: bytes, budget: Budget) -> str:
    """Raise Refused unless ``body`` is a whole Word document that does nothing but show itself."""
    types = _checked(body, budget, Word, needed=(WORD_TYPES, WORD_RELATIONS), names_of_macros=WORD_MACROS)
    if WORD_MAIN not in types:
        raise Refused(wrong())
    return ""


def check_odt(body: bytes, budget: Budget) -> str:
    """Raise Refused unless ``body`` is a whole OpenDocument text without a password that does nothing but show itself."""
    needed = (ODT_TYPE, ODT_MANIFEST, ODT_CONTENT)
    if _checked(body, budget, OpenDocument, needed=needed, names_of_macros=ODT_MACROS).strip() != ODT:
        raise Refused(wrong())
    return ""


def _checked(
    body: bytes, budget: Budget, kind: type[Part], *, needed: tuple[str, ...], names_of_macros: re.Pattern[str]
) -> bytes:
    """The first of the ``needed`` parts of a package that has nothing against it."""
    if body.startswith(OLE):
        raise Refused(protected())
    # Before the list of entries is read, which costs a thousand times more than counting them.
    if not body.startswith(LOCAL_HEADER) or body.count(CENTRAL_HEADER) > MAX_ENTRIES:
        raise Refused(wrong())
    try:
        with ZipFile(BytesIO(body)) as package:
            entries = package.infolist()
            _check_entries(entries, names_of_macros)
            if not set(needed) <= set(package.namelist()):
                raise Refused(wrong())
            _check_sizes(entries, len(body), budget)
            # What tells how to understand the others comes first.
            for entry in sorted(entries, key=lambda entry: entry.filename not in needed):
                check_part(entry.filename, _inflated(package, entry), budget, kind)
            return package.read(needed[0])
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused(damaged()) from error


def _check_entries(entries: list[ZipInfo], names_of_macros: re.Pattern[str]) -> None:
    names = {entry.filename.lower() for entry in entries}  # to Word, spellings of one name are one
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Refused(protected())
    if len(entries) > MAX_ENTRIES or len(names) != len(entries) or any(map(_is_odd, entries)):
        raise Refused(wrong())
    if any(map(names_of_macros.fullmatch, names)):
        raise Refused(macros())


def _check_sizes(entries: list[ZipInfo], packed: int, budget: Budget) -> None:
    """What the entries claim is the most that is read of them; one that claims too little fails by its sum."""
    budget.take("entries", len(entries), _unpacks_too_large())
    sizes = [entry.file_size for entry in entries]
    if max(sizes) > MAX_ENTRY_BYTES or sum(sizes) > max(packed * MAX_RATIO, RATIO_COUNTS_FROM):
        raise Refused(_unpacks_too_large())
    budget.take("inflated_bytes", sum(sizes), _unpacks_too_large())


def _inflated(package: ZipFile, entry: ZipInfo) -> bytes:
    """Reading to the end also checks the sum."""
    with package.open(entry) as part:
        body = part.read(entry.file_size + 1)
    if len(body) != entry.file_size:
        raise BadZipFile("An entry is not as long as it says.")
    return body


def _is_odd(entry: ZipInfo) -> bool:
    """No writer of documents makes such an entry: a path out of the package, a link, a rare compression."""
    parts = entry.filename.split("/")
    return (
        ".." in parts
        or parts[0] == ""
        or "\\" in entry.orig_filename
        or "\0" in entry.orig_filename
        or stat.S_ISLNK(entry.external_attr >> 16)
        or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED)
    )


def _unpacks_too_large() -> str:
    return _("“%(name)s” unpacks to far more than its size. Save it as PDF and choose that instead.")
