"""Dates as pages write them. Numbers with slashes are not read: 3/4/2010 means two days."""

import re
from datetime import date

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
DASHES = re.compile("[\u2010-\u2015\u2212]")
SHAPES = [
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[a-z]{3,})\.?,?[\s-]+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[a-z]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"),
]


def read_date(text: str) -> date:
    """Read "18 October 2010", "October 18, 2010", "2010-10-18" and their like, with any dash.

    Raises ValueError for anything else, and for a day that no calendar has.
    """
    plain = DASHES.sub("-", text).strip(" .\t").lower()
    for shape in SHAPES:
        if found := shape.fullmatch(plain):
            return date(int(found["year"]), _month(found["month"]), int(found["day"]))
    raise ValueError(text)


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return next(number for number, name in enumerate((*MONTHS, text), start=1) if name.startswith(text))
