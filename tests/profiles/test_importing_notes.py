"""Marks and notes: each mark at its place, with exactly one note."""

import pytest

from profiles.importing.imported import Unreadable
from tests.profiles.pages import bodies, make_page, read, shown


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("mode. [1] Next", "mode.[1] Next"),
        ("mode.\u00a0[1]", "mode.[1]"),
        ("mode[1], and", "mode[1], and"),
        ("mode.[ 1 ]", "mode.[1]"),
        ("both[1] [2]", "both[1][2]"),
        ("it [and is] so, in [2009],[1]", "it [and is] so, in [2009],[1]"),
    ],
)
def test_a_mark_follows_its_word_and_other_brackets_are_text(typed, read_as):
    notes = "[1] Letter." + ("\n\n[2] Ibid." if "[2]" in typed else "")
    assert bodies(make_page(text=f"In {typed} end.", notes=notes)) == [f"<p>In {read_as} end.</p>"]


def test_marks_of_headings_and_labels_go_to_the_text_below_in_their_order():
    page = read(
        make_page(
            overview="Mine ban overview[1]\n\nMine Ban Treaty status[2]\n\nParty[3]\n\nKey developments: A law[4]",
            text="Coordination[5]\n\nA committee meets.[6]",
            notes="\n\n".join(f"[{n}] Source {n}." for n in range(1, 7)),
        )
    )
    assert [shown(fact.value) for fact in page.facts] == ["[1][2] Party[3]", "A law[4]"]
    [section] = page.sections
    assert (section.heading, shown(section.body)) == ("Coordination", "<p>[5] A committee meets.[6]</p>")
    assert page.warnings == ()


def test_a_note_may_be_cited_twice_and_a_heading_over_the_notes_goes():
    page = read(make_page(text="It said so.[1]\n\nIt said it again.[1]", notes="Notes\n\n[1] Letter."))
    assert bodies(make_page(text="It said so.[1] Again.[1]", notes="____\n\n[1] Letter.")) == [
        "<p>It said so.[1] Again.[1]</p>"
    ]
    assert "Notes" not in shown(page.sections[-1].body)
    assert len(page.sections) == 1


def test_notes_that_are_not_in_order_are_told():
    page = read(make_page(text="It said so.[2] And so.[1]", notes="[1] Letter.\n\n[2] Ibid."))
    assert page.warnings == (
        "The page's notes are not numbered from 1 in the order of their marks; here they will be.",
    )


def test_what_stands_below_the_last_note_is_told():
    page = read(make_page(text="It said so.[1]", notes="[1] Letter.\n\nBack to the top"))
    assert page.warnings == ("Line 11: “Back to the top” was taken as part of note 1.",)


@pytest.mark.parametrize(
    ("text", "notes", "sentence"),
    [
        ("So.[1] And so.[2]", "[1] Letter.", "Line 7: the mark [2] has no note. Add “[2] …”"),
        ("So.[1]", "", "Line 7: the mark [1] has no note."),
        ("So.[1]", "[1] Letter.\n\n[2] Fax.", "Line 11: note 2 is cited nowhere. Put the mark [2]"),
        ("So.[1]", "[1] Letter.\n\n[1] Fax.", "Line 11: note 1 is there twice; the first is at line 9."),
        ("So.[1] So.[2]", "[1] Letter.\n\n[2]", "Line 11: note 2 has no text."),
    ],
)
def test_marks_and_notes_that_do_not_agree_are_refused_with_their_line(text, notes, sentence):
    with pytest.raises(Unreadable) as refused:
        read(make_page(text=text, notes=notes))
    assert str(refused.value).startswith(sentence)


def test_three_hundred_notes_are_read():
    text = "\n\n".join(f"{'Sentence of a long profile. ' * 20}[{n}]" for n in range(1, 301))
    notes = "\n\n".join(f"[{n}] Source {n}, {'page and place, ' * 5}2020." for n in range(1, 301))
    page = read(make_page(text=text, notes=notes))
    assert len(page.notes) == 300
    assert page.sections[0].body[1::2] == tuple(range(1, 301))
