"""What changed between two contents, in an editor's words."""

from dataclasses import replace

from profiles.content import Content, Fact, Footnote, Section
from profiles.footnotes import marker
from profiles.review.comparing import Happened, Part, changed_parts

NOTE, OTHER = "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "6ba7b811-9dad-41d1-80b4-00c04fd430c8"
BEFORE = Content(
    country="United States",
    theme="Mine Ban Policy",
    overview_heading="Overview",
    facts=(Fact("Status", "Not a State Party"), Fact("Reports", "None")),
    sections=(Section("a", "", f"<p>Lead.{marker(NOTE, 1)}</p>"), Section("b", "Use", "<p>None.</p>")),
    footnotes=(Footnote(NOTE, "Source."),),
)


def test_the_same_text_has_no_changed_parts():
    assert changed_parts(BEFORE, BEFORE) == []


def test_a_new_number_is_no_change():
    renumbered = Section("a", "", f"<p>Lead.{marker(NOTE, 7)}</p>")
    assert changed_parts(BEFORE, replace(BEFORE, sections=(renumbered, BEFORE.sections[1]))) == []


def test_parts_are_named_as_editors_name_them():
    after = replace(
        BEFORE,
        overview_heading="Policy overview",
        facts=(Fact("Status", "Signatory"), Fact("Law", "Act of 1998")),
        sections=(Section("a", "", "<p>Lead, rewritten.</p>"), Section("c", "Transfer", "<p>None.</p>")),
        footnotes=(Footnote(OTHER, "Another."),),
    )
    assert changed_parts(BEFORE, after) == [
        Part(Happened.CHANGED, "Heading of the overview"),
        Part(Happened.CHANGED, "Status"),
        Part(Happened.ADDED, "Law"),
        Part(Happened.REMOVED, "Reports"),
        Part(Happened.CHANGED, "Lead"),
        Part(Happened.ADDED, "Transfer"),
        Part(Happened.REMOVED, "Use"),
        Part(Happened.ADDED, "Footnotes"),
        Part(Happened.REMOVED, "Footnotes"),
    ]


def test_a_new_heading_changes_its_section_and_a_new_order_moves_it():
    headed = replace(BEFORE, sections=(BEFORE.sections[0], Section("b", "Use and transfer", "<p>None.</p>")))
    assert changed_parts(BEFORE, headed) == [Part(Happened.CHANGED, "Use and transfer")]
    turned = replace(BEFORE, sections=BEFORE.sections[::-1])
    assert {part.happened for part in changed_parts(BEFORE, turned)} == {Happened.MOVED}


def test_notes_are_counted():
    after = replace(BEFORE, footnotes=(Footnote(NOTE, "Source, page 3."), Footnote(OTHER, "Another.")))
    assert changed_parts(BEFORE, after) == [Part(Happened.ADDED, "Footnotes"), Part(Happened.CHANGED, "Footnotes")]
