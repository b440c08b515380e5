"""One file of a stranger: what is kept of it, and what is refused with which sentence."""

import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import get_ident
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from feedback.file_names import MAX_CHARACTERS, plain_name
from feedback.refusals import Refused
from feedback.uploads import KINDS, judge
from tests.feedback import samples

DECLARED = {key: kind.sent_as[0] for key, kind in KINDS.items()}
GOOD = {
    "pdf": samples.PDF,
    "docx": samples.make_docx(),
    "odt": samples.make_odt(),
    "txt": "Señal de peligro — мины\r\n".encode(),
    "csv": b"country;date\nChad;2010\n",
    "jpg": samples.make_picture("JPEG"),
    "png": samples.make_picture("PNG"),
    "webp": samples.make_picture("WEBP"),
}


def refusal(name, body, sent_as=""):
    with pytest.raises(Refused) as refused:
        judge(name, sent_as, body)
    return str(refused.value)


@pytest.mark.parametrize("key", GOOD)
def test_every_kind_that_is_offered_is_taken(key):
    accepted = judge(f"Report.{key.upper()}", DECLARED[key], GOOD[key])
    assert (accepted.name, accepted.kind) == (f"Report.{key.upper()}", key)
    assert accepted.body


@pytest.mark.parametrize("key", ["pdf", "docx", "odt", "txt", "csv"])
def test_documents_are_kept_byte_for_byte(key):
    assert judge(f"a.{key}", DECLARED[key], GOOD[key]).body == GOOD[key]


def test_a_browser_that_does_not_know_a_kind_is_believed_by_content():
    for unsaid in ("", "application/octet-stream"):
        assert judge("a.odt", unsaid, GOOD["odt"]).kind == "odt"


@pytest.mark.parametrize("body", ["Gefährdung".encode("cp1252"), "Мины".encode("cp1251"), b"\xef\xbb\xbfwith a mark"])
def test_text_of_any_alphabet_of_single_bytes_is_taken(body):
    assert judge("a.txt", "text/plain", body).body == body


def test_a_text_that_speaks_of_markup_later_is_still_text():
    body = b"<Anonymous> wrote to us.\n" + b"a line\n" * 300 + b"They quoted <script> in passing."
    assert judge("a.txt", "text/plain", body).body == body


@pytest.mark.parametrize(
    ("true_kind", "claimed"), [(a, b) for a in GOOD for b in GOOD if a != b and {a, b} != {"txt", "csv"}]
)
def test_content_of_one_kind_under_the_name_of_another_is_refused(true_kind, claimed):
    assert f"“a.{claimed}”" in refusal(f"a.{claimed}", GOOD[true_kind])


@pytest.mark.parametrize(
    "name", ["a.exe", "a.svg", "a.html", "a.docm", "a.doc", "a.gif", "a.heic", "a", "a.", "pdf", "..", ""]
)
def test_other_endings_are_refused_and_the_sentence_names_what_is_taken(name):
    sentence = refusal(name, samples.PDF)
    assert "PDF, Word (docx), OpenDocument (odt), TXT, CSV, JPEG, PNG, WebP" in sentence


@pytest.mark.parametrize(
    "name", ["a.php.jpg", "a.html.txt", "a.EXE .pdf", "a.docm.docx", "a.svg.png", "a.js.\u200bcsv", "a.ph\x00p.pdf"]
)
def test_an_active_ending_hidden_before_the_last_is_refused(name):
    assert "two endings" in refusal(name, GOOD[plain_name(name).rpartition(".")[2]])


@pytest.mark.parametrize("name", ["Report of 18.10.2010.pdf", "www.example.com.pdf", "table.xls.pdf", "v1.2.pdf"])
def test_dots_in_honest_names_do_no_harm(name):
    assert judge(name, "application/pdf", samples.PDF).name == name


@pytest.mark.parametrize(
    ("name", "sent_as"),
    [
        ("a.pdf", "text/html"),
        ("a.txt", "text/html"),
        ("a.png", "image/svg+xml"),
        ("a.jpg", "image/png"),
        ("a.csv", "x"),
    ],
)
def test_a_declared_type_that_disagrees_is_refused(name, sent_as):
    assert "different kind" in refusal(name, GOOD[name[2:]], sent_as)


@pytest.mark.parametrize("key", GOOD)
def test_an_empty_file_is_refused(key):
    assert "is empty" in refusal(f"a.{key}", b"")


