"""SMTP as Django's backend speaks it, with one deadline for all of a mail's way and answers judged by their first digit.

The standard library limits each wait for each piece of an answer; a server that
says little, but says it all the time, holds such a client for ever. And it takes
250 alone for a yes, where every 2xx is one (RFC 5321 §4.3.2).
"""

import re
import smtplib
from datetime import timedelta
from functools import partial
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Deadline:
    """A moment after which nobody waits any longer, told by a clock that nobody sets."""

    def __init__(self, span: timedelta = timedelta()) -> None:
        self.begin(span)

    def begin(self, span: timedelta) -> None:
        self.ends_at = monotonic() + span.total_seconds()

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.ends_at

    def seconds_left(self) -> float:
        """Raises TimeoutError when none are."""
        if (left := self.ends_at - monotonic()) <= 0:
            raise TimeoutError("It took too long.")
        return left


class Backend(EmailBackend):
    """Django's SMTP backend, whose lines share one deadline. To connect takes ``EMAIL_TIMEOUT`` at most."""

    _partial_connection: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.deadline = Deadline()

    @property
    def connection_class(self) -> Any:
        return partial(EncryptedLine if self.use_ssl else Line, self.deadline)

    def drop(self) -> None:
        """Close the connection without a word, in whatever state it is."""
        for line in (self.connection, self._partial_connection):
            if line is not None:
                line.close()
        self.connection = self._partial_connection = None


class Line(smtplib.SMTP):
    """One connection. ``text_left`` says whether the text of the last mail had begun to leave."""

    def __init__(self, deadline: Deadline, *args: Any, **options: Any) -> None:
        self.deadline = deadline
        self.text_left = False
        super().__init__(*args, **options)

    def send(self, s: Any) -> None:
        if self.sock:
            self.sock.settimeout(self.deadline.seconds_left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = BufferedReader(_Bytes(self))
        return super().getreply()

    def sendmail(self, from_addr: str, to_addrs: Any, msg: Any, *_options: Any, **_more: Any) -> dict:
        """Hand over one mail to one recipient. Raises what smtplib raises where the answer is not a yes."""
        [recipient] = to_addrs
        self.text_left = False
        self.ehlo_or_helo_if_needed()
        code, words = self.mail(from_addr, [f"size={len(msg)}"] if self.has_extn("size") else [])
        if not _is_yes(code):
            raise smtplib.SMTPSenderRefused(code, words, from_addr)
        code, words = self.rcpt(recipient)
        if not _is_yes(code):
            raise smtplib.SMTPRecipientsRefused({recipient: (code, words)})
        code, words = self.data(msg)
        if not _is_yes(code):
            raise smtplib.SMTPDataError(code, words)
        return {}

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, words = self.docmd("data")
        if code != 354:
            raise smtplib.SMTPDataError(code, words)
        text = LEADING_DOT.sub(b"..", msg)
        self.text_left = True
        self.send(text + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return self.getreply()


class EncryptedLine(Line, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class _Bytes(RawIOBase):
    """What arrives, piece by piece; each piece is waited for until the deadline, however many there are."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        connection: Any = self.line.sock
        connection.settimeout(self.line.deadline.seconds_left())
        return int(connection.recv_into(buffer))


def _is_yes(code: int) -> bool:
    return 200 <= code <= 299
