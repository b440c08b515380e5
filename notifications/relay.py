"""The mail server our mails are handed to, and what its answers mean.

SMTP has no exactly-once: when the line breaks after the text of a mail has
left, nobody knows whether it was taken. So an answer is sorted by what it
allows us to conclude, and by whose trouble it is: the server's, this mailbox's
or this text's (RFC 5321 §4.2.1, RFC 3463).
"""

import re
import smtplib
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from notifications import limits, line

ADDRESS = re.compile(r"<?[^\s<>:;,]+@[^\s<>:;,]+>?")
ENHANCED_CODE = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")
CODES = re.compile(r"\d{3}(?: \d\.\d{1,3}\.\d{1,3})?")
MAX_REASON = 300


class Outcome(Enum):
    """What is known of a mail after an attempt."""

    ACCEPTED = auto()
    TROUBLE = auto()  # the server's: it was not sent, through no fault of its own
    LATER = auto()  # not now: a full or busy mailbox
    NO_MAILBOX = auto()  # never: there is no such mailbox
    REFUSED_MAILBOX = auto()  # the mailbox takes nothing, perhaps for ever
    REFUSED = auto()  # this text, or we, are not welcome: no fault of the mailbox
    UNHEARD = auto()  # the text left, and no answer came


@dataclass(frozen=True)
class Answer:
    """An outcome, and the server's words without anybody's address."""

    outcome: Outcome
    text: str = ""

    @property
    def is_refusal(self) -> bool:
        return self.outcome in (Outcome.NO_MAILBOX, Outcome.REFUSED_MAILBOX, Outcome.REFUSED)

    @property
    def sort(self) -> str:
        """What makes two answers equal: the codes, where a mailbox is spoken of; words hold numbers and times."""
        if self.outcome in (Outcome.TROUBLE, Outcome.UNHEARD, Outcome.REFUSED):
            return self.outcome.name
        found = CODES.match(self.text)
        return f"{self.outcome.name} {found[0] if found else ''}"[:40]


class Relay:
    """One connection to the mail server of ``EMAIL_URL``, kept for a batch and renewed after it broke.

    Works with any of Django's backends; those that do not speak SMTP either
    take a mail or are in trouble. From ``open`` to the answer to ``take`` there
    is one deadline, which lies well within the lease of the message.
    """

    def __init__(self) -> None:
        speaks_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
        self.backend: Any = line.Backend() if speaks_smtp else get_connection()
        self.deadline: line.Deadline = getattr(self.backend, "deadline", line.Deadline())

    def __enter__(self) -> "Relay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.deadline.begin(limits.FAREWELL)
        try:
            self.backend.close()
        except OSError:
            self._hang_up()

    def open(self) -> Answer | None:
        """Make sure of a connection; an answer only when there is none to be had."""
        self.deadline.begin(limits.HANDING_OVER)
        try:
            if self.backend.open() and self._speaks_smtp:
                self.backend.connection.ehlo_or_helo_if_needed()  # now, not with the first mail
        except OSError as error:  # smtplib's are among them
            self._hang_up()
            return Answer(Outcome.TROUBLE, _words(error))
        return None

    def take(self, mail: EmailMessage) -> Answer:
        """Hand over one mail to one recipient."""
        try:
            self.backend.send_messages([mail])
        except OSError as error:
            answer = self._judge(error)
            if answer.outcome in (Outcome.TROUBLE, Outcome.UNHEARD):
                self._hang_up()
            else:
                self._begin_anew()
            return answer
        return Answer(Outcome.ACCEPTED)

    @property
    def _speaks_smtp(self) -> bool:
        return isinstance(self.backend, line.Backend)

    def _begin_anew(self) -> None:
        """After a refusal: what was said of its mail must not be taken for the next one's."""
        try:
            if self._speaks_smtp:
                self.backend.connection.rset()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        """Close the connection without a word: who is in trouble has no time for one."""
        if self._speaks_smtp:
            self.backend.drop()

    def _judge(self, error: Exception) -> Answer:
        match error:
            case smtplib.SMTPRecipientsRefused():
                [(code, words)] = error.recipients.values()
                return Answer(_about_mailbox(code, _text(words)), _said(code, words))
            case smtplib.SMTPDataError() if error.smtp_code > 0:  # else it said something that is no answer
                return Answer(_about_text(error.smtp_code), _said(error.smtp_code, error.smtp_error))
            case smtplib.SMTPSenderRefused():  # the sender, or we as a whole: a matter of settings
                return Answer(Outcome.TROUBLE, _said(error.smtp_code, error.smtp_error))
        text_left = self._speaks_smtp and self.backend.connection.text_left
        return Answer(Outcome.UNHEARD if text_left else Outcome.TROUBLE, _words(error))


def _about_mailbox(code: int, words: str) -> Outcome:
    """What an answer to RCPT means. A refusal by policy (5.7.x) or for space is not the mailbox's death."""
    if not _is_refusal(code):
        return Outcome.TROUBLE
    if code < 500:
        return Outcome.LATER
    enhanced = ENHANCED_CODE.search(words)
    subject, detail = enhanced.groups() if enhanced else ("", "")
    if subject == "7" or code in (552, 554):
        return Outcome.REFUSED
    if subject == "1" and detail in {"0", "1", "2", "3", "6", "10"}:
        return Outcome.NO_MAILBOX
    return Outcome.REFUSED_MAILBOX


def _about_text(code: int) -> Outcome:
    if not _is_refusal(code):
        return Outcome.TROUBLE
    return Outcome.LATER if code < 500 else Outcome.REFUSED


def _is_refusal(code: int) -> bool:
    """4xx and 5xx; but 421 closes the line, and 3xx is out of place where a yes or no is due (RFC 5321 §4.3.2)."""
    return 400 <= code <= 599 and code != 421


def _said(code: int, words: bytes | str) -> str:
    return _without_addresses(f"{code} {_text(words)}")


def _words(error: Exception) -> str:
    return _without_addresses(str(error) or type(error).__name__)


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _without_addresses(words: str) -> str:
    return ADDRESS.sub("…", " ".join(words[: 4 * MAX_REASON].split()))[:MAX_REASON]
