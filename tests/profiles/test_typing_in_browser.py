"""What is typed after a note, a link or a mark was put in stands where one was writing. Read from the stored rows, not from the page."""

import re
from uuid import uuid4

import pytest

from profiles.footnotes import marker
from tests.factories import make_profile
from tests.profiles.editing import (
    add_note,
    body_of,
    focus_mark,
    notes_on,
    open_profile,
    opened_dialog,
    put_caret_at_end,
    save,
    select,
    shows,
    text_of,
    two_sections,
    write_note,
)

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "sections-0-body"
WORDS = " It jumps."


def stored(profile):
    """The first section as stored, its marks as ``[1]``, its no-break spaces as spaces."""
    return numbered(profile.sections.order_by("position").first().body)


def numbered(html):
    return re.sub(r"<sup data-footnote=[^>]*>(.*?)</sup>", r"\1", html).replace("\xa0", " ").replace("&nbsp;", " ")


PLACES = {
    "end": ("<p>Alpha beta</p>", "Alpha beta|", "<p>Alpha beta[1] It jumps.</p>"),
    "start": ("<p>Alpha beta</p>", "|Alpha beta", "<p>[1] It jumps.Alpha beta</p>"),
    "in a word": ("<p>Alpha beta</p>", "Al|pha beta", "<p>Al[1] It jumps.pha beta</p>"),
    "before a full stop": ("<p>Alpha beta.</p>", "Alpha beta|.", "<p>Alpha beta[1] It jumps..</p>"),
    "list item": ("<ul><li>Alpha</li><li>Beta</li></ul>", "Alpha|Beta", "<ul><li>Alpha[1] It jumps.</li><li>Beta</li></ul>"),
    "table cell": (
        "<table><tbody><tr><td>Alpha</td><td>Beta</td></tr></tbody></table>",
        "Alpha|Beta",
        "<table><tbody><tr><td>Alpha[1] It jumps.</td><td>Beta</td></tr></tbody></table>",
    ),
    "heading": ("<h3>Alpha</h3><p>Beta</p>", "Alpha|Beta", "<h3>Alpha[1] It jumps.</h3><p>Beta</p>"),
    "quotation": ("<blockquote><p>Alpha</p></blockquote>", "Alpha|", "<blockquote><p>Alpha[1] It jumps.</p></blockquote>"),
    "in strong words": ("<p>A <strong>beta</strong> c</p>", "A be|ta c", "<p>A <strong>be[1] It jumps.ta</strong> c</p>"),
    "words selected": ("<p>Alpha beta gamma</p>", "Alpha {beta} gamma", "<p>Alpha beta[1] It jumps. gamma</p>"),
    "a word and its space": ("<p>Alpha beta gamma</p>", "Alpha {beta }gamma", "<p>Alpha beta[1] It jumps. gamma</p>"),
    "into the next paragraph": ("<p>Alpha</p><p>Beta</p>", "{Alpha}Beta", "<p>Alpha[1] It jumps.</p><p>Beta</p>"),
}  # fmt: skip
LINK = '<a href="https://example.org" rel="noopener noreferrer">'


@pytest.mark.parametrize(("body", "place", "expected"), PLACES.values(), ids=PLACES)
def test_words_typed_after_a_new_note_stand_behind_its_mark(page, staff, body, place, expected):
    profile = make_profile(body=body)
    open_profile(page, profile)
    select(page, BODY, place)
    write_note(page)
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == expected
    assert profile.footnotes.get().text == "A source."


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("A link| here.", f"<p>A {LINK}link</a>[1] It jumps. here.</p>"),
        ("A {link} here.", f"<p>A {LINK}link</a>[1] It jumps. here.</p>"),
        ("A li|nk here.", f"<p>A {LINK}li It jumps.nk</a>[1] here.</p>"),  # no link is in two pieces
    ],
    ids=["at its end", "selected", "within"],
)
def test_a_note_at_the_end_of_a_link_stands_behind_it(page, staff, place, expected):
    profile = make_profile(body=f"<p>A {LINK}link</a> here.</p>")
    open_profile(page, profile)
    select(page, BODY, place)
    write_note(page)
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == expected


