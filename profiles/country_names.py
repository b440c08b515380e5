"""Countries by name: as pages write them, and as readers type them.

Names are compared as a reader would: accents, apostrophes, case and inversion
tell nothing apart. Whatever name the importer takes, the finder takes too.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiles.models import Country

SMALL_WORDS = {"and", "of", "the"}
FEWEST_LETTERS = 4  # that may stand for the whole: "UK" does not begin Ukraine
MOST_LETTERS = 100  # of a name that is typed
MOST_SUGGESTIONS = 6

# What pages and readers call, or called, a country whose name here is another: by ISO code.
OTHER_NAMES = {
    "BFA": ["Upper Volta"],
    "BRN": ["Brunei"],
    "CIV": ["Ivory Coast"],
    "COD": ["DR Congo", "DRC", "Democratic Republic of Congo", "Congo (Kinshasa)", "Zaire"],
    "COG": ["Congo", "Republic of Congo", "Congo (Brazzaville)"],
    "CPV": ["Cape Verde"],
    "CZE": ["Czech Republic"],
    "FSM": ["Micronesia"],
    "GBR": ["UK", "Great Britain", "Britain"],
    "IRN": ["Islamic Republic of Iran"],
    "KOR": ["South Korea"],
    "LAO": ["Laos", "Lao People's Democratic Republic"],
    "LKA": ["Ceylon"],
    "MDA": ["Republic of Moldova"],
    "MKD": ["Macedonia", "Macedonia FYR", "FYR Macedonia", "Former Yugoslav Republic of Macedonia"],
    "MMR": ["Burma", "Myanmar/Burma", "Burma/Myanmar", "Myanmar (Burma)"],
    "NLD": ["Holland"],
    "PRK": ["North Korea", "DPRK"],
    "PSE": ["Palestine"],
    "RUS": ["Russia"],
    "STP": ["São Tomé e Príncipe"],
    "SWZ": ["Swaziland"],
    "SYR": ["Syrian Arab Republic"],
    "TLS": ["East Timor"],
    "TUR": ["Turkey"],
    "TZA": ["United Republic of Tanzania"],
    "USA": ["United States of America", "USA", "US"],
    "VAT": ["Vatican", "Vatican City"],
    "VEN": ["Bolivarian Republic of Venezuela"],
    "VNM": ["Vietnam"],
}


@dataclass(frozen=True)
class Found:
    """The one country meant, or those that may be meant, the likeliest first."""

    one: "Country | None" = None
    perhaps: "Sequence[Country]" = ()


def folded(name: str) -> str:
    """The letters and digits of ``name`` alone, in words: equal for what a reader takes for the same name."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    without_apostrophes = re.sub("['\u2018\u2019\u02bc`\u00b4\u2032]", "", letters.casefold().replace("&", " and "))
    words = re.sub(r"[\W_]+", " ", without_apostrophes).split()
    return " ".join(["saint" if word == "st" else word for word in words]).removeprefix("the ")


def spellings(name: str) -> list[str]:
    """``name`` folded, and turned round where it is inverted: "Congo, Republic of the"."""
    first, _comma, rest = name.partition(", ")
    return [folded(name), *([folded(f"{rest} {first}")] if rest else [])]


def other_names(country: "Country") -> list[str]:
    """What else ``country`` is called, or was, folded."""
    return [folded(name) for name in OTHER_NAMES.get(country.iso3, ())]


def find(typed: str, countries: "Iterable[Country]") -> Found:
    """Which of ``countries`` is meant by a name, an ISO code, initials (DRC), or a part that fits only one."""
    wanted, among = folded(typed[:MOST_LETTERS]), sorted(countries, key=lambda country: folded(country.name))
    if not wanted:
        return Found()
    ways: list[Callable[[Country], bool]] = [
        lambda country: wanted in spellings(country.name),
        lambda country: wanted.upper() in (country.iso2, country.iso3),
        lambda country: len(wanted) > 1 and wanted == _initials(country.name),
    ]
    for fits in ways:
        if fitting := [country for country in among if fits(country)]:
            return _found(fitting)
    if renamed := [country for country in among if wanted in other_names(country)]:
        # "Congo" is one country's other name and the beginning of two names.
        return _found([*renamed, *(one for one in among if folded(one.name).startswith(wanted) and one not in renamed)])
    parts = [country for country in among if _is_part(wanted, country.name)]
    return (
        _found(parts) if len(parts) == 1 and len(wanted) >= FEWEST_LETTERS else _asked(parts or _alike(wanted, among))
    )


def _found(fitting: "list[Country]") -> Found:
    return Found(fitting[0]) if len(fitting) == 1 else _asked(fitting)


def _asked(fitting: "list[Country]") -> Found:
    return Found(perhaps=fitting[:MOST_SUGGESTIONS])


def _initials(name: str) -> str:
    return "".join(word[0] for word in spellings(name)[-1].split() if word not in SMALL_WORDS)


def _is_part(wanted: str, name: str) -> bool:
    """Whether each word that was typed begins a word of the name."""
    words = folded(name).split()
    return all(any(word.startswith(part) for word in words) for part in wanted.split())


def _alike(wanted: str, among: "Sequence[Country]") -> "list[Country]":
    """Those spelt nearly so, then those that share a word."""
    by_name = {folded(country.name): country for country in among}
    spelt = get_close_matches(wanted, by_name, n=MOST_SUGGESTIONS)
    words = set(wanted.split()) - SMALL_WORDS
    sharing = [name for name in by_name if words & set(name.split())]
    return [by_name[name] for name in dict.fromkeys([*spelt, *sharing])]
