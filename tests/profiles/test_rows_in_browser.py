"""Rows of the change page under its keys and buttons: added, written in, moved with all that is alive in them."""

from uuid import uuid4

import pytest

from profiles.footnotes import marker
from profiles.models import Profile, Section
from tests.profiles.editing import (
    add_note,
    body_of,
    focus_mark,
    long_profile,
    notes_on,
    open_profile,
    opened_dialog,
    ready,
    save,
    select,
    shows,
    text_of,
    two_sections,
)

pytestmark = pytest.mark.django_db(transaction=True)


# --- headings, rows --------------------------------------------------------------------


def test_enter_in_a_heading_goes_on_to_its_text(page, staff):
    profile = long_profile(2)
    open_profile(page, profile)
    for field, editor in (("overview_heading", "facts-0-value"), ("sections-1-heading", "sections-1-body")):
        page.locator(f"#id_{field}").press("Enter")
        page.wait_for_function("(name) => CKEDITOR.instances['id_' + name].focusManager.hasFocus", arg=editor)
    assert Profile.objects.get().lock_version == profile.lock_version


def test_a_new_note_is_written_at_once_and_empty_ones_are_not_stored(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    page.get_by_role("button", name="Add a footnote").click()
    page.keyboard.type("A note that no text cites.")
    assert len(notes_on(page)) == 3
    page.get_by_role("button", name="Add a footnote").click()
    page.get_by_role("button", name="Add a footnote").click()
    page.keyboard.type("   ")
    save(page)
    assert {note.text for note in profile.footnotes.all()} == {
        "Source one.",
        "Source two.",
        "A note that no text cites.",
    }


def test_an_emptied_note_that_is_stored_stays_to_be_seen(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    page.locator("#id_footnotes-0-text").fill("")
    save(page)
    assert profile.footnotes.get(key=first).text == ""


# --- moving ----------------------------------------------------------------------------


def test_marks_of_a_moved_section_are_alive_and_its_text_is_clean(page, staff):
    profile, first, second = two_sections()
    open_profile(page, profile)
    before = text_of(page, "sections-1-body")
    page.locator("#sections-1").get_by_role("button", name="Move up").click()
    ready(page)
    shows(page, "sections-1-body", "[1]")
    assert text_of(page, "sections-1-body") == before.replace("[2]", "[1]")
    body_of(page, "sections-1-body").locator("sup").dblclick()
    dialog = opened_dialog(page)
    dialog.get_by_label("Text of the note").fill("Mended after the move.")
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="hidden")
    page.keyboard.type("typed")
    focus_mark(page, "sections-0-body")
    save(page)
    assert profile.footnotes.get(key=second).text == "Mended after the move."
    bodies = [section.body for section in profile.sections.order_by("position")]
    assert bodies == [f"<p>Second{marker(second, 1)}typed text.</p>", f"<p>First{marker(first, 2)} text.</p>"]


def test_a_mark_of_a_moved_section_is_deleted_and_brought_back(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    page.locator("#sections-1").get_by_role("button", name="Move up").click()
    ready(page)
    focus_mark(page, "sections-1-body")
    page.keyboard.press("Delete")
    assert "sup" not in text_of(page, "sections-1-body")
    page.keyboard.press("Control+z")
    shows(page, "sections-1-body", "[1]")


def test_a_moved_section_keeps_its_caret_its_undo_and_what_was_just_typed(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    select(page, "sections-1-body", "Seco|nd")
    page.keyboard.type("X")
    page.locator("#sections-1").get_by_role("button", name="Move up").click()
    page.wait_for_function(
        """() => { const editor = CKEDITOR.instances['id_sections-1-body'];
            return editor.getSelection()?.getRanges()[0]?.startContainer.getText?.().startsWith('SecoX'); }"""
    )
    assert page.evaluate("document.activeElement.dataset.move") == "up"
    page.evaluate("CKEDITOR.instances['id_sections-1-body'].focus()")
    page.keyboard.type("Y")
    shows(page, "sections-1-body", "SecoXYnd")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    shows(page, "sections-1-body", "Second")


def test_a_section_moved_twice_and_saved_at_once_loses_nothing(page, staff):
    """Between two moves, and between a move and saving, its frame is being written anew."""
    profile = long_profile(4)
    key = uuid4()
    Section.objects.filter(heading="Section 3").update(body=f"<p>Last{marker(key)}</p>")
    profile.footnotes.create(key=key, text="A source.")
    open_profile(page, profile)
    add_note(page, "sections-3-body", "Another.")
    with page.expect_navigation():
        page.evaluate(
            """() => { const up = document.querySelector('#sections-3 [data-move=up]'); up.click(); up.click();
                document.querySelector('[name=_continue]').click(); }"""
        )
    content = Profile.objects.get().content()
    assert [section.heading for section in content.sections] == ["Section 0", "Section 3", "Section 1", "Section 2"]
    another = next(note for note in content.footnotes if note.text == "Another.")
    assert content.sections[1].body == f"<p>Last{marker(key, 1)}{marker(another.key, 2)}</p>"
