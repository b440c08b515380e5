"""Is this zip the Word or OpenDocument text it says it is, and safe to keep?

Both formats are zip packages. Every byte is inflated and counted on the way,
because sizes written in a zip may lie; nothing of it is kept or parsed further.
"""

import stat
import zlib
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from feedback.refusals import Refused

MAX_ENTRIES = 2_000
MAX_ENTRY_BYTES = 50 * 1024**2
MAX_BYTES = 100 * 1024**2
MAX_RATIO = 100
RATIO_COUNTS_FROM = 10 * 1024**2
CHUNK = 64 * 1024

LOCAL_HEADER = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office formats, and new ones under a password
ENCRYPTED = 0x1

WORD_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT = b"application/vnd.oasis.opendocument.text"


def check_docx(body: bytes) -> None:
    """Raise Refused unless ``body`` is a whole Word document without macros."""
    _check(body, _has_macros_of_word, _is_word)


def check_odt(body: bytes) -> None:
    """Raise Refused unless ``body`` is a whole OpenDocument text without macros or password."""
    _check(body, _has_macros_of_opendocument, _is_opendocument)


def _check(body: bytes, has_macros: Callable[[list[str]], bool], is_right: Callable[[ZipFile], bool]) -> None:
    if body.startswith(OLE):
        raise Refused(_protected())
    if not body.startswith(LOCAL_HEADER):
        raise Refused(_wrong())
    try:
        with ZipFile(BytesIO(body)) as package:
            _check_entries(package, len(body))
            if has_macros([entry.filename.lower() for entry in package.infolist()]):
                raise Refused(_("“%(name)s” contains macros. Save it without them, or as PDF, and choose it again."))
            if not is_right(package):
                raise Refused(_wrong())
    except KeyError as error:  # a part that every such document has
        raise Refused(_wrong()) from error
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused(_("“%(name)s” is damaged or cut off. Save it once more and choose it again.")) from error


def _check_entries(package: ZipFile, packed: int) -> None:
    entries = package.infolist()
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Refused(_protected())
    if len(entries) > MAX_ENTRIES or len(names) != len(set(names)) or any(map(_is_odd, entries)):
        raise Refused(_wrong())
    inflated = 0
    for entry in entries:
        inflated += _inflated_size(package, entry)
        if inflated > MAX_BYTES or inflated > max(packed * MAX_RATIO, RATIO_COUNTS_FROM):
            raise Refused(_unpacks_too_large())


def _inflated_size(package: ZipFile, entry: ZipInfo) -> int:
    """Bytes of one entry, inflated in pieces and forgotten; reading to the end also checks its sum."""
    size = 0
    with package.open(entry) as part:
        while piece := part.read(CHUNK):
            if size == 0 and _declares_entities(entry.filename, piece):
                raise Refused(_wrong())
            size += len(piece)
            if size > MAX_ENTRY_BYTES:
                raise Refused(_unpacks_too_large())
    return size


def _declares_entities(name: str, start: bytes) -> bool:
    """A document type in XML, with which a part can grow without end or read other files; Office writes none.

    Old OpenOffice did, in its manifest.
    """
    is_xml = name.endswith((".xml", ".rels")) and not name.startswith("META-INF/")
    return is_xml and b"<!DOCTYPE" in start.replace(b"\0", b"")


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


def _is_word(package: ZipFile) -> bool:
    types = package.read("[Content_Types].xml")
    return WORD_MAIN in types and b"macroEnabled" not in types and "_rels/.rels" in package.namelist()


def _has_macros_of_word(names: list[str]) -> bool:
    return any(name.rpartition("/")[2] in ("vbaproject.bin", "vbadata.xml") for name in names)


def _is_opendocument(package: ZipFile) -> bool:
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise Refused(_protected())
    return package.read("mimetype").strip() == ODT and "content.xml" in package.namelist()


def _has_macros_of_opendocument(names: list[str]) -> bool:
    return any(name.startswith(("basic/", "scripts/")) and not name.endswith("/") for name in names)


def _wrong() -> str:
    return _(
        "“%(name)s” is not the kind of document that its name says. Save it as a document or PDF and choose it again."
    )


def _protected() -> str:
    return _(
        "“%(name)s” is protected by a password or in an old format. "
        "Save it as .docx, .odt or PDF without a password and choose it again."
    )


def _unpacks_too_large() -> str:
    return _("“%(name)s” unpacks to far more than its size. Save it as PDF and choose that instead.")
