"""What comes from the clipboard: notes with their marks, headings and lists as they were, and nothing that its author did not see as text."""

from uuid import uuid4

import pytest
from django.urls import reverse

from profiles.canonical import ALIASES
from profiles.footnotes import marker
from profiles.models import Edition
from profiles.richtext import clean
from tests.factories import make_live_profile, make_profile, make_theme
from tests.profiles.editing import notes_on, open_profile, put_caret_at_end, ready, save, shows, text_of, two_sections

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "sections-0-body"

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
</head><body><!--StartFragment--><p class=MsoNormal>Pasted sentence<a style='mso-footnote-id:ftn1' href="#_ftn1"
name="_ftnref1" title=""><span class=MsoFootnoteReference><span style='mso-special-character:footnote'>[1]</span></span></a>
from elsewhere.</p><div style='mso-element:footnote-list'><hr><div style='mso-element:footnote' id=ftn1>
<p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href="#_ftnref1" name="_ftn1" title="">
<span class=MsoFootnoteReference>[1]</span></a> ICBL, <i>Landmine Monitor</i>, 2009.</p></div></div>
<!--EndFragment--></body></html>"""

LIBRE_OFFICE = """<html><head><meta name="generator" content="LibreOffice 24.2 (Linux)"></head><body><p>Pasted sentence<a
class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a> from elsewhere.</p>
<div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>
ICBL, <i>Landmine Monitor</i>, 2009.</p></div></body></html>"""


def paste(page, name, html, until):
    """As if copied from elsewhere; the words ``until`` are the last to appear."""
    put_caret_at_end(page, name)
    page.evaluate(
        """([name, html]) => {
            const transfer = new DataTransfer();
            transfer.setData('text/html', html);
            const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
            CKEDITOR.instances['id_' + name].editable().$.dispatchEvent(event);
        }""",
        [name, html],
    )
    shows(page, name, until)


def said(page):
    """What the editor tells of the last paste, and nothing when it has nothing to tell."""
    return page.locator(".cke_notification_message").all_inner_texts()


def word(body, styles=""):
    """A clipboard of Word, with its mark-up around ``body``."""
    return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=ProgId content=Word.Document><meta name=Generator content="Microsoft Word 15"><style><!--
p.MsoNormal {{margin:0cm;font-size:11.0pt;}} {styles} --></style></head>
<body lang=EN-GB><!--StartFragment-->{body}<!--EndFragment--></body></html>"""


@pytest.mark.parametrize("html", [WORD, LIBRE_OFFICE], ids=["word", "libreoffice"])
def test_notes_of_a_pasted_document_become_notes(page, staff, html):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    paste(page, "sections-1-body", html, "[3]")
    assert notes_on(page)[2:] == [["[3]", "ICBL, <em>Landmine Monitor</em>, 2009."]]
    save(page)
    section, note = profile.sections.get(heading="Two"), profile.footnotes.get(text__startswith="ICBL")
    assert f"Pasted sentence{marker(note.key, 3)} from elsewhere." in section.body


TRACKED = word("""<p class=MsoNormal>The law was <del cite="mailto:Ana" datetime="2024-01-01T10:00">rejected</del><ins
cite="mailto:Ana" datetime="2024-01-01T10:00">adopted</ins> in <span class=msoDel><del>2003</del></span><span
class=msoIns><ins>2004</ins></span><span style='display:none;mso-hide:all'>, they say</span>, at last.<o:p></o:p></p>""")

