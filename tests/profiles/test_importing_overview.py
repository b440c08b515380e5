"""Rows of the overview, told from text by the topics of the theme."""

import pytest

from profiles.importing.imported import Unreadable
from tests.profiles.pages import make_page, read, shown


def facts(overview, **parts):
    return [(fact.label, shown(fact.value)) for fact in read(make_page(overview=overview, **parts)).facts]


def test_rows_are_told_by_the_topics_whatever_the_heading_says():
    overview = "Commitment to the Mine Ban Treaty\n\nMine Ban Treaty status\n\nParty\n\nTRANSPARENCY REPORTING:\n\nNone"
    page = read(make_page(overview=overview))
    assert page.overview_heading == "Commitment to the Mine Ban Treaty"
    assert [fact.label for fact in page.facts] == ["Mine Ban Treaty status", "Transparency reporting"]


@pytest.mark.parametrize("separator", ["\t", " | ", ": "])
def test_a_value_may_stand_behind_its_label(separator):
    rows = f"Mine Ban Treaty status{separator}Party[1]\nTransparency reporting{separator}2019: on time"
    assert facts(rows, notes="[1] Letter.") == [
        ("Mine Ban Treaty status", "Party[1]"),
        ("Transparency reporting", "2019: on time"),
    ]


def test_bars_at_the_sides_of_a_table_are_no_text():
    rows = "Mine Ban Treaty status |\n| Party |\n| Key developments | A law |"
    long = "Ruritania joined the treaty late, " * 8 + "as it says."
    assert facts(rows, text=long) == [("Mine Ban Treaty status", "Party"), ("Key developments", "A law")]


def test_the_last_value_ends_at_a_wider_gap():
    rows = "Mine Ban Treaty status\n\nParty\n\nKey developments\n\nA law in 2019\n\nAnother in 2020\n\n"
    assert facts(rows)[-1] == ("Key developments", "A law in 2019<br>Another in 2020")


def test_without_a_wider_gap_the_last_value_is_one_paragraph():
    page = read(make_page(overview="Mine Ban Treaty status\n\nParty\n\nKey developments\n\nA law", text="The lead."))
    assert shown(page.facts[-1].value) == "A law"
    assert [shown(section.body) for section in page.sections] == ["<p>The lead.</p>"]


def test_a_section_headed_like_a_topic_stays_a_section():
    text = "The lead says much. It says it at length.\n\nTransparency reporting\n\nReports came late."
    page = read(make_page(overview="Mine ban overview\n\nMine Ban Treaty status\n\nParty", text=text))
    assert [fact.label for fact in page.facts] == ["Mine Ban Treaty status"]
    assert [section.heading for section in page.sections] == ["", "Transparency reporting"]


def test_a_page_without_rows_has_no_overview():
    page = read(make_page(text="The lead.\n\nKey developments\n\nA law was made."))
    assert (page.overview_heading, page.facts) == ("", ())
    assert [section.heading for section in page.sections] == ["", "Key developments"]


def test_a_label_of_any_year_is_the_topic_and_the_year_stays():
    rows = (
        "Casualties\n\nCasualties overview\n\nAll known casualties by end 2010\n\n900\n\nCasualties in 2010\n\n12 (2009: 9)"
        "\n\n2010 casualties by outcome\n\n3 killed; 9 injured\n\nDetails and trends"
    )
    page = read(make_page(theme="Casualties and Victim Assistance", overview=rows))
    assert [(fact.label, shown(fact.value)) for fact in page.facts] == [
        ("All known casualties", "By end 2010: 900"),
        ("Casualties in the last year reported", "In 2010: 12 (2009: 9)"),
        ("Casualties by outcome", "2010: 3 killed; 9 injured"),
    ]
    assert page.overview_heading == "Casualties overview"
    assert [section.heading for section in page.sections] == ["Casualties", "Details and trends"]


def test_a_heading_in_the_words_of_its_first_row_is_the_heading():
    rows = "Casualties in 2009\n\nCasualties in 2009\n\n12\n\nCasualties by outcome\n\n3 killed"
    page = read(make_page(theme="Casualties and Victim Assistance", overview=rows))
    assert page.overview_heading == "Casualties in 2009"
    assert len(page.facts) == 2


def test_an_unknown_row_between_known_ones_stays_as_text_with_a_warning():
    rows = "Mine Ban Treaty status\n\nParty\n\nParliament\n\nNo debate yet\n\nKey developments\n\nA law"
    page = read(make_page(overview=rows))
    assert shown(page.facts[0].value) == "Party<br>Parliament<br>No debate yet"
    [warning] = page.warnings
    assert warning.startswith("Line 11: “Parliament” reads like a row")


def test_an_unknown_row_above_the_known_ones_is_refused():
    rows = "Mine ban overview\n\nParliament\n\nNo debate yet\n\nMine Ban Treaty status\n\nParty\n\nKey developments\n\nA law"
    with pytest.raises(
        Unreadable, match="^Line 9: “Parliament” stands in the overview .* Add it to the theme's topics"
    ):
        read(make_page(overview=rows))


def test_a_label_without_value_is_left_out_with_a_warning():
    page = read(make_page(overview="Mine Ban Treaty status\n\nTransparency reporting\n\nNone"))
    assert [fact.label for fact in page.facts] == ["Transparency reporting"]
    assert page.warnings == ("Line 7: “Mine Ban Treaty status” has no value, so this row was left out.",)


def test_an_overview_of_unknown_rows_is_kept_as_text_with_a_warning():
    page = read(make_page(overview="Mine ban policy overview\n\nParliament\n\nNo debate yet."))
    assert page.facts == ()
    assert page.warnings[0].startswith("Line 7: “Mine ban policy overview” announces an overview")