def test_a_triple_click_puts_the_mark_into_the_paragraph_that_was_clicked(page, staff):
    profile = make_profile(body="<p>Alpha beta</p><p>Gamma</p>")
    open_profile(page, profile)
    body_of(page, BODY).locator("p").first.click(click_count=3)
    write_note(page)
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == "<p>Alpha beta[1] It jumps.</p><p>Gamma</p>"


def test_cells_that_are_selected_keep_their_words(page, staff):
    cells = "<table><tbody><tr><td>Alpha</td><td>Beta</td></tr></tbody></table>"
    profile = make_profile(body=cells)
    open_profile(page, profile)
    first, second = body_of(page, BODY).locator("td").nth(0), body_of(page, BODY).locator("td").nth(1)
    first.click()
    page.mouse.down()
    box = second.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=12)
    page.mouse.up()
    page.wait_for_function("(name) => CKEDITOR.instances['id_' + name].getSelection().isInTable()", arg=BODY)
    write_note(page)
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == cells.replace("Beta", "Beta[1] It jumps.")


def test_words_typed_after_a_note_in_a_fact_stand_behind_its_mark(page, staff):
    profile = make_profile(facts={"Status": "Unknown.", "Position": "None"})
    open_profile(page, profile)
    select(page, "facts-0-value", "Unknown|.")
    write_note(page)
    page.keyboard.type(WORDS)
    save(page)
    assert numbered(profile.facts.get(topic__label="Status").value) == "Unknown[1] It jumps.."


def test_two_notes_in_a_row_are_two_notes(page, staff):
    profile = make_profile(body="<p>Alpha</p>")
    open_profile(page, profile)
    put_caret_at_end(page, BODY)
    write_note(page, "One.")
    write_note(page, "Two.")
    page.keyboard.type(WORDS)
    write_note(page, "Three.")
    page.keyboard.press("Enter")
    page.keyboard.type("Next.")
    save(page)
    assert stored(profile) == "<p>Alpha[1][2] It jumps.[3]</p><p>Next.</p>"
    assert sorted(note.text for note in profile.footnotes.all()) == ["One.", "Three.", "Two."]


def test_a_note_used_again_is_written_on_behind_like_a_new_one(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, BODY)
    page.keyboard.press("Control+Alt+f")
    dialog = opened_dialog(page)
    dialog.get_by_label("Find a note").press_sequentially("two")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == "<p>First[1] text.[2] It jumps.</p>"
    assert profile.footnotes.count() == 2


