"""From a message in the outbox to a mail on the line: the same mail each time it is asked for."""

from email.header import Header
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp
from django.utils.functional import cached_property
from django.utils.translation import override

from notifications import links
from notifications.addresses import clean_address
from notifications.models import Announcement, Message
from notifications.wording import Unwritable, Wording

MAX_ENCODED_LINE = 74  # characters; RFC 2047 §2 has 76, and the standard library runs over by two


class Mail(EmailMultiAlternatives):
    """Built once: what was found good is what is handed over.

    The standard library folds at 78 characters, and what cannot be parted there
    (a link, a word in another script) leaves the first line empty, which some
    old programs show as an empty subject. So lines may be as long as they need
    (RFC 5322 §2.1.1: 998), and a subject of encoded words is folded by its own rule (RFC 2047 §2).
    """

    @cached_property
    def _built(self) -> Any:
        built = super().message()
        built.policy = built.policy.clone(max_line_length=998)
        subject = str(self.subject)
        if not subject.isascii():
            subject = Header(subject, maxlinelen=MAX_ENCODED_LINE, header_name="Subject").encode()
        built.replace_header("Subject", subject)
        return built

    def message(self, **options: Any) -> Any:
        return self._built


def mail_for(message: Message, address: str) -> Mail:
    """``message`` to ``address``: one recipient, one Message-ID however often it is sent.

    Raises Unwritable when the message itself is at fault: no text that can be
    read, no address that can be written to.
    """
    wording, headers = _wording_and_headers(message)
    mail = Mail(
        wording.subject,
        wording.text,
        settings.DEFAULT_FROM_EMAIL,
        [_mailbox(address)],
        headers={**_headers(message), **headers},
    )
    mail.attach_alternative(wording.html, "text/html")
    mail.encoding = utf8_charset_qp  # short ASCII lines: no relay on the way has a reason to touch a signed mail
    mail.message()  # what cannot become a mail shows here, before anything is handed over
    return mail


def _mailbox(address: str) -> str:
    """The last door: whatever the way into the database, it is one mailbox."""
    try:
        return clean_address(address)
    except ValidationError as error:
        raise Unwritable("the address is none") from error


def _wording_and_headers(message: Message) -> tuple[Wording, dict[str, str]]:
    announcement = message.announcement
    if announcement is None or message.subscriber is None:
        return Wording.from_json(message.wording), {}
    key, profile = message.subscriber.key, announcement.profile
    with override(profile.language):
        wording = Wording.from_json(announcement.wording).filled(
            manage=links.absolute(links.manage_path(key, message.created_at)),
            leave=links.absolute(links.leave_path(key, profile)),
        )
        return wording, _list_headers(announcement, links.absolute(links.one_click_path(key, profile)))


def _headers(message: Message) -> dict[str, str]:
    return {
        "Message-ID": f"<{message.key.hex}@{links.host()}>",
        "Date": format_datetime(message.created_at),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no answering machine should answer
    }


def _list_headers(announcement: Announcement, one_click: str) -> dict[str, str]:
    """RFC 2919: the list is the profile, named by what does not change. RFC 8058: one button ends it."""
    profile = announcement.profile
    return {
        "List-Id": f"<{profile.country.iso3.lower()}.{profile.theme.slug}.{profile.language}.{links.host()}>",
        "List-Unsubscribe": f"<{one_click}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