COMMENTED = word("""<p class=MsoNormal>The <a style='mso-comment-reference:A_1;mso-comment-date:20240101T1000'>law</a><span
class=MsoCommentReference><span style='font-size:8.0pt'><![if !supportAnnotations]><a class=msocomanchor id="_anchor_1"
href="#_msocom_1" language=JavaScript name="_msoanchor_1">[A1]</a><![endif]><span
style='mso-special-character:comment'>&nbsp;</span></span></span> stands.<o:p></o:p></p>
<div style='mso-element:comment-list'><![if !supportAnnotations]><hr class=msocomoff align=left size=1 width="33%"><![endif]>
<div style='mso-element:comment'><![if !supportAnnotations]><div id="_com_1" class=msocomtxt language=JavaScript><![endif]>
<span style='mso-comment-author:Ana'><![if !supportAnnotations]><a name="_msocom_1"></a><![endif]></span>
<p class=MsoCommentText><span class=MsoCommentReference><span style='font-size:8.0pt'><span
style='mso-special-character:comment'><![if !supportAnnotations]>&nbsp;<a href="#_msoanchor_1"
class=msocomoff>[A1]</a><![endif]></span></span></span>Check with the lawyer!<o:p></o:p></p>
<![if !supportAnnotations]></div><![endif]></div></div>""")

OTHER_TRACKED = """<html><head><meta name="generator" content="LibreOffice 24.2 (Linux)"></head><body><p>The law was
<del>rejected</del><ins>adopted</ins>, at last.</p></body></html>"""


@pytest.mark.parametrize(
    ("html", "until", "expected", "told"),
    [
        (TRACKED, "last", "<p>The law was adopted in 2004, at last.</p>", "3 deleted passages."),
        (COMMENTED, "stands", "<p>The law stands.</p>", "1 comment."),
        (OTHER_TRACKED, "last", "<p>The law was adopted, at last.</p>", "1 deleted passage."),
        (
            '<p>A map:<img src="map.png"> and <a href="https://example.org/"><img src="b.png"></a><svg></svg> more.</p>',
            "more",
            "<p>A map: and more.</p>",
            "3 pictures.",
        ),
        (
            "<p>Was <del>old</del>new.<img src='x.png'></p>",
            "new",
            "<p>Was new.</p>",
            "1 deleted passage, 1 picture.",
        ),
    ],
    ids=["tracked changes", "comments", "of LibreOffice", "pictures", "a web page"],
)
def test_what_the_author_does_not_see_as_text_is_left_out_and_told(page, staff, html, until, expected, told):
    profile = make_profile(body="")
    open_profile(page, profile)
    paste(page, BODY, html, until)
    assert said(page) == [f"Left out of what you pasted: {told}"]
    save(page)
    assert profile.sections.get().body == expected


def test_a_picture_alone_leaves_nothing_but_the_word_of_it(page, staff):
    open_profile(page, make_profile())
    put_caret_at_end(page, BODY)
    page.evaluate(
        """async (name) => {
            const picture = await new Promise((done) => document.createElement('canvas').toBlob(done));
            const transfer = new DataTransfer();
            transfer.items.add(new File([picture], 'screen.png', { type: 'image/png' }));
            const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
            CKEDITOR.instances['id_' + name].editable().$.dispatchEvent(event);
        }""",
        BODY,
    )
    page.locator(".cke_notification_message").wait_for()
    assert said(page) == ["Left out of what you pasted: 1 picture."]
    assert text_of(page, BODY).strip() == "<p>Not acceded.</p>"


def test_a_text_with_nothing_to_leave_out_is_pasted_without_a_word(page, staff):
    open_profile(page, make_profile(body=""))
    paste(page, BODY, "<p>Plain <ins>and</ins> <s>simple</s>.</p>", "simple")
    assert said(page) == []
    assert clean(text_of(page, BODY)) == "<p>Plain and simple.</p>"


@pytest.mark.parametrize("maker", [str, word], ids=["a web page", "word"])
def test_headings_of_every_level_stay_headings(page, staff, maker):
    profile = make_profile(body="")
    open_profile(page, profile)
    paste(page, BODY, maker("".join(f"<h{n} style='margin:0'>Level {n}</h{n}>" for n in range(1, 7))), "Level 6")
    save(page)
    levels = [3, 3, 3, 4, 4, 4]
    assert profile.sections.get().body == "".join(
        f"<h{level}>Level {n}</h{level}>" for n, level in enumerate(levels, start=1)
    )


