"""The change page in a real browser: CKEditor, its footnote plugin, rows that move, and pages that are not left by mistake."""

from uuid import uuid4

import pytest
from django.urls import reverse

from profiles.footnotes import marker
from profiles.models import Profile
from tests.factories import make_country, make_profile, make_staff
from tests.profiles.editing import (
    add_note,
    body_of,
    notes_on,
    open_profile,
    opened_dialog,
    press_footnote,
    put_caret_at_end,
    ready,
    save,
    shows,
    text_of,
    two_sections,
)

pytestmark = pytest.mark.django_db(transaction=True)


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