@pytest.mark.parametrize("key", ["pdf", "docx", "odt", "jpg", "png", "webp"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_file_that_is_cut_off_is_refused(key, part):
    body = GOOD[key] if key not in ("jpg", "png", "webp") else noisy_picture(key)
    assert f"“a.{key}”" in refusal(f"a.{key}", body[: int(len(body) * part)])


def noisy_picture(key):
    file = BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(file, {"jpg": "JPEG"}.get(key, key.upper()))
    return file.getvalue()


# --- text --------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><title>x</title>",
        b"  \n<script>alert(1)</script>",
        b"<svg onload=alert(1)>",
        b"\xef\xbb\xbf<html>",
        b"<?xml version='1.0'?><svg/>",
        b"<?php system('id');",
        b"#!/bin/sh\nrm -rf /\n",
        b"Nothing to see.\n<ScRiPt src=//evil.example></script>",
        b"GIF89a=1;alert(1)",
        b"{\\rtf1\\ansi}",
        b"%!PS\nshowpage",
    ],
)
@pytest.mark.parametrize("key", ["txt", "csv"])
def test_pages_and_scripts_disguised_as_text_are_refused(key, body):
    assert "web page or a script" in refusal(f"a.{key}", body)


@pytest.mark.parametrize("body", [b"a\x00b", b"MZ\x90\x00\x03", b"\x1b[2J", samples.PDF, b"\x7fELF\x02"])
def test_what_is_not_text_is_refused_as_text(body):
    assert "not plain text" in refusal("a.txt", body)


def test_wide_text_is_refused_with_the_remedy():
    assert "Save it as UTF-8" in refusal("a.txt", "Mines".encode("utf-16"))


def test_the_trial_file_of_scanners_is_refused():
    assert "harmful" in refusal("a.txt", samples.EICAR)


# --- pdf ---------------------------------------------------------------------


def test_a_pdf_may_start_a_little_late():
    assert judge("a.pdf", "application/pdf", b"\xef\xbb\xbf\r\n" + samples.PDF)
    assert judge("a.pdf", "application/pdf", b"x" * 1019 + samples.PDF)
    assert "not a PDF" in refusal("a.pdf", b"x" * 1020 + samples.PDF)


@pytest.mark.parametrize(
    "prefix",
    [b"MZ\x90\x00", b"GIF89a/*", b"<html><!--", b"#!/bin/sh\n", b"PK\x03\x04\x14", b"\xff\xd8\xff\xe0", b"\x7fELF"],
)
def test_a_pdf_behind_the_head_of_another_file_is_refused(prefix):
    assert "second file" in refusal("a.pdf", prefix + b"\n" + samples.PDF)


@pytest.mark.parametrize(
    "suffix", [samples.make_zip({"a": "b"}), b"<html><script>alert(1)</script>", b"<?php phpinfo();"]
)
def test_a_pdf_with_another_file_behind_it_is_refused(suffix):
    assert "second file" in refusal("a.pdf", samples.PDF + suffix)


# --- word and opendocument ---------------------------------------------------


@pytest.mark.parametrize("key", ["docx", "odt"])
def test_old_and_protected_office_files_are_refused_with_the_remedy(key):
    assert "without a password" in refusal(f"a.{key}", samples.OLE)


def test_an_opendocument_under_a_password_is_refused():
    body = samples.make_odt(manifest="<manifest:encryption-data/>")
    assert "without a password" in refusal("a.odt", body)


def test_a_package_with_encrypted_entries_is_refused():
    body = bytearray(samples.make_docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + offset] |= 1
    assert "without a password" in refusal("a.docx", bytes(body))


