"""The overview of a page: a heading over rows, told from the text by the topics of the theme.

A row begins with a label; what stands between two labels is the first one's
value, if it is of a row's size. The last row's value is one paragraph, or all
of them down to a wider gap.

One row makes no overview unless a heading says that it is one: "Land release"
may just as well be the heading of a section.

Topics belong to themes and are never made up by a page. A label that is no
topic can hardly be told from a value: within the rows it stays where it stands,
as text of the row above, and a warning says so. Above the rows it would have no
place to stay and is refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from django.utils.translation import gettext as _

from .body import with_marks_of
from .headings import reads_as_heading
from .imported import ImportedFact, Unreadable
from .labels import Label, Topics
from .lines import Paragraph
from .marks import cited, joined, without_marks

MOST_PARAGRAPHS = 5  # of one value
LONGEST_FURTHER = (
    250  # characters of a value's second paragraph; a longer one, or one of several sentences, is the lead
)
WIDE_GAP = 2  # blank lines
OVERVIEW_WORDS = re.compile(r"\b(?:overview|commitment|key (?:data|facts))\b", re.IGNORECASE)
SEVERAL_SENTENCES = re.compile(r"[.!?][”\"’)]*\s+[A-Z“]")


@dataclass(frozen=True)
class Overview:
    """What was found, and ``rest``: the paragraphs that are not of it."""

    heading: str
    facts: tuple[ImportedFact, ...]
    rest: Sequence[Paragraph]
    warnings: tuple[str, ...] = ()


def split_overview(paragraphs: Sequence[Paragraph], topics: Topics) -> Overview:
    """Raises Unreadable for a row above the first known one."""
    runs = _runs(topics.labels_in(paragraphs), paragraphs)
    rows = next((run for run in runs if _is_overview(run, paragraphs)), [])
    if not rows:
        return Overview("", (), paragraphs, tuple(_without_rows(paragraphs)))
    start, heading = _heading_above(rows[0].place, paragraphs)
    ends = [*(row.place for row in rows[1:]), _end_of_last(rows[-1], paragraphs)]
    spans = [(row, paragraphs[row.place : end]) for row, end in zip(rows, ends, strict=True)]
    facts = [_fact(row, span, above=heading if row is rows[0] else "") for row, span in spans]
    return Overview(
        heading=without_marks(heading).rstrip(":"),
        facts=tuple(fact for fact in facts if fact),
        rest=[*paragraphs[:start], *paragraphs[ends[-1] :]],
        warnings=tuple(warning for row, span in spans for warning in _doubts(row, span)),
    )


def _runs(labels: Sequence[Label], paragraphs: Sequence[Paragraph]) -> list[list[Label]]:
    """Labels that can be rows of one table, in order."""
    runs: list[list[Label]] = []
    for label in labels:
        if runs and _is_next_row(runs[-1], label, paragraphs):
            runs[-1].append(label)
        elif runs and runs[-1][-1].topic == label.topic and runs[-1][-1].place == label.place - 1:
            runs[-1] = [label]  # a heading in the words of its first row
        else:
            runs.append([label])
    return runs


def _is_next_row(rows: Sequence[Label], label: Label, paragraphs: Sequence[Paragraph]) -> bool:
    if label.topic in {row.topic for row in rows}:
        return False
    further = paragraphs[rows[-1].below : label.place]
    return len(further) < MOST_PARAGRAPHS and not any(_is_wide(p) or _is_prose(p) for p in further)


def _is_wide(paragraph: Paragraph) -> bool:
    return paragraph.gap >= WIDE_GAP


def _is_prose(paragraph: Paragraph) -> bool:
    return len(paragraph.text) > LONGEST_FURTHER or bool(SEVERAL_SENTENCES.search(paragraph.text))


def _is_overview(rows: Sequence[Label], paragraphs: Sequence[Paragraph]) -> bool:
    """Several rows, or a heading that says so; and at least one value."""
    has_value = any(row.value for row in rows) or rows[-1].place + 1 < len(paragraphs)
    headings = _headings_above(rows[0].place, paragraphs)
    return has_value and (len(rows) > 1 or any(_says_overview(paragraphs[place]) for place in headings))


def _heading_above(place: int, paragraphs: Sequence[Paragraph]) -> tuple[int, str]:
    """Where the overview begins, and its heading as written: empty where there is none."""
    headings = _headings_above(place, paragraphs)
    if not headings:
        return place, ""
    spoken = next((above for above in headings if _says_overview(paragraphs[above])), headings[0])
    if spoken != headings[0]:
        raise Unreadable(
            paragraphs[spoken + 1].line,
            _("“%s” stands in the overview but is not a topic of the theme.") % paragraphs[spoken + 1].text,
            _("Add it to the theme's topics, and import the page again."),
        )
    return spoken, paragraphs[spoken].text


def _headings_above(place: int, paragraphs: Sequence[Paragraph]) -> list[int]:
    """The places of the headings directly above, the nearest first."""
    upwards = range(place - 1, -1, -1)
    return list(takewhile(lambda above: reads_as_heading(paragraphs[above].text.rstrip(":")), upwards))


def _says_overview(paragraph: Paragraph) -> bool:
    return bool(OVERVIEW_WORDS.search(paragraph.text))


def _end_of_last(row: Label, paragraphs: Sequence[Paragraph]) -> int:
    """Where the last row's value ends: after one paragraph, or at a wider gap below more of a value's size."""
    first = min(row.below, len(paragraphs))
    for end, paragraph in enumerate(paragraphs[first : first + MOST_PARAGRAPHS], start=first):
        if _is_wide(paragraph):
            return end
        if _is_prose(paragraph):
            break
    return first


def _fact(row: Label, span: Sequence[Paragraph], *, above: str) -> ImportedFact | None:
    """A row with its value, or None without one.

    Marks in the label, and in what stands above it, go with the value, and so do years: a topic has neither.
    """
    label, *below = span
    values = [replace(label, text=row.value), *below] if row.value else below
    cells = with_marks_of(replace(label, text=above + label.text.removesuffix(row.value)), values)
    broken = [piece for cell in cells for piece in ("<br>", *cited(cell.text))]
    years = f"{row.years}: " if row.years else ""
    return ImportedFact(row.topic, joined([years, *broken[1:]])) if cells else None


def _doubts(row: Label, span: Sequence[Paragraph]) -> Iterator[str]:
    """What a person should look at in one row: a label without value, and what may be rows of their own."""
    if len(span) == 1 and not row.value:
        yield _("Line %(line)d: “%(label)s” has no value, so this row was left out.") % _place(span[0])
    for paragraph in span[row.below - row.place : -1]:
        if reads_as_heading(paragraph.text):
            yield _(
                "Line %(line)d: “%(label)s” reads like a row of the overview but is not a topic of the theme. "
                "It was kept as text of the row above; if it is one, add the topic and import the page again."
            ) % _place(paragraph)


def _without_rows(paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    for paragraph in paragraphs:
        if reads_as_heading(paragraph.text) and re.search(r"\boverview$", paragraph.text, re.IGNORECASE):
            yield _(
                "Line %(line)d: “%(label)s” announces an overview, but none of its rows is a topic of the theme. "
                "It was kept as text; add the topics and import the page again."
            ) % _place(paragraph)


def _place(paragraph: Paragraph) -> dict[str, str | int]:
    return {"line": paragraph.line, "label": paragraph.text}
