"""The text of a page below its head: headed sections of paragraphs, lists and quotations."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from .headings import reads_as_heading
from .imported import ImportedSection, Text
from .lines import BULLET, Paragraph
from .marks import MARK, cited, joined, without_marks
from .quotations import quoted

WRAPPERS = {
    "text": ("", "<p>", "</p>", ""),
    "item": ("<ul>", "<li>", "</li>", "</ul>"),
    "quotation": ("<blockquote>", "<p>", "</p>", "</blockquote>"),
}
TABLE_ROWS = 4  # so many heading-like lines in a row are the cells of a table


def sections_of(paragraphs: Sequence[Paragraph]) -> list[ImportedSection]:
    """Sections in order; the lead, if there is one, comes first and has no heading."""
    headings = _headings(paragraphs)
    starts = sorted({0, *headings, len(paragraphs)})
    return [_section(paragraphs[start:end], headed=start in headings) for start, end in pairwise(starts)]


def _headings(paragraphs: Sequence[Paragraph]) -> set[int]:
    """The places of headings: each has text somewhere below it, and a table's cells are none."""
    found: set[int] = set()
    places = groupby(range(len(paragraphs)), key=lambda place: _could_be_heading(paragraphs, place))
    for looks_like_it, group in places:
        run = list(group)
        if looks_like_it and run[-1] + 1 < len(paragraphs):
            found.update(run if len(run) < TABLE_ROWS else run[-1:])
    return found


def _could_be_heading(paragraphs: Sequence[Paragraph], place: int) -> bool:
    """What a colon announces is no heading, however short."""
    announced = place > 0 and without_marks(paragraphs[place - 1].text).endswith(":")
    return not announced and not paragraphs[place].quoted and reads_as_heading(paragraphs[place].text)


def _section(paragraphs: Sequence[Paragraph], *, headed: bool) -> ImportedSection:
    if not headed:
        return ImportedSection("", _html(paragraphs))
    heading, *below = paragraphs
    return ImportedSection(without_marks(heading.text), _html(with_marks_of(heading, below)))


def with_marks_of(heading: Paragraph, below: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """A heading carries no marks: they go to the beginning of the text below it, which keeps their order."""
    marks = "".join(found[0].strip() for found in MARK.finditer(heading.text))
    if not marks:
        return below
    first, *rest = below or [replace(heading, text="")]
    return [replace(first, text=f"{marks} {first.text}".strip()), *rest]


def _html(paragraphs: Sequence[Paragraph]) -> Text:
    quotations = quoted(paragraphs)
    kinds = ["quotation" if n in quotations else _kind(p) for n, p in enumerate(paragraphs)]
    return joined(_pieces(zip(kinds, paragraphs, strict=True)))


def _kind(paragraph: Paragraph) -> str:
    return "item" if BULLET.match(paragraph.text) else "text"


def _pieces(paragraphs: Iterator[tuple[str, Paragraph]]) -> Iterator[str | int]:
    for kind, group in groupby(paragraphs, key=lambda pair: pair[0]):
        begin, opening, closing, end = WRAPPERS[kind]
        yield begin
        for _same, paragraph in group:
            text = BULLET.sub("", paragraph.text, count=1) if kind == "item" else paragraph.text
            yield from (opening, *cited(text), closing)
        yield end
