"""The change page in a real browser: CKEditor, its footnote plugin, rows that move, and pages that are not left by mistake."""

from uuid import uuid4

import pytest
from django.urls import reverse

from profiles.footnotes import marker
from profiles.models import Profile, Section
from tests.factories import make_country, make_profile, make_staff
from tests.profiles.test_admin import EDITING

pytestmark = pytest.mark.django_db(transaction=True)

WATCH_POLICY = (
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective))"
)


@pytest.fixture
def staff(page, client, live_server):
    """A researcher who is logged in; their page counts violations of its policy."""
    user = make_staff(*EDITING, username="ben")
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.context.add_init_script(WATCH_POLICY)
    page.violations = []
    page.on("console", lambda said: page.violations.append(said.text) if "olicy" in said.text else None)
    page.on("dialog", lambda dialog: dialog.accept())
    yield user
    assert page.violations == []


def open_profile(page, profile):
    page.goto(reverse("admin:profiles_profile_change", args=[profile.pk]))
    ready(page)
    return page


def ready(page):
    page.wait_for_function(
        """() => window.CKEDITOR && [...document.querySelectorAll('textarea[data-type=ckeditortype]')]
            .every((area) => CKEDITOR.instances[area.id]?.status === 'ready')"""
    )


def save(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


def body_of(page, name):
    """The editable text of an editor, such as ``sections-0-body``."""
    return page.frame_locator(f".django-ckeditor-widget[data-field-id='id_{name}'] iframe").locator("body")


def text_of(page, name):
    return page.evaluate("(name) => CKEDITOR.instances['id_' + name].getData()", name)


def shows(page, name, text):
    page.wait_for_function(
        "([name, text]) => CKEDITOR.instances['id_' + name].editable().getText().includes(text)", arg=[name, text]
    )


def press_footnote(page, name):
    body_of(page, name).press("Control+Alt+f")
    return opened_dialog(page)


def opened_dialog(page):
    """The footnote dialog; CKEditor fills it a moment after it can be seen, and then puts the caret into it."""
    dialog = page.get_by_role("dialog", name="Footnote")
    dialog.locator("textarea:focus").wait_for()
    return dialog


def put_caret_at_end(page, name):
    page.evaluate(
        """(name) => { const editor = CKEDITOR.instances['id_' + name]; editor.focus();
            const range = editor.createRange(); range.moveToElementEditEnd(editor.editable()); range.select(); }""",
        name,
    )


def add_note(page, name, text):
    put_caret_at_end(page, name)
    dialog = press_footnote(page, name)
    dialog.get_by_label("Text of the note").fill(text)
    dialog.get_by_role("button", name="OK").click()
    dialog.wait_for(state="hidden")


def two_sections():
    """Two sections with a note each."""
    first, second = uuid4(), uuid4()
    profile = make_profile(
        heading="One", body=f"<p>First{marker(first, 1)} text.</p>", notes={first: "Source one.", second: "Source two."}
    )
    Section.objects.create(profile=profile, heading="Two", body=f"<p>Second{marker(second, 2)} text.</p>", position=1)
    return profile, first, second


def notes_on(page):
    """Number and text of each note, in the order of the page."""
    return page.evaluate(
        """() => [...document.querySelectorAll('[data-rows=footnotes] [data-row]:not(.removed)')]
            .map((row) => [row.querySelector('[data-number]').textContent, row.querySelector('textarea').value])"""
    )


def test_a_new_section_and_a_new_note_are_written_and_saved(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    page.get_by_role("button", name="Add a section").click()
    ready(page)
    page.locator("#id_sections-2-heading").fill("Three")
    body_of(page, "sections-2-body").click()
    page.keyboard.type("Typed by hand")
    add_note(page, "sections-2-body", "A <em>new</em> source.")
    shows(page, "sections-2-body", "[3]")
    assert notes_on(page)[2] == ["[3]", "A <em>new</em> source."]
    save(page)
    ready(page)
    content = Profile.objects.get().content()
    note = next(note for note in content.footnotes if "new" in note.text)
    assert content.sections[2].heading == "Three"
    assert content.sections[2].body == f"<p>Typed by hand{marker(note.key, 3)}</p>"
    assert note.text == "A <em>new</em> source."


def test_a_note_put_in_early_renumbers_all_that_follow(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    page.evaluate(
        """() => { const editor = CKEDITOR.instances['id_sections-0-body']; editor.focus();
            const range = editor.createRange(); range.moveToElementEditStart(editor.editable()); range.select(); }"""
    )
    dialog = press_footnote(page, "sections-0-body")
    dialog.get_by_label("Text of the note").fill("Before all.")
    dialog.get_by_role("button", name="OK").click()
    shows(page, "sections-0-body", "[2]")
    shows(page, "sections-1-body", "[3]")
    assert [number for number, _text in notes_on(page)] == ["[2]", "[3]", "[1]"]


def test_a_note_is_found_and_used_again(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, "sections-1-body")
    dialog = press_footnote(page, "sections-1-body")
    dialog.get_by_label("Find a note").press_sequentially("one")
    dialog.get_by_label("A new note, or one").select_option(str(first))
    assert dialog.get_by_label("Text of the note").input_value() == "Source one."
    dialog.get_by_role("button", name="OK").click()
    shows(page, "sections-1-body", "[1]")
    assert text_of(page, "sections-1-body").count(str(first)) == 1
    assert len(notes_on(page)) == 2
    save(page)
    assert Profile.objects.get().content().sections[1].body.endswith(f"{marker(first, 1)}</p>")


def test_an_empty_note_is_not_taken(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, "sections-1-body")
    dialog = press_footnote(page, "sections-1-body")
    dialog.get_by_role("button", name="OK").click()
    assert dialog.is_visible()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")
    assert len(notes_on(page)) == 2


def test_undo_takes_the_mark_away_and_redo_brings_it_back_while_the_note_stays(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    add_note(page, "sections-0-body", "Third source.")
    shows(page, "sections-1-body", "[3]")
    body_of(page, "sections-0-body").press("Control+z")
    shows(page, "sections-1-body", "[2]")
    assert notes_on(page)[2] == ["–", "Third source."]
    body_of(page, "sections-0-body").press("Control+y")
    shows(page, "sections-1-body", "[3]")
    assert notes_on(page)[2] == ["[2]", "Third source."]


def test_a_double_click_opens_the_note_of_a_mark(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    body_of(page, "sections-0-body").locator("sup").dblclick()
    dialog = opened_dialog(page)
    area = dialog.get_by_label("Text of the note")
    assert area.input_value() == "Source one."
    assert not dialog.get_by_label("Find a note").is_visible()
    area.fill("Source one, page 3.")
    dialog.get_by_role("button", name="OK").click()
    save(page)
    assert profile.footnotes.get(key=first).text == "Source one, page 3."


def test_a_mark_that_is_cut_and_pasted_into_another_section_keeps_its_note(page, staff):
    profile, first, second = two_sections()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_profile(page, profile)
    body_of(page, "sections-0-body").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+x")
    put_caret_at_end(page, "sections-1-body")
    page.keyboard.press("Control+v")
    shows(page, "sections-1-body", "[2]")
    assert text_of(page, "sections-0-body") == ""
    save(page)
    body = profile.sections.get(heading="Two").body
    assert marker(second, 1) in body
    assert marker(first, 2) in body
    assert "cke" not in body


def test_deleting_a_mark_leaves_its_note_and_asks_before_it_is_saved(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    page.evaluate(
        """() => { const editor = CKEDITOR.instances['id_sections-0-body']; editor.focus();
            Object.values(editor.widgets.instances)[0].focus(); }"""
    )
    page.keyboard.press("Backspace")
    shows(page, "sections-1-body", "[1]")
    assert ["–", "Source one."] in notes_on(page)
    save(page)
    page.get_by_label("Yes, take the marks out.").check()
    save(page)
    assert str(first) not in profile.sections.get(heading="One").body
    assert profile.footnotes.filter(key=first).exists()


def test_a_mark_without_a_note_is_shown_as_unknown_and_may_be_given_one(page, staff):
    key = uuid4()
    profile = make_profile(body=f"<p>From elsewhere.{marker(key)}</p>")
    open_profile(page, profile)
    shows(page, "sections-0-body", "[?]")
    body_of(page, "sections-0-body").locator(".unknown sup").dblclick()
    dialog = opened_dialog(page)
    dialog.get_by_label("Text of the note").fill("Found again.")
    dialog.get_by_role("button", name="OK").click()
    shows(page, "sections-0-body", "[1]")
    save(page)
    assert profile.footnotes.get().key == key


def test_a_removed_note_makes_its_marks_unknown_until_it_is_put_back(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    page.locator("#footnotes-0").get_by_role("button", name="Remove", exact=True).click()
    shows(page, "sections-0-body", "[?]")
    shows(page, "sections-1-body", "[1]")
    page.locator("#footnotes-0").get_by_role("button", name="Put back").click()
    shows(page, "sections-0-body", "[1]")


def test_moving_a_section_by_keyboard_renumbers_and_is_saved(page, staff):
    profile, first, second = two_sections()
    open_profile(page, profile)
    page.locator("#sections-1").get_by_role("button", name="Move up").focus()
    page.keyboard.press("Enter")
    ready(page)
    shows(page, "sections-0-body", "[2]")
    shows(page, "sections-1-body", "[1]")
    assert page.evaluate("document.activeElement.dataset.move") == "up"
    body_of(page, "sections-0-body").click()
    page.keyboard.press("End")
    page.keyboard.type(" And more.")
    save(page)
    assert [section.heading for section in profile.sections.all()] == ["Two", "One"]
    content = Profile.objects.get().content()
    assert marker(second, 1) in content.sections[0].body
    assert marker(first, 2) in content.sections[1].body
    assert "And more." in content.sections[1].body


def test_facts_carry_notes_and_are_numbered_first(page, staff):
    key = uuid4()
    profile = make_profile(facts={"Status": "Unknown"}, body=f"<p>Text.{marker(key, 1)}</p>", notes={key: "Source."})
    open_profile(page, profile)
    add_note(page, "facts-0-value", "Treaty Collection.")
    shows(page, "facts-0-value", "[1]")
    shows(page, "sections-0-body", "[2]")
    save(page)
    content = Profile.objects.get().content()
    note = next(note for note in content.footnotes if note.text == "Treaty Collection.")
    assert content.facts[0].value == f"Unknown{marker(note.key, 1)}"


def test_a_new_section_that_is_removed_again_leaves_no_trace(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    for _ in range(2):
        page.get_by_role("button", name="Add a section").click()
        ready(page)
    page.locator("#id_sections-2-heading").fill("Regretted")
    page.locator("#id_sections-3-heading").fill("Kept")
    page.locator("#sections-2").get_by_role("button", name="Remove", exact=True).click()
    save(page)
    assert [section.heading for section in profile.sections.all()] == ["One", "Two", "Kept"]


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

PASTE = """(html) => {
    const transfer = new DataTransfer();
    transfer.setData('text/html', html);
    const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
    CKEDITOR.instances['id_sections-1-body'].editable().$.dispatchEvent(event);
}"""


@pytest.mark.parametrize("html", [WORD, LIBRE_OFFICE], ids=["word", "libreoffice"])
def test_notes_of_a_pasted_document_become_notes(page, staff, html):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, "sections-1-body")
    page.evaluate(PASTE, html)
    shows(page, "sections-1-body", "[3]")
    assert notes_on(page)[2:] == [["[3]", "ICBL, <em>Landmine Monitor</em>, 2009."]]
    save(page)
    section, note = profile.sections.get(heading="Two"), profile.footnotes.get(text__startswith="ICBL")
    assert f"Pasted sentence{marker(note.key, 3)} from elsewhere." in section.body


def test_the_second_of_two_savers_takes_the_other_text_or_keeps_their_own(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    profile.claim(0, by=make_staff(username="ana", first_name="Ana", last_name="Lima"))
    profile.sections.filter(heading="One").update(body="<p>Ana's text.</p>")
    body_of(page, "sections-0-body").click()
    page.keyboard.press("End")
    page.keyboard.type(" Ben's end.")
    save(page)
    ready(page)
    assert page.get_by_role("heading", name="Ana Lima saved").is_visible()
    assert "Ben's end." in text_of(page, "sections-0-body")
    page.get_by_role("button", name="Take this text").click()
    shows(page, "sections-0-body", "Ana's text.")
    page.get_by_label("Save mine over it").check()
    save(page)
    assert profile.sections.get(heading="One").body == "<p>Ana's text.</p>"


def test_an_untouched_page_is_left_without_a_question_and_a_changed_one_is_not(page, staff):
    profile, _first, _second = two_sections()
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    open_profile(page, profile)
    page.goto(reverse("admin:index"))
    assert asked == []
    open_profile(page, profile)
    body_of(page, "sections-1-body").click()
    page.keyboard.type("x")
    page.get_by_text("Not saved yet").wait_for()
    page.goto(reverse("admin:index"))
    assert asked == ["beforeunload"]
    open_profile(page, profile)
    page.locator("#id_footnotes-0-text").fill("Other words.")
    save(page)
    assert asked == ["beforeunload"]


def test_the_whole_admin_works_under_its_policies(page, staff):
    """The fixture fails this test if any page breaks its policy."""
    country = make_country()
    two_sections()
    for name in ("index", "profiles_profile_changelist", "profiles_country_changelist", "profiles_edition_changelist"):
        page.goto(reverse(f"admin:{name}"))
    page.goto(reverse("admin:profiles_country_change", args=[country.pk]))
    page.goto(reverse("admin:profiles_profile_add"))
    page.get_by_label("Country").select_option(label=str(country))
    profile = Profile.objects.get()
    page.goto(reverse("admin:profiles_profile_history", args=[profile.pk]))
    page.goto(reverse("admin:profiles_profile_preview", args=[profile.pk]))
    assert page.get_by_text("Draft.").is_visible()
