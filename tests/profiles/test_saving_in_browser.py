"""Saving without losing one's place: by its key from everywhere, and back to the same rows and the same caret."""

import pytest

from profiles.models import Profile
from tests.profiles.editing import (
    long_profile,
    open_profile,
    opened_dialog,
    put_caret_at_end,
    ready,
    save,
    select,
    text_of,
    two_sections,
)

pytestmark = pytest.mark.django_db(transaction=True)


def save_by_key(page):
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    ready(page)


def top_of(page, row):
    return page.locator(row).evaluate("(row) => Math.round(row.getBoundingClientRect().top)")


def settled(page, row, top):
    """Until the row stands where it stood in the window."""
    page.wait_for_function(
        "([row, top]) => Math.abs(document.querySelector(row).getBoundingClientRect().top - top) <= 1", arg=[row, top]
    )


def caret_and_bar(page, name):
    """Where the caret ends and the bar begins, from the top of the window."""
    return page.evaluate(
        """(name) => {
            const editor = CKEDITOR.instances['id_' + name];
            const caret = editor.document.$.getSelection().getRangeAt(0).getBoundingClientRect();
            const frame = editor.window.$.frameElement.getBoundingClientRect();
            return [frame.top + caret.bottom, document.querySelector('.save-bar').getBoundingClientRect().top];
        }""",
        name,
    )


# --- the key -------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["#id_sections-1-heading", "#id_overview_heading", "text", "fact", "moved text"])
def test_control_s_saves_from_wherever_one_writes(page, staff, where):
    profile = long_profile(2)
    open_profile(page, profile)
    if where.startswith("#"):
        page.locator(where).press("End")
    elif where == "fact":
        put_caret_at_end(page, "facts-0-value")
    else:
        if where == "moved text":
            page.locator("#sections-1").get_by_role("button", name="Move up").click()
            ready(page)
        put_caret_at_end(page, "sections-1-body")
    page.keyboard.type("!")
    save_by_key(page)
    content = Profile.objects.get().content()
    stored = [content.overview_heading, content.facts[0].value, *(s.heading + s.body for s in content.sections)]
    assert sum(text.count("!") for text in stored) == 1
    assert page.get_by_text("Saved", exact=True).is_visible()


def test_control_s_does_nothing_while_a_dialog_is_open(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, "sections-0-body")
    page.keyboard.press("Control+Alt+f")
    dialog = opened_dialog(page)
    page.keyboard.type("Half a no")
    page.keyboard.press("Control+s")
    page.keyboard.type("te.")
    assert dialog.get_by_label("Text of the note").input_value() == "Half a note."
    assert Profile.objects.get().lock_version == profile.lock_version


def test_while_a_page_is_being_saved_it_takes_no_words_and_no_second_save(page, staff):
    """The page is kept from going, as a slow server would keep it."""
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, "sections-0-body")
    page.keyboard.type(" Saved.")
    page.evaluate(
        "() => { window.sent = 0; addEventListener('submit', (event) => { event.preventDefault(); window.sent += 1; }); }"
    )
    page.keyboard.press("Control+s")
    page.keyboard.type(" Lost.")
    page.keyboard.press("Control+s")
    assert page.evaluate("() => window.sent") == 1
    assert "Lost" not in text_of(page, "sections-0-body")


# --- the place -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["key", "button"])
def test_after_saving_the_same_rows_are_in_view_and_one_types_on_where_one_was(page, staff, how):
    profile = long_profile()
    open_profile(page, profile)
    select(page, "sections-4-body", "Line |0 of")
    page.keyboard.type("one ")
    top = top_of(page, "#sections-4")
    if how == "key":
        save_by_key(page)
    else:
        save(page)
        ready(page)
    settled(page, "#sections-4", top)
    page.keyboard.type("two")
    save_by_key(page)
    assert profile.sections.get(heading="Section 4").body.startswith("<p>Line one two0 of")


def test_the_caret_of_a_note_and_of_a_heading_comes_back_too(page, staff):
    profile, _first, second = two_sections()
    open_profile(page, profile)
    page.locator("#id_footnotes-1-text").press("End")
    page.keyboard.type(" One.")
    save_by_key(page)
    page.keyboard.type(" Two.")
    save(page)
    ready(page)
    assert profile.footnotes.get(key=second).text == "Source two. One. Two."
    page.locator("#id_sections-1-heading").press("Home")
    page.keyboard.type("A")
    save_by_key(page)
    page.keyboard.type("B")
    save_by_key(page)
    assert profile.sections.get(position=1).heading == "ABTwo"


def test_a_row_that_saving_numbers_anew_is_found_again(page, staff):
    profile = long_profile()
    open_profile(page, profile)
    page.locator("#sections-5").get_by_role("button", name="Move up").click()
    ready(page)
    put_caret_at_end(page, "sections-5-body")
    page.keyboard.type(" one")
    save_by_key(page)
    page.keyboard.type(" two")
    save_by_key(page)
    assert profile.sections.get(position=4).body.endswith("high. one two</p>")


def test_a_new_section_is_come_back_to(page, staff):
    profile = long_profile(2)
    open_profile(page, profile)
    page.get_by_role("button", name="Add a section").click()
    ready(page)
    page.keyboard.type("New")
    page.keyboard.press("Enter")
    page.keyboard.type("One")
    save_by_key(page)
    page.keyboard.type(" two.")
    save_by_key(page)
    assert profile.sections.get(heading="New").body == "<p>One two.</p>"


def test_the_way_by_the_preview_leads_back_to_the_place(page, staff):
    open_profile(page, long_profile())
    put_caret_at_end(page, "sections-3-body")
    top = top_of(page, "#sections-3")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and preview").click()
    page.get_by_role("link", name="Back to editing").click()
    ready(page)
    settled(page, "#sections-3", top)


def test_a_page_that_was_not_saved_shows_why(page, staff):
    open_profile(page, long_profile())
    page.locator("#id_proposed_date").fill("never")
    put_caret_at_end(page, "sections-4-body")
    save_by_key(page)
    assert page.get_by_text("Please correct the error below").is_visible()
    assert page.evaluate("scrollY") == 0


def test_who_moves_while_the_page_comes_back_is_left_where_they_go(page, staff):
    open_profile(page, long_profile())
    put_caret_at_end(page, "sections-4-body")
    save_by_key(page)
    page.wait_for_function("() => scrollY > 0")
    page.mouse.wheel(0, -100_000)
    page.wait_for_function("() => scrollY === 0")
    page.evaluate("document.getElementById('profile_form').style.paddingBlockEnd = '50px'")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_the_bar_never_hides_the_line_that_is_being_typed(page, staff, width):
    page.set_viewport_size({"width": width, "height": 740})
    open_profile(page, long_profile())
    put_caret_at_end(page, "sections-2-body")
    for _ in range(8):
        page.keyboard.press("Enter")
        page.keyboard.type("Line.")
        caret, bar = caret_and_bar(page, "sections-2-body")
        assert caret <= bar
    scrolled = page.evaluate("scrollY")
    page.get_by_role("button", name="Save", exact=True).focus()
    assert page.evaluate("scrollY") == scrolled
