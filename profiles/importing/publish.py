"""Which edition an imported page makes."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from profiles.models import Edition, Profile
from profiles.review.publishing import Change

from .destination import Refused
from .imported import ImportedProfile, Unreadable


def publish(profile: Profile, imported: ImportedProfile, *, note: str = "") -> Edition | None:
    """Publish the working copy that was just imported; None when the live edition says all of it already.

    The first edition and one whose date moves are substantive, any other is a
    correction. What a person would have to confirm is confirmed: an "Ibid." of
    the page stands behind the note that the page's author put before it.

    Raises Unreadable without a date, Refused when a moved date comes without a
    note or the profile was withdrawn, and Unpublishable as `Profile.publish` does.
    """
    day = _date(profile, imported, note)
    if day != profile.last_updated:
        return profile.publish(
            by=None, change=Change.substantive(on=day, note=note or _("First published."), confirmed=True)
        )
    if profile.live_edition and profile.live_edition.content == profile.content():
        return None
    return profile.publish(by=None, change=Change.correction(note=note, confirmed=True))


def _date(profile: Profile, imported: ImportedProfile, note: str) -> date:
    """What the edition will print as “Last updated”, if there may be one."""
    if profile.withdrawn_at:
        raise Refused(
            _("%(profile)s was withdrawn (“%(reason)s”): import it without --publish, and let an editor publish it.")
            % {"profile": profile, "reason": profile.withdrawal_reason}
        )
    if not imported.last_updated:
        raise Unreadable(
            imported.country.line if imported.country else 1,
            _("the page has no date, and an edition needs one."),
            _("Put “Last Updated: 18 October 2010” below the country's name."),
        )
    if profile.last_updated not in (None, imported.last_updated) and not note.strip():
        raise Refused(
            _(
                "“Last updated” moves from %(before)s to %(now)s, which subscribers are told: say with --note what is new."
            )
            % {"before": date_format(profile.last_updated), "now": date_format(imported.last_updated)}
        )
    return imported.last_updated