@pytest.mark.parametrize(
    "body",
    [
        samples.make_docx({"word/vbaProject.bin": b"x"}),
        samples.make_docx({"elsewhere/VBAPROJECT.BIN": b"x"}),
        samples.make_docx({"word/vbaData.xml": b"x"}),
        samples.make_docx({"word/VBAproject1.Bin": b"x"}),
        samples.make_docx(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
    ],
)
def test_word_macros_are_refused(body):
    assert "macros" in refusal("a.docx", body)


def test_opendocument_macros_are_refused():
    assert "macros" in refusal("a.odt", samples.make_odt({"Basic/Standard/Module1.xml": "Sub Main"}))


@pytest.mark.parametrize(
    "body",
    [
        samples.make_docx(main="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
        b"MZ\x90\x00" + samples.make_docx(),
        b"\xff\xd8\xff\xe0" + samples.make_docx(),
        samples.make_docx({"../../etc/passwd": "x"}),
        samples.make_docx({"/etc/passwd": "x"}),
        samples.make_docx({"word\\document.xml": "x"}),
        samples.make_docx({f"word/{n}.xml": "" for n in range(2_000)}),
        samples.make_docx({"word/a.xml": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        samples.make_docx({"word/a.rels": "<!DOCTYPE a><a/>".encode("utf-16")}),
        GOOD["odt"],
    ],
)
def test_packages_that_no_word_processor_writes_are_refused(body):
    assert "not the kind of document" in refusal("a.docx", body)


def test_a_zip_that_is_no_document_is_refused():
    assert "“a.docx” is not the kind" in refusal("a.docx", samples.make_zip({"word/document.xml": "x"}))
    assert "“a.odt” is not the kind" in refusal("a.odt", samples.make_zip({"content.xml": "x"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_stands_twice_is_refused():
    file = BytesIO(samples.make_docx())
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("word/document.xml", "another")
    assert "not the kind" in refusal("a.docx", file.getvalue())


def test_a_link_inside_a_package_is_refused():
    link = zipfile.ZipInfo("word/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    file = BytesIO(samples.make_docx())
    with zipfile.ZipFile(file, "a") as package:
        package.writestr(link, "/etc/passwd")
    assert "not the kind" in refusal("a.docx", file.getvalue())


def test_a_rare_compression_is_refused():
    file = BytesIO(samples.make_docx())
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("word/media", "x", zipfile.ZIP_LZMA)
    assert "not the kind" in refusal("a.docx", file.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked_whole(monkeypatch):
    read = 0
    original = zipfile.ZipExtFile.read

    def counting(self, n=-1):
        nonlocal read
        piece = original(self, n)
        read += len(piece)
        return piece

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    body = samples.make_docx({"word/a.xml": bytes(200 * 1024**2)})
    assert "unpacks" in refusal("a.docx", body)
    assert read < 60 * 1024**2


def test_a_bomb_of_many_parts_is_refused():
    body = samples.make_docx({f"word/{n}.xml": bytes(3 * 1024**2) for n in range(8)})
    assert "unpacks" in refusal("a.docx", body)


def test_a_bomb_that_lies_about_its_size_is_refused():
    body = samples.make_docx({"word/a.xml": bytes(30 * 1024**2)})
    lying = body.replace((30 * 1024**2).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != body
    assert "“a.docx”" in refusal("a.docx", lying)


def test_an_old_opendocument_may_name_the_type_of_its_manifest():
    manifest = '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd">'
    manifest += "<manifest:manifest/>"
    assert judge("a.odt", "", samples.make_odt(manifest=manifest))


def test_a_zip_within_a_document_is_carried_unopened():
    inner = samples.make_zip({"bomb": bytes(20 * 1024**2)})
    assert judge("a.docx", "", samples.make_docx({"word/embeddings/a.zip": inner}))


# --- names -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\ana\Letter.pdf", "Letter.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\x00b\r\nc\x7f.pdf", "ab c.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("  much   room .pdf. ", "much room .pdf"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("data.txt:evil.exe", "data.txt_evil.exe"),
        ("\u200b\u2066", "unnamed"),
        ("///", "unnamed"),
        ("x" * 400 + ".docx", "x" * 145 + ".docx"),
        ("x" * 400, "x" * 150),
        ("ü" * 10 + "." + "y" * 400, "ü" * 10 + "." + "y" * 139),
    ],
)
def test_a_name_becomes_plain(given, plain):
    assert plain_name(given) == plain


@given(st.text())
def test_a_plain_name_is_never_empty_long_or_a_path_and_stays_as_it_is(given):
    name = plain_name(given)
    assert 0 < len(name) <= MAX_CHARACTERS
    assert not set(name) & set('/\\\x00\n\r\u202e<>:"|?*')
    assert plain_name(name) == name


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300))
def test_judging_ends_in_a_file_or_a_sentence_whatever_comes(key, body):
    try:
        outcome = judge(f"a.{key}", "", body).name
    except Refused as refused:
        outcome = str(refused)
    assert f"a.{key}" in outcome


def test_files_are_judged_one_at_a_time(monkeypatch):
    """A server of many threads needs the memory for it once."""
    original, at_work, most = zipfile.ZipExtFile.read, set(), []

    def read(self, n=-1):
        at_work.add(get_ident())
        most.append(len(at_work))
        sleep(0.001)
        at_work.discard(get_ident())
        return original(self, n)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read)
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _n: judge("a.docx", "", GOOD["docx"]), range(8)))) == 8
    assert max(most) == 1
