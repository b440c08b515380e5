"""A text page of our own, and small ones made from parts: the seed is not ours to ship."""

from profiles.importing.page import read_page

COUNTRIES = ["Ruritania", "United States", "Côte d'Ivoire", "Congo, Republic of the"]
TOPICS = [
    "Mine Ban Treaty status",
    "Pro-mine ban UNGA voting record",
    "Participation in Mine Ban Treaty meetings",
    "Transparency reporting",
    "Key developments",
]
THEMES = {
    "Mine Ban Policy": TOPICS,
    "Casualties and Victim Assistance": [
        "All known casualties",
        "Casualties in the last year reported",
        "Casualties by outcome",
        "Victim assistance",
    ],
}

PAGE = """\
+   *   +
About the Project
Email Notification Write to us and hear when something changes.


Send us a word about this page

Ruritania

Last Updated: 3 March 2021

Mine Ban Policy

Commitment to the treaty

Mine Ban Treaty status

State Party since 1 May 2004[1]

Transparency reporting

Last report for 2019

No report for 2020

Key developments

A law was drafted; it awaits a vote


Ruritania joined the treaty late. [2] Its army once kept 40 < 50 mines & [so it says] destroyed them.[3]

Its minister told the neighbours in a statement:

Ruritania holds no mines, and it never will again. It asks its neighbours to do the same.[4]

Production and transfer

Three firms announced the following:

They closed.

They paid.[3]

No other firm is known.

[1] Ministry of Foreign Affairs of Ruritania, letter of 2 May 2004.

[2] Ibid.

[3] Army of Ruritania, "Stocks <2020>," www.army.example.

[4] Statement of Ruritania, Strelsau, 1 March 2021.
It was read aloud.
"""


def make_page(
    *,
    country: str = "Ruritania",
    updated: str = "Last Updated: 3 March 2021",
    theme: str = "Mine Ban Policy",
    overview: str = "",
    text: str = "Nothing is known.",
    notes: str = "",
) -> str:
    """A page of the parts that are not empty, apart by blank lines."""
    return "\n\n".join(part for part in (country, updated, theme, overview, text, notes) if part)


def read(page, **known):
    """The page read with the countries and themes of these tests."""
    return read_page(page, **{"themes": THEMES, "countries": COUNTRIES, **known})


def shown(text):
    """A text as one would type it: HTML with its marks in brackets."""
    return "".join(f"[{piece}]" if isinstance(piece, int) else piece for piece in text)


def bodies(page):
    return [shown(section.body) for section in read(page).sections]


def texts_of(profile):
    """Everything that may carry marks, in reading order."""
    return [*(fact.value for fact in profile.facts), *(section.body for section in profile.sections)]
