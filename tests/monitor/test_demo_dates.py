"""What the demonstration says of joining and leaving the two treaties, held to the acts of each country.

``treaty-facts.csv`` is a frozen extract, position of 20 February 2026: the
United Nations Treaty Collection, chapters XXVI-5 and XXVI-6, with the later
acts announced by the campaign and the conventions. Entry into force is not in
it: both treaties bind from the first day of the sixth month after the month of
deposit (Mine Ban Treaty, Article 17; Convention on Cluster Munitions, Article
17), and no state before they entered into force themselves.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from monitor.demo import loading

FIRST = {"Mine Ban Treaty": date(1999, 3, 1), "Convention on Cluster Munitions": date(2010, 8, 1)}
TREATY = "|".join(FIRST)
THEMES = {"cluster-munition-ban-policy": "Convention on Cluster Munitions"}  # of the others: the Mine Ban Treaty
DATE = r"(?P<date>\d{1,2} [A-Z][a-z]+ \d{4})"
SAYINGS = {  # an act, and the words before its date
    "signed": rf"signed(?: and ratified)?(?: the (?:{TREATY}))?(?: in Oslo)? on|signatory of the (?:{TREATY}) since",
    "ratification": rf"[Rr]atified(?: the (?:{TREATY}))? on|instrument of ratification(?: was deposited)? on",
    "acceptance": r"instrument of acceptance on",
    "accession": rf"acceded(?: to the (?:{TREATY}))? on",
    "in force": rf"(?:State Party(?: to the (?:{TREATY}))?|and to the (?:{TREATY})) (?:since|from|on)"
    r"|into force for \w+ on|has bound it since",
    "notified": r"withdrawal(?: was)? notified on|(?:notice|instrument) of withdrawal on",
    "withdrawn": rf"with effect from|to take effect on|withdrawal took effect on|left the treaty on|State Party until"
    rf"|State Party to the (?:{TREATY}) from \d+ \w+ \d+ to",
}


@dataclass(frozen=True)
class Saying:
    treaty: str
    act: str
    on: date
    words: str


def months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def acts_by_country() -> dict[tuple[str, str], dict[str, date]]:
    """The dates of a country's acts under a treaty, by country code and treaty; an act that never was is not there."""
    with (Path(__file__).parent / "treaty-facts.csv").open(encoding="utf-8", newline="") as file:
        return {(row["country"], row["treaty"]): acts_of(row) for row in csv.DictReader(file)}


def acts_of(row: dict[str, str]) -> dict[str, date]:
    days = {field: date.fromisoformat(row[field]) for field in ("signed", "deposited", "withdrawn") if row[field]}
    if deposited := days.pop("deposited", None):
        days[row["action"]] = deposited
        days["in force"] = max(months_later(deposited.replace(day=1), 6), FIRST[row["treaty"]])
    if "withdrawn" in days:
        days["notified"] = months_later(days["withdrawn"], -6)
    return days


ACTS = acts_by_country()
POLICIES = [page for page in loading.pages() if page.theme.endswith("-ban-policy")]


def sayings(page: loading.Page) -> Iterator[Saying]:
    """Each date that ``page`` gives for an act, under the treaty named last before it in its paragraph."""
    for paragraph in [*page.path.read_text(encoding="utf-8").splitlines(), page.change_note]:
        for act, before in SAYINGS.items():
            for found in re.finditer(rf"(?:{before}) {DATE}", paragraph):
                named = re.findall(TREATY, paragraph[: found.end()])
                treaty = named[-1] if named else THEMES.get(page.theme, "Mine Ban Treaty")
                yield Saying(treaty, act, datetime.strptime(found["date"], "%d %B %Y").date(), found[0])


@pytest.mark.parametrize("page", loading.pages(), ids=lambda page: page.path.stem)
def test_what_a_page_says_of_joining_and_leaving_is_what_was_deposited(page):
    said = list(sayings(page))
    assert [saying for saying in said if ACTS[page.country, saying.treaty].get(saying.act) != saying.on] == []


@pytest.mark.parametrize("page", POLICIES, ids=lambda page: page.path.stem)
def test_a_page_of_policy_dates_each_act_of_its_country(page):
    """So that no sentence leaves the test above by being worded anew."""
    treaty = THEMES.get(page.theme, "Mine Ban Treaty")
    said = {saying.act for saying in sayings(page) if saying.treaty == treaty}
    assert set(ACTS[page.country, treaty]) - {"notified"} <= said
