"""A mail server that really speaks SMTP, for every test that wants to see a mail arrive."""

import asyncio
import email
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

Answer = Callable[[str], str | None]


class MailServer:
    """A real SMTP server. ``answers`` maps a verb to a function of the recipient; None means the usual 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.verbs: list[str] = []
        self.answers: dict[str, Answer] = {}

    async def said(self, verb: str, recipient: str = "") -> str | None:
        """In another thread, so that an answer may look into the database, or take its time."""
        self.verbs.append(verb)
        if verb not in self.answers:
            return None
        return await asyncio.get_running_loop().run_in_executor(None, self._answer, verb, recipient)

    def _answer(self, verb: str, recipient: str) -> str | None:
        try:
            return self.answers[verb](recipient)
        finally:
            connection.close()

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:  # noqa: N802
        session.host_name = hostname
        await self.said("EHLO")
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = await self.said("MAIL") or "250 OK"
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = await self.said("RCPT", address) or "250 OK"
        if answer == "silence":
            server.transport.abort()
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        [recipient] = envelope.rcpt_tos
        mail = email.message_from_bytes(envelope.content, policy=default)
        self.mails.append(mail)  # before the answer: whoever dies waiting for it, the mail is here
        answer = await self.said("DATA", recipient)
        if answer and not answer.startswith(("2", "taken")):
            self.mails.remove(mail)
        if answer in ("silence", "taken, then silence"):
            server.transport.close()
            return "421 too late"
        return answer or "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Real SMTP on a port of this machine; Django's settings lead there."""
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    yield handler
    controller.stop()