def item(label, text):
    """An item of a list as Word writes it: a paragraph whose label is text to be ignored."""
    return f"""<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>{label}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>{text}
<o:p></o:p></p>"""


LISTS = {
    "(a) of Word": (
        word(item("(a)", "one") + item("(b)", "two"), "@list l0:level1 {mso-level-number-format:alpha-lower;}"),
        'type="a"',
    ),
    "iv. of Word": (
        word(
            item("iv.", "one") + item("v.", "two"),
            "@list l0:level1 {mso-level-start-at:4;mso-level-number-format:roman-lower;}",
        ),
        'start="4" type="i"',
    ),
    "3. of Word": (word(item("3.", "one") + item("4.", "two"), "@list l0:level1 {mso-level-start-at:3;}"), 'start="3"'),
    "attributes": ('<ol start="3" type="A"><li>one</li><li>two</li></ol>', 'start="3" type="A"'),
    "a style": (
        '<ol style="list-style-type: upper-roman"><li value="2">one</li><li>two</li></ol>',
        'start="2" type="I"',
    ),
    "of Docs": (
        """<b style="font-weight:normal" id="docs-internal-guid-1"><ol start="2"><li style="list-style-type:lower-alpha"><p><span
style="color:#000">one</span></p></li><li style="list-style-type:lower-alpha"><p><span style="color:#000">two</span></p></li></ol></b>""",
        'start="2" type="a"',
    ),
}


@pytest.mark.parametrize(("html", "attributes"), LISTS.values(), ids=LISTS)
def test_the_labels_of_a_list_stay_as_they_are_cited(page, staff, html, attributes):
    profile = make_profile(body="")
    open_profile(page, profile)
    paste(page, BODY, html, "two")
    save(page)
    ready(page)
    stored = f"<ol {attributes}><li>one</li><li>two</li></ol>"
    assert profile.sections.get().body == stored
    assert clean(text_of(page, BODY)) == stored


ALIASED = {
    "b": "<p>A <b>end</b></p>",
    "i": "<p>An <i>end</i></p>",
    "tfoot": "<table><thead><tr><th>A</th></tr></thead><tfoot><tr><td>end</td></tr></tfoot></table>",
    "dir": "<dir><li>end</li></dir>",
    "menu": "<menu><li>end</li></menu>",
}


@pytest.mark.parametrize("name", ALIASES)
def test_what_saving_knows_by_another_name_is_pasted_by_that_name(page, staff, name):
    """The editor's filter and the sanitiser are two lists of what may stay; here they agree."""
    html = ALIASED.get(name, f"<p>A</p><{name}>end</{name}>")
    open_profile(page, make_profile(body=""))
    paste(page, BODY, html, "end")
    assert clean(text_of(page, BODY)) == clean(html)


@pytest.mark.parametrize("where", ["public page", "admin"])
def test_marks_copied_from_our_own_pages_become_the_numbers_they_showed(page, staff, where):
    """By the browser's own copy and paste: neither "Note1" nor a link into the admin or to another page's note."""
    key = uuid4()
    live = make_live_profile(body=f"<p>Copied words{marker(key, 1)} here.</p>", notes={key: "A source."})
    other = make_profile(theme=make_theme(slug="other", name="Other"), body="")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    edition = Edition.objects.get()
    page.goto(
        live.get_absolute_url()
        if where == "public page"
        else reverse("admin:profiles_edition_change", args=[edition.pk])
    )
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    open_profile(page, other)
    put_caret_at_end(page, BODY)
    page.keyboard.press("Control+v")
    shows(page, BODY, "here.")
    assert "1 footnote mark came without its note: put the note in again" in said(page)[0]
    save(page)
    body = other.sections.get().body
    assert "Copied words[1] here." in body
    assert "Note1" not in body
    assert "#n-" not in body
    assert "#nr-" not in body
