"""Quotations, lists and headings, where a page shows them by their looks alone."""

import pytest

from tests.profiles.pages import bodies, make_page, read


@pytest.mark.parametrize(
    ("introduction", "said"),
    [
        ("The head of the delegation delivered a statement:", "We join the treaty. We do so gladly."),
        ("In a letter to us the ministry wrote as follows in reply:", "We join."),
        ("It regretted the step in these words:", "This has never been done."),
        ("The minister said: yes. The report added the following statement:[1]", "We join."),
        ("It reached two results:", "“We join.”"),
    ],
)
def test_what_a_colon_announces_as_spoken_is_a_quotation(introduction, said):
    notes = "[1] Letter." if "[1]" in introduction else ""
    [body] = bodies(make_page(text=f"{introduction}\n\n{said}\n\nThat was all.", notes=notes))
    assert f"<blockquote><p>{said}</p></blockquote><p>That was all.</p>" in body


@pytest.mark.parametrize(
    ("introduction", "below"),
    [
        ("The minister announced three steps:", "Mines will be cleared. Stocks will be destroyed."),
        ("The government said it will:", "destroy its mines;"),
        ("The report notes the following countries:", "Ruritania. Atlantis."),
        ("The law states:", "(a) Mines are forbidden."),
        ("Stocks were as declared:", "M14: 20; M16: 30"),
        ("Two conditions remain:", "A law must pass."),
        ("He had nothing to say.", "He left."),
    ],
)
def test_what_a_colon_announces_besides_stays_a_paragraph(introduction, below):
    [body] = bodies(make_page(text=f"{introduction}\n\n{below}\n\nThat was all."))
    assert f"<p>{below}</p>" in body
    assert "blockquote" not in body


def test_a_quotation_in_quotation_marks_may_have_several_paragraphs():
    [body] = bodies(make_page(text="Its envoy spoke at length:\n\n“We join.\n\n“And we clear.”\n\n“No” was not heard."))
    assert "<blockquote><p>“We join.</p><p>“And we clear.”</p></blockquote><p>“No” was not heard.</p>" in body


def test_lines_with_an_angle_bracket_quote():
    [body] = bodies(make_page(text="It wrote.\n\n> We join\n> gladly.\n>\n> We clear.\n\nSo it did."))
    assert body == "<p>It wrote.</p><blockquote><p>We join gladly.</p><p>We clear.</p></blockquote><p>So it did.</p>"


def test_bullets_make_a_list():
    [body] = bodies(make_page(text="The steps were:\n\n· Clear.[1]\n\n•  Destroy.\n\n- Tell.", notes="[1] Letter."))
    assert body == "<p>The steps were:</p><ul><li>Clear.[1]</li><li>Destroy.</li><li>Tell.</li></ul>"


def test_the_cells_of_a_table_are_no_headings():
    page = read(make_page(text="Recipient\n\nAmount\n\nRuritania\n\n12,000\n\nUse\n\nNone is known."))
    assert [section.heading for section in page.sections] == ["", "Use"]


def test_a_short_last_line_is_text():
    assert bodies(make_page(text="Nothing is known.\n\nStrelsau, May 2021")) == [
        "<p>Nothing is known.</p><p>Strelsau, May 2021</p>"
    ]
