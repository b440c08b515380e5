"""What our mails say.

An announcement is worded once, for all who are owed it; their personal links
are filled in when it is handed over. Whatever goes into a subject is put on one
line first, so that nothing written in the admin can become a header.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications import links
from notifications.models import Announcement
from notifications.scope import Scope

# Stand-ins for what differs from reader to reader; ".invalid" (RFC 2606) so that a forgotten one leads nowhere.
MANAGE = "https://manage.invalid/"
LEAVE = "https://leave.invalid/"


class Unwritable(Exception):
    """What is stored cannot become a mail, however often it is tried; says why, and names no address."""


@dataclass(frozen=True)
class Wording:
    """A subject and the same text twice: plain, and as HTML."""

    subject: str
    text: str
    html: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Any) -> "Wording":
        """Raises Unwritable for a mail whose text is gone or has another shape."""
        match stored:
            case {"subject": str(subject), "text": str(text), "html": str(html)}:
                return cls(subject, text, html)
        raise Unwritable("it has no text that can be read")

    def filled(self, *, manage: str, leave: str) -> "Wording":
        """With one reader's own links."""
        return replace(
            self,
            text=self.text.replace(MANAGE, manage).replace(LEAVE, leave),
            html=self.html.replace(MANAGE, escape(manage)).replace(LEAVE, escape(leave)),
        )


def of_announcement(announcement: Announcement) -> Wording:
    """What all subscribers of a profile are told of one change, in the profile's language."""
    profile = announcement.profile
    with override(profile.language):
        title = str(Scope.of(profile))
        day = date_format(announcement.to_date)
        edition = announcement.edition or profile.live_edition
        subject = _("%(title)s updated %(date)s")
        if announcement.sets_back:
            subject = _("%(title)s, date corrected to %(date)s")
        elif announcement.is_of_the_same_day:
            subject = _("%(title)s updated again on %(date)s")
        return _worded(
            "announcement",
            subject % {"title": title, "date": day},
            title=title,
            day=day,
            day_before=date_format(announcement.from_date),
            sets_back=announcement.sets_back,
            is_again=announcement.is_of_the_same_day,
            note=announcement.edition.change_note if announcement.edition else "",
            profile_url=links.absolute(profile.get_absolute_url()),
            edition=edition,
            edition_url=links.absolute(edition.get_absolute_url()) if edition else "",
            manage_url=MANAGE,
            leave_url=LEAVE,
        )


def of_confirmation(scope: Scope, confirm_path: str) -> Wording:
    """What someone is asked who, as we were told, wants to follow something."""
    return _worded(
        "confirmation",
        _("Please confirm: updates on %s") % scope,
        scope=scope,
        confirm_url=links.absolute(confirm_path),
        days=links.CONFIRM_FOR.days,
    )


def of_link(manage_path: str) -> Wording:
    """A fresh link to manage subscriptions, for a subscriber whose last one had grown old."""
    return _worded("link", _("Your subscriptions"), manage_url=links.absolute(manage_path), days=links.MANAGE_FOR.days)


def one_line(text: str) -> str:
    """``text`` without line breaks and other controls, which have no place in a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _worded(name: str, subject: str, **context: object) -> Wording:
    context |= {"subject": one_line(subject), "site_name": settings.SITE_NAME, "site_url": links.absolute("/")}
    text = render_to_string(f"notifications/mails/{name}.txt", context)
    return Wording(
        one_line(subject), text.strip() + "\n", render_to_string(f"notifications/mails/{name}.html", context)
    )
