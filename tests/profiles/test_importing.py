"""Reading text pages: what becomes of them, and the one sentence for those that cannot be read."""

import textwrap
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.importing.imported import ImportedFact, Unreadable
from tests.profiles.pages import PAGE, TOPICS, make_page, read, shown, texts_of


def test_a_page_is_read_whole_and_its_menu_left_out():
    page = read(PAGE)
    assert (page.country.text, page.country.line) == ("Ruritania", 8)
    assert (page.theme.text, page.theme.line) == ("Mine Ban Policy", 12)
    assert page.last_updated == date(2021, 3, 3)
    assert page.overview_heading == "Commitment to the treaty"
    assert page.facts == (
        ImportedFact("Mine Ban Treaty status", ("State Party since 1 May 2004", 1)),
        ImportedFact("Transparency reporting", ("Last report for 2019<br>No report for 2020",)),
        ImportedFact("Key developments", ("A law was drafted; it awaits a vote",)),
    )
    lead, production = page.sections
    assert (lead.heading, production.heading) == ("", "Production and transfer")
    assert shown(lead.body) == (
        "<p>Ruritania joined the treaty late.[2] Its army once kept 40 &lt; 50 mines &amp; [so it says] destroyed them.[3]</p>"
        "<p>Its minister told the neighbours in a statement:</p>"
        "<blockquote><p>Ruritania holds no mines, and it never will again. It asks its neighbours to do the same.[4]</p></blockquote>"
    )
    assert shown(production.body) == (
        "<p>Three firms announced the following:</p><p>They closed.</p><p>They paid.[3]</p><p>No other firm is known.</p>"
    )
    assert [note.number for note in page.notes] == [1, 2, 3, 4]
    assert page.notes[2].text == 'Army of Ruritania, "Stocks &lt;2020&gt;," www.army.example.'
    assert page.notes[3].text == "Statement of Ruritania, Strelsau, 1 March 2021. It was read aloud."


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_nothing(line_end):
    assert read(PAGE.replace("\n", line_end)) == read(PAGE)


def test_a_wrapped_page_reads_as_one_with_long_lines():
    sentence = "Ruritania joined the treaty late, and its army destroyed whatever it had kept.[1] "
    notes = "[1] Army of Ruritania, letter of 2 May 2004, in which it lists what it had kept in its depots until then.\n[2] Ibid."
    long = make_page(text=(sentence * 9 + "So it says.[2]"), notes=notes)
    assert read(wrapped(long, width=80)) == read(long)


def wrapped(page, *, width):
    return "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in page.split("\n"))


def test_lines_without_blank_ones_between_are_paragraphs():
    long = "Ruritania joined the treaty late, " + "and its army destroyed whatever it had kept, " * 6 + "as it says.[1]"
    page = (
        f"Ruritania\nLast Updated: 3 March 2021\nMine Ban Policy\n{long}\nUse\nNone is known.\n[1] Letter.\n[2] Ibid."
    )
    page = page.replace("None is known.", "None is known.[2]")
    assert [(section.heading, shown(section.body)) for section in read(page).sections] == [
        ("", f"<p>{long}</p>"),
        ("Use", "<p>None is known.[2]</p>"),
    ]
    assert [note.text for note in read(page).notes] == ["Letter.", "Ibid."]


@pytest.mark.parametrize(
    "written",
    [
        "Last Updated: 18 October 2010",
        "Last updated 2010-10-18",
        "LAST UPDATED:18 Oct. 2010",
        "Last Updated on 18th October, 2010",
        "Last update: October 18, 2010",
        "Last Updated: 2010–10–18",
        "Last Updated:\u00a018\u00a0October\u00a02010.",
    ],
)
def test_dates_are_read_as_people_write_them(written):
    assert read(make_page(updated=written)).last_updated == date(2010, 10, 18)


@pytest.mark.parametrize("written", ["31 February 2021", "soon", "3/4/2021", "3 Brumaire 2021", "2021-13-01", ""])
def test_what_is_no_date_is_refused_with_its_line(written):
    with pytest.raises(Unreadable, match=f"^Line 3: “Last Updated: ?{written}” is not a date. Write it as"):
        read(make_page(updated=f"Last Updated: {written}"))


