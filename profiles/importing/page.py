"""A text page, as it is copied from a site or written by hand, becomes an `ImportedProfile`.

The format, from top to bottom. Paragraphs are separated by blank lines; a
paragraph may be one long line or wrapped.

    United States                       the country, on a line of its own
    Last Updated: 18 October 2010       or "Last updated 2010-10-18"; may be missing
    Mine Ban Policy                     the theme; these three in any order, next to each other

    Mine ban policy overview            the overview's heading, any words

    Mine Ban Treaty status              a row: a topic of the theme ...
    Not a State Party                   ... and its value, one paragraph or several
    Key developments: Review underway   or both in one line, apart by a colon, tab or bar

                                        two blank lines or more end the overview
    The lead: text before any heading, with marks.[1] It may quote:

    > A quotation                       also told without ">": see `quotations`

    A heading is short and ends without a full stop

    Its text, up to the next heading.[2]

    * An item of a list                 also with "•", "·" or "-"

    [1] The first note.                 every mark has one note, every note has a mark
    [2] The second note.
    It may have further paragraphs.

What stands above country, date and theme is the site's menu and is left out.
Only ``[7]``, one to three digits in square brackets, is a mark; ``[and is]``
and ``[2009]`` are text. A label that is no topic of the theme makes no topic:
see `overview`. Whatever else is in doubt stays text, and a warning says so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from profiles.country_names import folded

from .body import sections_of
from .head import Head, head_of
from .imported import ImportedFact, ImportedProfile, ImportedSection, Unreadable
from .labels import Topics
from .lines import paragraphs_of
from .notes import check_marks, long_last_note, split_notes
from .overview import split_overview


def read_page(
    text: str, *, themes: Mapping[str, Sequence[str]], countries: Collection[str] = (), theme: str = ""
) -> ImportedProfile:
    """Read one page.

    ``themes`` maps each theme's name to its topics' labels; ``countries`` are
    the names to know the country's line by; ``theme`` is the name of the theme
    to assume where the page tells none. Raises Unreadable, and nothing else.
    """
    paragraphs = paragraphs_of(text)
    if not paragraphs:
        raise Unreadable(1, _("the page is empty."), _("Choose the file that holds the profile's text."))
    topics = {folded(name): Topics(tuple(labels)) for name, labels in themes.items()}
    head = head_of(paragraphs, countries={folded(name) for name in countries}, themes=topics)
    body, notes = split_notes(head.body)
    check_marks(body, notes)
    overview = split_overview(body, topics.get(_theme_of(head, theme, known=topics), Topics(())))
    sections = tuple(sections_of(overview.rest))
    if not (overview.facts or sections):
        raise Unreadable(paragraphs[-1].line, _("no text follows."), _("Put the profile's text below its head."))
    return ImportedProfile(
        country=head.country,
        theme=head.theme,
        last_updated=head.last_updated,
        overview_heading=overview.heading,
        facts=overview.facts,
        sections=sections,
        notes=tuple(note.imported() for note in notes.values()),
        warnings=(*overview.warnings, *long_last_note(notes), *_renumbering(overview.facts, sections)),
    )


def _theme_of(head: Head, assumed: str, *, known: Collection[str]) -> str:
    """The folded name of the theme whose topics tell the rows."""
    written = folded(head.theme.text) if head.theme else ""
    return written if written in known else folded(assumed)


def _renumbering(facts: Sequence[ImportedFact], sections: Sequence[ImportedSection]) -> Iterator[str]:
    texts = [*(fact.value for fact in facts), *(section.body for section in sections)]
    mentioned = list(dict.fromkeys(piece for text in texts for piece in text if isinstance(piece, int)))
    if mentioned != list(range(1, len(mentioned) + 1)):
        yield _("The page's notes are not numbered from 1 in the order of their marks; here they will be.")
