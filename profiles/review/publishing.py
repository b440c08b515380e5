"""What is asked of whoever publishes, and every reason to refuse it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.content import Content
from profiles.limits import CHANGE_NOTE, refusal
from profiles.review.checks import Level, Problem, check

FIRST_YEAR = 1900  # a date field takes "26" for the year 26


class Kind(TextChoices):
    """The two kinds of edition: substantive moves *Last updated* and is told; a correction does neither."""

    SUBSTANTIVE = "substantive", gettext_lazy("substantive")
    CORRECTION = "correction", gettext_lazy("correction")


class Unpublishable(Exception):
    """A publication was refused; ``problems`` holds every reason, and nothing was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Change:
    """What a publisher says about a new edition.

    ``confirmed`` is the tick against problems that a person has to have looked
    at, such as an "Ibid." whose predecessor changed. Raises ValueError for a
    correction with a date: no caller's slip may move *Last updated*.
    """

    kind: Kind
    note: str = ""
    last_updated: date | None = None
    confirmed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))  # a plain "correction" is one too
        object.__setattr__(self, "note", self.note.strip())
        if self.kind is Kind.CORRECTION and self.last_updated:
            raise ValueError("A correction carries no date: it does not move “Last updated”.")

    @classmethod
    def substantive(cls, *, on: date | None, note: str, confirmed: bool = False) -> "Change":
        return cls(Kind.SUBSTANTIVE, note, on, confirmed)

    @classmethod
    def correction(cls, *, note: str = "", confirmed: bool = False) -> "Change":
        return cls(Kind.CORRECTION, note, confirmed=confirmed)


def refusals(
    content: Content,
    change: Change,
    *,
    previous: Content | None,
    is_first: bool,
    is_live: bool,
    last_updated: date | None,
    today: date,
) -> list[Problem]:
    """Every reason not to publish ``content``; empty when it may be published.

    ``previous`` is the newest edition's content, None where there is none or
    it cannot be read; ``last_updated`` the date the public sees now, ``today``
    the day at the site.
    """
    of_content = [
        problem
        for problem in check(content, previous)
        if problem.level is Level.BLOCKS or (problem.level is Level.CONFIRM and not change.confirmed)
    ]
    of_change = (
        _of_correction(content, previous if is_live else None, is_first=is_first)
        if change.kind is Kind.CORRECTION
        else _of_substantive(change, last_updated, today)
    )
    if too_long := refusal(change.note, CHANGE_NOTE):
        of_change.append(("note-too-long", too_long))
    return [Problem(Level.BLOCKS, code, message) for code, message in of_change] + of_content


def _of_correction(content: Content, live: Content | None, *, is_first: bool) -> list[tuple[str, str]]:
    if is_first:
        return [("first-is-substantive", _("The first edition is substantive: give it a date and a change note."))]
    if content == live:
        return [("unchanged", _("Nothing has changed since the live edition, so there is nothing to correct."))]
    return []


def _of_substantive(change: Change, last_updated: date | None, today: date) -> list[tuple[str, str]]:
    found = []
    if not change.note:
        found.append(
            (
                "note-missing",
                _("A substantive edition needs a change note: one sentence that readers and subscribers will see."),
            )
        )
    if change.last_updated is None:
        found.append(("date-missing", _("A substantive edition needs a date for “Last updated”.")))
    else:
        found += refusals_of_date(change.last_updated, last_updated=last_updated, today=today)
    return found


def refusals_of_date(day: date, *, last_updated: date | None, today: date) -> list[tuple[str, str]]:
    """Every reason, with its code, why “Last updated” cannot become ``day``; asked wherever such a date is typed.

    ``last_updated`` is the date the public sees now; the same day again is
    welcome, for there can be more news on it.
    """
    if day > today:
        return [("date-in-future", _("“Last updated” cannot lie in the future; today is %s.") % date_format(today))]
    if last_updated and day < last_updated:
        text = _("“Last updated” is %s already and never goes back: choose that day or a later one.")
        return [("date-goes-back", text % date_format(last_updated))]
    if day.year < FIRST_YEAR:
        return [("date-too-old", _("“Last updated” cannot lie before %d; write the year in full.") % FIRST_YEAR)]
    return []
