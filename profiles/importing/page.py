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
Only ``[7]``, digits in square brackets, is a mark; ``[and is]`` and ``[2009]`` are text.
"""
