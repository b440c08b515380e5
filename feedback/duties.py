"""What happens later: editors hear that something arrived, pictures are drawn anew, and what was promised to be deleted is."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.budget import Budget
from feedback.file_names import visible
from feedback.models import Attachment, FeedbackMessage
from feedback.pictures import stripped
from feedback.redrawing import Undrawable, redrawn
from feedback.refusals import Refused
from feedback.storage import private_storage
from feedback.uploads import KINDS

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

MESSAGES_A_RUN = 50
PICTURES_TO_CHOOSE_FROM = 5
HOUR_SECONDS = 60 * 60
PERMANENT = 500  # from here on a mail server's answers are final (RFC 5321, 4.2.1)


def tell_editors() -> int:
    """Tell everybody who may handle feedback about each new message, without a word of it; how many messages are done.

    A message is claimed, told, and marked as told when each editor's mail was
    taken, or refused for good while another's was taken. An error that is not the
    message's own is never its last word: what is left is tried again, for those
    who were not told. A worker that dies in between may tell a message twice,
    with the same Message-ID.
    """
    editors = list(get_user_model().objects.with_perm("feedback.change_feedbackmessage").exclude(email=""))
    waiting = FeedbackMessage.objects.untold(timezone.now()).with_profile()[:MESSAGES_A_RUN] if editors else []
    if not waiting:
        return 0
    try:
        with get_connection() as connection:
            return sum(_tell(message, editors, connection) for message in waiting)
    except (OSError, SMTPException) as error:
        logger.warning("The mail server was not reached, editors are told later: %s", type(error).__name__)
        return 0


def _tell(message: FeedbackMessage, editors: Iterable["User"], connection: BaseEmailBackend) -> bool:
    """Claim the message and mail each editor on their own; whether nothing is left to do for it."""
    if not message.claim_telling():
        return False
    told_to, later = list(message.told_to), False
    try:
        for editor in (editor for editor in editors if editor.pk not in message.told_to):
            taken = _was_taken(_mail(message, editor.email, connection))
            told_to += [editor.pk] if taken else []
            later |= taken is None
    except (OSError, SMTPException):
        message.put_off_telling(told_to)
        raise
    if later:
        message.put_off_telling(told_to)
        return False
    message.end_telling(told_to)
    return bool(told_to)


def _was_taken(mail: EmailMessage) -> bool | None:
    """Whether the mail server took it, or refused it for good; None when it may take it later.

    One mailbox that is refused does not hold up the others. What hits them all, such as a broken connection, is raised.
    """
    try:
        return bool(mail.send())
    except SMTPRecipientsRefused as error:
        codes = [code for code, _answer in error.recipients.values()]
    except SMTPDataError as error:
        codes = [error.smtp_code]
    except ValueError:  # an address that is none
        codes = []
    logger.warning("An editor was not told of feedback, the mail server answered: %s", codes)
    return None if any(code < PERMANENT for code in codes) else False


def _mail(message: FeedbackMessage, address: str, connection: BaseEmailBackend) -> EmailMessage:
    link = settings.SITE_URL + reverse("admin:feedback_feedbackmessage_change", args=[message.pk])
    return EmailMessage(
        subject=visible(_("Feedback has arrived: %s") % message.profile),
        body=render_to_string("feedback/arrived.txt", {"message": message, "link": link}),
        to=[address],
        headers={
            "Message-ID": f"<feedback-{message.reference}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )


def redraw() -> int:
    """Draw one waiting picture anew, unless another worker of this machine is at one; how many are done with.

    One at a time: mails go out between two, and the memory is needed once.
    """
    waiting = list(Attachment.objects.undrawn(timezone.now()).select_related("message")[:PICTURES_TO_CHOOSE_FROM])
    if not waiting:
        return 0
    with private_storage().alone() as is_alone:
        mine = (picture for picture in waiting if is_alone and picture.claim_drawing())
        return sum(_redraw(picture) for picture in islice(mine, 1))


def _redraw(picture: Attachment) -> int:
    """1 when nothing is left to do for it; 0 for trouble that is not the picture's own: it is tried again in a while."""
    format = KINDS[picture.kind].format
    try:
        with picture.file.open("rb") as file:
            sent = file.read()
        # Looked through once more, should a decoder have been taken over by what it read.
        picture.make_ready(stripped(redrawn(sent, format), format, Budget()))
    except (Undrawable, Refused):
        picture.drop_undrawable()
    except OSError as error:
        if not private_storage().has_lost(str(picture.file)):
            logger.warning("A picture was not drawn anew, it is tried again later: %s", type(error).__name__)
            return 0
        picture.drop_lost()
    return 1


def sweep() -> int:
    """Delete what has been kept as long as promised, and what no message owns; how many messages and files."""
    return _forget_messages() + _forget_files() + _mend_store_hourly()


def _forget_messages() -> int:
    count = 0
    for message in FeedbackMessage.objects.expired(timezone.now()):
        message.forget()
        count += 1
    return count


def _forget_files() -> int:
    count = 0
    for found in FeedbackMessage.objects.with_expired_files(timezone.now()):
        count += found.forget_files()
    return count


def _mend_store_hourly() -> int:
    """Walk the whole store, but at most once an hour: the worker comes by every few seconds."""
    if not cache.add("feedback.duties.mend_store", True, timeout=HOUR_SECONDS):
        return 0
    return _delete_unowned_files() + _drop_rows_without_file()


def _delete_unowned_files() -> int:
    """Files of posts that died before their rows were stored. A post in progress is younger than an hour."""
    storage, count = private_storage(), 0
    for names in _in_batches(storage.names_older_than(HOUR_SECONDS)):
        owned = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        unowned = [name for name in names if name not in owned]
        storage.delete_all(unowned)
        count += len(unowned)
    return count


def _drop_rows_without_file() -> int:
    """Rows whose file was lost outside the site, such as after a backup that lacked it; a note says which."""
    storage, count = private_storage(), 0
    for attachment in Attachment.objects.select_related("message").iterator():
        if storage.has_lost(str(attachment.file)):
            attachment.drop_lost()
            count += 1
    return count


def _in_batches(names: Iterator[str], size: int = 500) -> Iterator[list[str]]:
    while batch := list(islice(names, size)):
        yield batch
