"""What a part of a Word or OpenDocument package would do to the one who opens it.

Every part that is XML, by its name or by how it begins, is parsed to its end
by expat, so that no encoding, spelling or padding hides what a word processor
would find. Decided for each kind by what a person at risk can do about it:

- what loads something from elsewhere on opening (a linked template, picture,
  frame or object: a "remote template" is the phisher's usual way) is refused.
  It tells its sender who opened it and when, and can carry anything; saved as
  PDF the letter is the same;
- programs, macros and embedded objects other than packages are refused: nobody
  needs them to be heard;
- a document type is refused: with it XML grows without end, or reads other files;
- a link to be clicked, and the path of a template on the author's own disk,
  are ordinary and pass.

Sources: ISO/IEC 29500-2 (relationships), OpenDocument 1.3 part 3, and
"Office documents" in MITRE ATT&CK T1221, T1559.002.
"""

import re
from urllib.parse import unquote
from xml.parsers import expat

from django.utils.translation import gettext as _

from feedback.budget import Budget
from feedback.refusals import Refused

XML_NAMES = (".xml", ".rels", ".rdf", ".vml", ".svg")
XML_BEGINS = re.compile(rb"[\s\0\xef\xbb\xbf\xfe\xff]*+<")  # after a byte order mark, in any of the UTFs

PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!", b"L\0\0\0\x01\x14\x02\0")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office formats, objects of other programs, new formats under a password
RTF = b"{\\rt"

LEAVES = re.compile(r"\s*(?:(?!data:)[a-z][a-z0-9+.-]+:|[\\/]{2})", re.IGNORECASE)  # a scheme, or another machine
RUNS = re.compile(
    r"\s*(?:macro|vnd\.[\w.-]+|\.uno|slot|service|private|(?:java|vb)?script|ms-[\w-]+|mhtml):", re.IGNORECASE
)

# Last words of relationship types in Word: objects and programs, also those that lie in the package itself.
CARRIED = {"oleobject", "control", "activexcontrolbinary", "vbaproject", "wordvbadata", "afchunk", "attachedtoolbars"}
ACTIVE_CONTENT = re.compile(r"macroenabled|vbaproject|activex", re.IGNORECASE)
FIELDS_THAT_RUN = re.compile(r"(?:^|\s)DDE(?:AUTO)?\s", re.IGNORECASE)
FIELDS_THAT_LOAD = re.compile(r"(?:^|\s)(?:INCLUDEPICTURE|INCLUDETEXT|LINK|DATABASE)\s", re.IGNORECASE)
LOADS_ON_OPENING = re.compile(r"\\[ad]\b", re.IGNORECASE)  # the switches of these fields that keep no copy, or renew it

OLD_MANIFEST = ("manifest:manifest", "Manifest.dtd", "-//OpenOffice.org//DTD Manifest 1.0//EN", 0)

Attributes = dict[str, str]


def check_part(name: str, body: bytes, budget: Budget, kind: "type[Part]") -> None:
    """Raise Refused for a part of a package that is not fit to be opened; ``kind`` is Word or OpenDocument."""
    if body and (name.lower().endswith(XML_NAMES) or XML_BEGINS.match(body)):
        kind(name, budget).read(body)
    elif body.startswith((*PROGRAMS, OLE, RTF)) or b"vbaproject" in body.lower():  # in the names of a package in it
        raise Refused(_carries())


class Part:
    """One part of a package, read by expat."""

    clicked: frozenset[str] = frozenset()  # elements whose link waits for a click

    def __init__(self, name: str, budget: Budget) -> None:
        self.name, self.budget, self.elements = name, budget, 0

    def read(self, body: bytes) -> None:
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.doctype
        parser.StartElementHandler = self.count
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise Refused(damaged()) from error
        self.budget.take("elements", self.elements, _intricate())

    def doctype(self, *declared: object) -> None:
        if self.name != "META-INF/manifest.xml" or declared != OLD_MANIFEST:
            raise Refused(wrong())

    def count(self, name: str, attributes: Attributes) -> None:
        self.elements += 1
        if self.elements > self.budget.elements:
            raise Refused(_intricate())
        self.element(name.rpartition(":")[2], attributes)

    def element(self, name: str, attributes: Attributes) -> None:
        raise NotImplementedError


