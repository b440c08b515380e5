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

from django.core.mail import EmailMessage, get_connection

# How long to wait for the answer to a mail's text. RFC 5321 §4.5.3.2.6 would have ten minutes, but the lease
# of the message must outlive the wait, and a dead worker's message should not lie for so long.
ANSWER_SECONDS = 30
ADDRESS = re.compile(r"<?[^\s<>:;,]+@[^\s<>:;,]+>?")
ENHANCED_CODE = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")
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


class Relay:
    """One connection to the mail server of ``EMAIL_URL``, kept for a batch and renewed after it broke.

    Works with any of Django's backends; those that do not speak SMTP either
    take a mail or are in trouble.
    """

    def __init__(self) -> None:
        self.backend = get_connection()
        self.text_left = False

    def __enter__(self) -> "Relay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def open(self) -> Answer | None:
        """Make sure of a connection; an answer only when there is none to be had."""
        try:
            if self.backend.open():
                self._greet_and_listen()
        except (OSError, smtplib.SMTPException) as error:
            self.hang_up()
            return Answer(Outcome.TROUBLE, _words(error))
        return None

    def take(self, mail: EmailMessage) -> Answer:
        """Hand over one mail to one recipient."""
        self.text_left = False
        try:
            self.backend.send_messages([mail])
        except (OSError, smtplib.SMTPException) as error:
            answer = self._judge(error)
            if answer.outcome in (Outcome.TROUBLE, Outcome.UNHEARD):
                self.hang_up()
            return answer
        return Answer(Outcome.ACCEPTED)

    def hang_up(self) -> None:
        """Close the connection, in whatever state it is."""
        try:
            self.backend.close()
        except (OSError, smtplib.SMTPException):
            self.backend.connection = None  # type: ignore[attr-defined]

    def _greet_and_listen(self) -> None:
        """Say hello now, not with the first mail; and notice when a mail's text begins to leave.

        smtplib raises the same error whether the line broke before or after that.
        """
        smtp: Any = getattr(self.backend, "connection", None)
        if not hasattr(smtp, "data"):
            return
        smtp.ehlo_or_helo_if_needed()
        send_text, usual_seconds = smtp.data, smtp.sock.gettimeout()

        def data(text: Any) -> Any:
            self.text_left = True
            smtp.sock.settimeout(ANSWER_SECONDS)
            answer = send_text(text)
            smtp.sock.settimeout(usual_seconds)
            return answer

        smtp.data = data

    def _judge(self, error: Exception) -> Answer:
        match error:
            case smtplib.SMTPRecipientsRefused():
                [(code, words)] = error.recipients.values()
                return Answer(_about_mailbox(code, _text(words)), _said(code, words))
            case smtplib.SMTPDataError():
                return Answer(_about_text(error.smtp_code), _said(error.smtp_code, error.smtp_error))
            case smtplib.SMTPResponseException():  # the sender, or we as a whole, are refused: a matter of settings
                return Answer(Outcome.TROUBLE, _said(error.smtp_code, error.smtp_error))
        return Answer(Outcome.UNHEARD if self.text_left else Outcome.TROUBLE, _words(error))


def _about_mailbox(code: int, words: str) -> Outcome:
    """What an answer to RCPT means. A refusal by policy (5.7.x) or for space is not the mailbox's death."""
    if code == 421:
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
    if code == 421:
        return Outcome.TROUBLE
    return Outcome.LATER if code < 500 else Outcome.REFUSED


def _said(code: int, words: bytes | str) -> str:
    return _without_addresses(f"{code} {_text(words)}")


def _words(error: Exception) -> str:
    return _without_addresses(str(error) or type(error).__name__)


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _without_addresses(words: str) -> str:
    return ADDRESS.sub("…", " ".join(words[: 4 * MAX_REASON].split()))[:MAX_REASON]