@pytest.mark.parametrize(
    "head",
    [
        "Ruritania\n\nLast Updated: 3 March 2021\n\nMine Ban Policy",
        "Ruritania\n\nMine Ban Policy\n\nLast Updated: 3 March 2021",
        "Mine Ban Policy\n\nRuritania\n\nLast Updated: 3 March 2021",
        "Ruritania\nLast Updated: 3 March 2021\nMine Ban Policy",
    ],
)
def test_country_date_and_theme_may_stand_in_any_order(head):
    page = read(f"Home\n\nReports\n\n{head}\n\nNothing is known.")
    assert (page.country.text, page.theme.text, page.last_updated) == ("Ruritania", "Mine Ban Policy", date(2021, 3, 3))
    assert [shown(section.body) for section in page.sections] == ["<p>Nothing is known.</p>"]


def test_without_a_date_the_head_is_where_country_and_theme_meet():
    page = read("Mine Ban Policy\n\nContact\n\nRuritania\n\nMine Ban Policy\n\nNothing is known.")
    assert (page.country.line, page.theme.line, page.last_updated) == (5, 7, None)
    assert [shown(section.body) for section in page.sections] == ["<p>Nothing is known.</p>"]


def test_a_lone_name_further_down_is_no_head():
    text = "The lead.\n\nUnited States\n\nIts neighbour said nothing.\n\nMine Ban Policy\n\nIt has none."
    page = read(text, theme="Mine Ban Policy")
    assert (page.country, page.theme) == (None, None)
    assert [section.heading for section in page.sections] == ["", "United States", "Mine Ban Policy"]


def test_names_at_the_places_of_country_and_theme_are_reported_even_if_unknown():
    page = read(make_page(country="Atlantis", theme="Fishing"))
    assert (page.country.text, page.country.line) == ("Atlantis", 1)
    assert (page.theme.text, page.theme.line) == ("Fishing", 5)


@pytest.mark.parametrize("spelling", ["RURITANIA", "The Ruritania", "Ruritánia"])
def test_a_country_is_known_by_other_spellings(spelling):
    assert read(make_page(country=spelling)).country.text == spelling


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("", "Line 1: the page is empty."),
        (" \n\t\n\u00a0\n", "Line 1: the page is empty."),
        ("<!DOCTYPE html>\n<p>Ruritania</p>", "Line 1: this is a file with mark-up, such as HTML. Save the page as"),
        ("Ruritania\n\x00", "Line 2: this is not text."),
        (make_page(text=""), "Line 5: no text follows."),
        (make_page() + "\n\n" + make_page(), "Line 11: a second profile begins here."),
    ],
)
def test_an_unreadable_page_is_refused_with_line_and_cause(page, sentence):
    with pytest.raises(Unreadable) as refused:
        read(page)
    assert str(refused.value).startswith(sentence)


PARTS = st.sampled_from(
    [
        *[
            "Ruritania",
            "Last Updated: 3 March 2021",
            "Last Updated:",
            "Mine Ban Policy",
            *TOPICS,
            "Key developments: A law",
        ],
        *[
            "Mine ban overview",
            "The minister said:",
            "“We join.",
            "We clear.”",
            "> We join",
            "· A step",
            "Use",
            "A law.[1]",
        ],
        *["[1] Letter.", "[2] Fax. [1]", "[3]", "[ 2 ]", "One[1][2]", "a\tb", "[and is]", "\u00a0", "____", ">", ":"],
    ]
)
PAGES = st.lists(st.tuples(PARTS | st.text(max_size=30), st.sampled_from(["\n", "\n\n", "\n\n\n", "\r\n", "\r", " "])))


@given(page=st.text() | PAGES.map(lambda parts: "".join(part + end for part, end in parts)))
def test_any_text_is_read_or_refused_in_one_sentence(page):
    cited, notes, refusal = set(), set(), None
    try:
        profile = read(page)
    except Unreadable as error:
        refusal = error
    else:
        cited = {piece for text in texts_of(profile) for piece in text if isinstance(piece, int)}
        notes = {note.number for note in profile.notes}
    assert cited == notes
    assert refusal is None or str(refusal).startswith(f"Line {refusal.line}: ")