class Word(Part):
    """Office Open XML: what leaves the package is a relationship; fields and VML know other ways."""

    def __init__(self, name: str, budget: Budget) -> None:
        super().__init__(name, budget)
        self.fields: list[str] = []

    def read(self, body: bytes) -> None:
        super().read(body)
        self._check_field("".join(self.fields))  # Word joins the pieces of a field, whatever stands between them

    def element(self, name: str, attributes: Attributes) -> None:
        self.parser.CharacterDataHandler = None
        if name == "instrText":
            self.parser.CharacterDataHandler = self.fields.append
        elif name == "fldChar":
            self.fields.append(" ")
        elif name == "Relationship":
            self._check_relationship(attributes)
        elif name in ("Override", "Default"):
            if ACTIVE_CONTENT.search(attributes.get("ContentType", "")):
                raise Refused(macros())
        elif name == "fldSimple":
            self._check_field(" ".join(attributes.values()))
        elif name in ("imagedata", "fill", "stroke", "image", "use"):
            _check_links(attributes)
        elif name == "script":
            raise Refused(_carries())

    def _check_relationship(self, attributes: Attributes) -> None:
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        target = attributes.get("Target", "")
        if kind in CARRIED:
            raise Refused(_carries())
        if kind == "hyperlink" or (kind == "attachedtemplate" and _is_on_own_disk(target)):
            return
        if attributes.get("TargetMode", "").strip().lower() == "external" or LEAVES.match(target):
            raise Refused(_loads())

    def _check_field(self, text: str) -> None:
        if FIELDS_THAT_RUN.search(text):
            raise Refused(_carries())
        if FIELDS_THAT_LOAD.search(text) and LOADS_ON_OPENING.search(text):
            raise Refused(_loads())


class OpenDocument(Part):
    """Any element may carry an address; all but links, forms and buttons load it on opening."""

    clicked = frozenset({"a", "form", "button", "hyperlink-behaviour"})

    def element(self, name: str, attributes: Attributes) -> None:
        if name in ("script", "event-listener"):
            raise Refused(macros())
        if name.startswith("dde-"):
            raise Refused(_loads())
        if name == "encryption-data":
            raise Refused(protected())
        if attributes:
            _check_links(attributes, is_clicked=name in self.clicked, is_template=name == "template")


def _check_links(attributes: Attributes, *, is_clicked: bool = False, is_template: bool = False) -> None:
    for name, value in attributes.items():
        if not name.endswith(("href", "src")):
            continue
        if is_clicked:
            if RUNS.match(value):
                raise Refused(macros())
        elif LEAVES.match(value) and not (is_template and _is_on_own_disk(value)):
            raise Refused(_loads())


def _is_on_own_disk(target: str) -> bool:
    """Whether a template lies on the disk of the one who wrote the document; "file://server/" and "//server/" do not."""
    path = unquote(target).strip().replace("\\", "/")
    if path.lower().startswith("file:"):
        path = path[len("file:") :]
        path = path.removeprefix("//") if path.startswith("///") else path
    return not path.startswith("//") and bool(re.match(r"/?[a-z]:/|[^:]*$", path, re.IGNORECASE))


def _loads() -> str:
    return _(
        "“%(name)s” loads something from elsewhere when it is opened, such as a linked template, picture or object. "
        "Save it without such links, or as PDF, and choose it again."
    )


def _carries() -> str:
    return _(
        "“%(name)s” carries a program or an object of another program inside. "
        "Save it without that, or as PDF, and choose it again."
    )


def macros() -> str:
    return _("“%(name)s” contains macros. Save it without them, or as PDF, and choose it again.")


def wrong() -> str:
    return _(
        "“%(name)s” is not the kind of document that its name says. Save it as a document or PDF and choose it again."
    )


def damaged() -> str:
    return _("“%(name)s” is damaged or cut off. Save it once more and choose it again.")


def _intricate() -> str:
    return _("“%(name)s” is too intricate to be looked through. Save it as PDF and choose that instead.")


def protected() -> str:
    return _(
        "“%(name)s” is protected by a password or in an old format. "
        "Save it as .docx, .odt or PDF without a password and choose it again."
    )
