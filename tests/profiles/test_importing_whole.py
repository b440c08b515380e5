"""A page of ordinary size, read whole: 28 notes, menu and forms around it."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

from tests.profiles.pages import read, shown, texts_of


def reference_themes():
    file = Path(__file__).resolve().parents[2] / "monitor" / "reference" / "themes.json"
    return {theme["name"]: theme["topics"] for theme in json.loads(file.read_text(encoding="utf-8"))}


def test_a_page_is_read_as_it_stands(united_states):
    page = read(united_states.read_text(encoding="utf-8"), themes=reference_themes())
    assert (page.country.text, page.theme.text) == ("United States", "Mine Ban Policy")
    assert page.last_updated == date(2010, 10, 18)
    assert page.overview_heading == "Mine ban policy overview"
    assert [fact.label for fact in page.facts] == [
        "Mine Ban Treaty status",
        "Pro-mine ban UNGA voting record",
        "Participation in Mine Ban Treaty meetings",
        "Key developments",
    ]
    assert shown(page.facts[0].value) == "Not a State Party"
    assert [section.heading for section in page.sections] == ["", "Use, trade, production, and stocks"]
    assert page.warnings == ()


def test_every_mark_is_at_its_place(united_states):
    page = read(united_states.read_text(encoding="utf-8"), themes=reference_themes())
    pieces = [piece for text in texts_of(page) for piece in text]
    assert [piece for piece in pieces if isinstance(piece, int)] == list(range(1, 29))
    for before, mark in zip(pieces, pieces[1:], strict=False):
        if isinstance(mark, int):
            assert before[-1] in ".”", f"note {mark} does not end a sentence"
    assert "sets them off by command.[23]</p>" in shown(page.sections[1].body)
    assert "ongoing [and is] going" in shown(page.sections[0].body)
    assert [note.number for note in page.notes] == list(range(1, 29))
    assert page.notes[8].text == "Ibid."


def test_the_treaty_is_quoted_and_nobody_else(united_states):
    lead = shown(read(united_states.read_text(encoding="utf-8"), themes=reference_themes()).sections[0].body)
    assert lead.count("<blockquote>") == 1
    assert "<p>Ten people" in lead
    quotation = lead.partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert quotation.startswith("<p>Each State Party undertakes")
    assert quotation.endswith("for that State Party.[12]</p>")


def test_nothing_but_the_menu_is_lost(united_states):
    text = united_states.read_text(encoding="utf-8")
    page = read(text, themes=reference_themes())

    kept = [page.overview_heading, *(fact.label + " " + shown(fact.value) for fact in page.facts)]
    kept += [section.heading + " " + shown(section.body) for section in page.sections]
    kept += [f"[{note.number}] {note.text}" for note in page.notes]
    words = re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", " ", " ".join(kept))))
    assert words == re.sub(r"\s+", "", text.partition("Mine Ban Policy\n")[2])
