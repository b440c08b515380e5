"""Names as people type them, and the countries they may mean."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiles.models import Country

SMALL_WORDS = {"and", "of", "the"}
FEWEST_LETTERS = 4  # that may stand for the whole: "UK" does not begin Ukraine
MOST_LETTERS = 100
MOST_SUGGESTIONS = 6


@dataclass(frozen=True)
class Found:
    """The one country meant, or those that may be meant, the likeliest first."""

    one: "Country | None" = None
    perhaps: "Sequence[Country]" = ()


def plain(name: str) -> str:
    """A name by its letters alone: no accents, no capitals, no punctuation. Good for comparing and for sorting."""
    letters = unicodedata.normalize("NFKD", name[:MOST_LETTERS].replace("’", "").replace("'", "")).casefold()
    bare = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.split())


def find(typed: str, countries: "Iterable[Country]") -> Found:
    """Which of ``countries`` is meant by a name, an ISO code, initials (DRC), or a part that fits only one."""
    wanted, among = plain(typed), sorted(countries, key=lambda country: plain(country.name))
    if not wanted:
        return Found()
    ways: list[Callable[[Country], bool]] = [
        lambda country: wanted in (plain(country.name), plain(straight(country.name))),
        lambda country: wanted.upper() in (country.iso2, country.iso3),
        lambda country: len(wanted) > 1 and wanted == _initials(country.name),
        lambda country: _is_part(wanted, country.name),
    ]
    for fits in ways:
        fitting = [country for country in among if fits(country)]
        if len(fitting) == 1 and (fits is not ways[-1] or len(wanted) >= FEWEST_LETTERS):
            return Found(fitting[0])
        if fitting:
            return Found(perhaps=fitting[:MOST_SUGGESTIONS])
    return Found(perhaps=_alike(wanted, among))


def straight(name: str) -> str:
    """A name the way it is spoken: "Korea, Republic of" is Republic of Korea."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma else name


def _initials(name: str) -> str:
    return "".join(word[0] for word in plain(straight(name)).split() if word not in SMALL_WORDS)


def _is_part(wanted: str, name: str) -> bool:
    """Whether each word that was typed begins a word of the name."""
    words = plain(name).split()
    return all(any(word.startswith(part) for word in words) for part in wanted.split())


def _alike(wanted: str, among: "Sequence[Country]") -> "list[Country]":
    """Those spelt nearly so, then those that share a word."""
    by_name = {plain(country.name): country for country in among}
    spelt = get_close_matches(wanted, by_name, n=MOST_SUGGESTIONS)
    words = set(wanted.split()) - SMALL_WORDS
    sharing = [name for name in by_name if words & set(name.split())]
    return [by_name[name] for name in dict.fromkeys([*spelt, *sharing])][:MOST_SUGGESTIONS]