@pytest.mark.parametrize("accept", ["mouse", "Tab and Enter"])
def test_whichever_way_the_dialog_is_accepted_one_writes_on(page, staff, accept):
    profile = make_profile(body="<p>Alpha</p>")
    open_profile(page, profile)
    if accept == "mouse":
        add_note(page, BODY, "A source.")
    else:
        put_caret_at_end(page, BODY)
        page.keyboard.press("Control+Alt+f")
        dialog = opened_dialog(page)
        page.keyboard.type("A source.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        dialog.wait_for(state="hidden")
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == "<p>Alpha[1] It jumps.</p>"


def test_undo_takes_first_the_words_then_the_mark_and_redo_brings_both_back(page, staff):
    profile = make_profile(body="<p>Alpha</p>")
    open_profile(page, profile)
    put_caret_at_end(page, BODY)
    write_note(page)
    page.keyboard.type("words")
    page.keyboard.press("Control+z")
    shows(page, BODY, "Alpha[1]")
    page.keyboard.press("Control+z")
    page.wait_for_function("(name) => !CKEDITOR.instances['id_' + name].getData().includes('sup')", arg=BODY)
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    shows(page, BODY, "Alpha[1]words")
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == "<p>Alpha[1]words It jumps.</p>"


# --- a mark that has the focus -----------------------------------------------------


def test_keys_on_a_focused_mark_type_behind_it(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    focus_mark(page, BODY)
    page.keyboard.type("typed")
    save(page)
    assert profile.sections.get(heading="One").body == f"<p>First{marker(first, 1)}typed text.</p>"


def test_undo_after_typing_on_a_focused_mark_keeps_the_paragraph_whole(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    focus_mark(page, BODY)
    page.keyboard.type("wrong")
    page.keyboard.press("Control+z")
    page.keyboard.type("right")
    save(page)
    assert stored(profile) == "<p>First[1]right text.</p>"


def test_after_a_note_was_edited_one_writes_on_behind_its_mark_and_cites_a_second_source(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    body_of(page, BODY).locator("sup").dblclick()
    dialog = opened_dialog(page)
    dialog.get_by_label("Text of the note").fill("Mended.")
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="hidden")
    page.keyboard.type(" typed")
    write_note(page, "Second source.")
    save(page)
    assert stored(profile) == "<p>First[1] typed[2] text.</p>"
    assert {note.text for note in profile.footnotes.all()} == {"Mended.", "Source two.", "Second source."}


@pytest.mark.parametrize("mime", ["text/plain", "text/html"])
def test_a_paste_on_a_focused_mark_lands_behind_it(page, staff, mime):
    profile, _first, _second = two_sections()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_profile(page, profile)
    page.evaluate(
        "(mime) => navigator.clipboard.write([new ClipboardItem({ [mime]: new Blob(['pasted'], { type: mime }) })])",
        mime,
    )
    focus_mark(page, BODY)
    page.keyboard.press("Control+v")
    shows(page, BODY, "pasted")
    page.keyboard.type(" typed")
    save(page)
    assert stored(profile) == "<p>First[1]pasted typed text.</p>"


def test_a_special_character_on_a_focused_mark_lands_behind_it(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    focus_mark(page, BODY)
    page.locator(f"#cke_id_{BODY}").get_by_role("button", name="Insert Special Character").click()
    page.get_by_role("dialog").get_by_title("Section sign").click()
    shows(page, BODY, "§")
    save(page)
    assert stored(profile) == "<p>First[1]§ text.</p>"


def test_a_mark_takes_no_key_of_an_input_method_or_a_dead_key(page, staff):
    """What is printed follows the key; Chromium composes here as an input method does, after its key 229."""
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    focus_mark(page, BODY)
    keys = page.context.new_cdp_session(page)
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process"})
    keys.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    keys.send("Input.insertText", {"text": "日本"})
    focus_mark(page, "sections-1-body")
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 222, "key": "Dead"})
    keys.send("Input.insertText", {"text": "é"})
    save(page)
    assert stored(profile) == "<p>First[1]日本 text.</p>"
    assert numbered(profile.sections.get(heading="Two").body) == "<p>Second[2]é text.</p>"


def press_with_altgr(page, name):
    """AltGr+F as Windows sends it, as Control and Alt; what became of it."""
    return page.evaluate(
        """(name) => {
            const event = new KeyboardEvent('keydown', { key: '[', code: 'KeyF', keyCode: 70, ctrlKey: true, altKey: true,
                modifierAltGraph: true, bubbles: true, cancelable: true });
            CKEDITOR.instances['id_' + name].editable().$.dispatchEvent(event);
            return event.defaultPrevented;
        }""",
        name,
    )


def test_a_letter_of_altgr_is_a_letter_and_not_the_key_for_a_note(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    focus_mark(page, BODY)
    assert press_with_altgr(page, BODY) is False
    page.keyboard.type("[")
    assert press_with_altgr(page, BODY) is False
    assert not page.get_by_role("dialog", name="Footnote").is_visible()
    save(page)
    assert stored(profile) == "<p>First[1][ text.</p>"


def test_a_mark_is_still_deleted_opened_and_passed_by_its_keys(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    focus_mark(page, BODY)
    page.keyboard.press("Enter")
    dialog = opened_dialog(page)
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("x")
    focus_mark(page, "sections-1-body")
    page.keyboard.press("Delete")
    assert text_of(page, "sections-1-body").strip() == "<p>Second text.</p>"
    assert text_of(page, BODY).replace("&nbsp;", " ").strip().endswith("x text.</p>")


def test_marks_have_no_handle_to_be_dragged_by(page, staff):
    profile, _first, _second = two_sections()
    open_profile(page, profile)
    assert body_of(page, BODY).locator("sup").count() == 1
    assert body_of(page, BODY).locator("img").count() == 0


# --- links and the dialog ----------------------------------------------------------


def test_words_typed_after_the_link_dialog_stand_behind_the_link(page, staff):
    profile = make_profile(body="<p>Alpha beta gamma</p>")
    open_profile(page, profile)
    select(page, BODY, "Alpha {beta} gamma")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Link")
    dialog.get_by_label("URL").fill("example.org")
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    page.keyboard.type(" typed")
    save(page)
    assert stored(profile) == f"<p>Alpha {LINK.replace('https', 'http')}beta</a> typed gamma</p>"


def test_words_typed_after_a_link_was_mended_stand_behind_it(page, staff):
    profile = make_profile(body=f"<p>A {LINK}link</a> here.</p>")
    open_profile(page, profile)
    body_of(page, BODY).locator("a").dblclick()
    dialog = page.get_by_role("dialog", name="Link")
    dialog.get_by_label("URL").fill("https://example.com")
    dialog.get_by_role("button", name="OK").click()
    dialog.wait_for(state="hidden")
    page.keyboard.type(" typed")
    save(page)
    assert stored(profile) == f"<p>A {LINK.replace('.org', '.com')}link</a> typed here.</p>"


def test_a_cancelled_link_leaves_the_words_selected(page, staff):
    profile = make_profile(body="<p>Alpha beta gamma</p>")
    open_profile(page, profile)
    select(page, BODY, "Alpha {beta} gamma")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Link")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")
    page.keyboard.type("delta")
    save(page)
    assert stored(profile) == "<p>Alpha delta gamma</p>"


def test_text_typed_for_a_new_note_comes_back_after_a_look_at_the_list(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, BODY)
    page.keyboard.press("Control+Alt+f")
    dialog = opened_dialog(page)
    page.keyboard.type("My own words.")
    notes = dialog.get_by_label("A new note, or one")
    notes.select_option(str(first))
    assert dialog.get_by_label("Text of the note").input_value() == "Source one."
    notes.select_option("")
    assert dialog.get_by_label("Text of the note").input_value() == "My own words."
    notes.press("Enter")
    dialog.locator("textarea:focus").wait_for()
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="hidden")
    shows(page, BODY, "[2]")
    assert ["[2]", "My own words."] in notes_on(page)


def test_a_search_that_no_longer_finds_what_was_chosen_makes_no_copy_of_it(page, staff):
    profile, first, _second = two_sections()
    open_profile(page, profile)
    put_caret_at_end(page, BODY)
    page.keyboard.press("Control+Alt+f")
    dialog = opened_dialog(page)
    dialog.get_by_label("A new note, or one").select_option(str(first))
    dialog.get_by_label("Find a note").press_sequentially("two")
    assert dialog.get_by_label("Text of the note").input_value() == ""
    assert dialog.get_by_label("Text of the note").is_enabled()


def test_what_holds_the_caret_is_never_stored(page, staff):
    """CKEditor may leave its seven characters behind; single ones are spelling in Khmer and Thai."""
    profile, _first, _second = two_sections()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_profile(page, profile)
    put_caret_at_end(page, BODY)
    write_note(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+x")
    page.keyboard.press("Control+v")
    page.evaluate(
        "(name) => CKEDITOR.instances['id_' + name].insertText('ខ្មែរ\\u200bភាសា' + '\\u200b'.repeat(7))", BODY
    )
    assert "\u200b" * 7 not in text_of(page, BODY)
    save(page)
    body = profile.sections.get(heading="One").body
    assert body.count("\u200b") == 1
    assert "ខ្មែរ\u200bភាសា" in body


def test_a_key_that_no_text_cites_before(page, staff):
    """A mark whose note is not here is given one, and written on behind."""
    profile = make_profile(body=f"<p>Elsewhere{marker(uuid4())}</p>")
    open_profile(page, profile)
    body_of(page, BODY).locator("sup").dblclick()
    dialog = opened_dialog(page)
    page.keyboard.type("Found.")
    page.keyboard.press("Control+Enter")
    dialog.wait_for(state="hidden")
    page.keyboard.type(WORDS)
    save(page)
    assert stored(profile) == "<p>Elsewhere[1] It jumps.</p>"
