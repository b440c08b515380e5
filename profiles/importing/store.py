"""An `ImportedProfile` becomes a working copy, and where asked for an edition.

Rows that stay what they are keep their keys and are not written, so importing a
file twice writes nothing. What was edited since the last import is never
overwritten unasked.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from profiles import limits
from profiles.models import Country, EditedMeanwhile, Fact, Footnote, Profile, Section, Theme
from profiles.review.publishing import refusals_of_date

from .destination import Refused
from .imported import ImportedProfile
from .rows import Rows, rows_for


class EditedSinceImport(Refused):
    """The working copy holds somebody's work, which is not replaced unasked."""

    def __init__(self, profile: Profile) -> None:
        said = {"profile": profile, "name": profile.edited_by, "time": profile.edited_at and _moment(profile.edited_at)}
        if profile.edited_by:
            work = _("%(profile)s was edited by %(name)s on %(time)s, after its last import") % said
        elif profile.edited_at:
            work = _("%(profile)s was edited on %(time)s, after its last import") % said
        else:
            work = _("%(profile)s has a text that was not imported") % said
        super().__init__(_("%s; say --replace to put the page in the place of that work.") % work)


@dataclass(frozen=True)
class Stored:
    """What an import did to a working copy."""

    profile: Profile
    is_new: bool
    is_changed: bool
    facts: Rows[Fact]
    sections: Rows[Section]
    notes: Rows[Footnote]


@transaction.atomic
def store(imported: ImportedProfile, *, country: Country, theme: Theme, replace: bool = False) -> Stored:
    """Make the working copy say what was imported; the profile is made if there is none.

    Raises Refused, with nothing stored, when the working copy was edited since
    its last import and ``replace`` is not set, is saved by somebody else just
    now, could not be published with its date, or has a text that is too long.
    """
    found, is_new = Profile.objects.get_or_create(country=country, theme=theme, language=settings.LANGUAGE_CODE)
    profile = Profile.objects.select_for_update().get(pk=found.pk)
    _judge_date(profile, imported)
    is_edited = _is_edited(profile)
    kinds = rows_for(profile, imported)
    _judge_lengths(imported, kinds)
    is_changed = any([*(rows.differ() for rows in kinds), _take_over(profile, imported)])
    if is_changed and is_edited and not replace:
        raise EditedSinceImport(profile)
    if is_changed:
        _write(profile, kinds)
    return Stored(profile, is_new, is_changed, *kinds)


def _judge_date(profile: Profile, imported: ImportedProfile) -> None:
    if day := imported.last_updated:
        for _code, reason in refusals_of_date(day, last_updated=profile.last_updated, today=timezone.localdate()):
            said = {"profile": profile, "day": date_format(day), "reason": reason}
            raise Refused(_("%(profile)s has the date %(day)s. %(reason)s") % said)


def _judge_lengths(imported: ImportedProfile, kinds: tuple[Rows[Fact], Rows[Section], Rows[Footnote]]) -> None:
    facts, sections, notes = kinds
    texts = [
        (_("overview heading"), imported.overview_heading, limits.OVERVIEW_HEADING),
        *((fact.topic.label, fact.value, limits.FACT) for fact in facts.written()),
        *((_("heading"), section.heading, limits.HEADING) for section in sections.written()),
        *((str(section)[:70], section.body, limits.BODY) for section in sections.written()),
        *((str(note), note.text, limits.NOTE) for note in notes.written()),
    ]
    for place, text, longest in texts:
        if reason := limits.refusal(text, longest):
            raise Refused(_("“%(place)s”: %(reason)s") % {"place": place, "reason": reason})


def _is_edited(profile: Profile) -> bool:
    """Whether there is work in it that no import brought."""
    has_text = profile.facts.exists() or profile.sections.exists() or profile.footnotes.exists()
    return has_text and profile.content().digest() != profile.imported_digest


def _take_over(profile: Profile, imported: ImportedProfile) -> bool:
    """Set the heading and the proposed date; whether they differ from what is stored."""
    before = profile.overview_heading, profile.proposed_date
    profile.overview_heading = imported.overview_heading
    if day := imported.last_updated:
        profile.proposed_date = None if day == profile.last_updated else day
    return before != (profile.overview_heading, profile.proposed_date)


def _write(profile: Profile, kinds: tuple[Rows[Fact], Rows[Section], Rows[Footnote]]) -> None:
    try:
        profile.claim(profile.lock_version, by=None)
    except EditedMeanwhile as error:
        raise Refused(_("Somebody is saving this working copy just now; import the page again.")) from error
    for rows in kinds:
        rows.write()
    profile.imported_digest = profile.content().digest()
    profile.save(update_fields=["overview_heading", "proposed_date", "imported_digest"])


def _moment(time: datetime) -> str:
    return date_format(localtime(time), "DATETIME_FORMAT")
