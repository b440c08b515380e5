"""A mail server that says one thing for ever, a little at a time: no wait for a piece of it is long."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count, repeat
from threading import Event, Thread
from typing import Any

import pytest

YES = {"greeting": b"220 hello\r\n", "EHLO": b"250 dripping\r\n", "DATA": b"354 go on\r\n"}
PIECES = {
    "lines": lambda: repeat(b"250-and further\r\n"),
    "bytes": lambda: chain(b"250-".split(b"|"), (bytes([97 + n % 26]) for n in count())),
}


class DrippingServer:
    """Answers as a server should until ``at`` is its turn, and drips from then on until it is left alone."""

    def __init__(self, at: str, pieces: str) -> None:
        self.at, self.pieces = at, pieces
        self.left_alone, self.closing = Event(), Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.socket.accept()
                with connection, suppress(OSError):
                    self.speak(connection)
                self.left_alone.set()

    def speak(self, connection: socket.socket) -> None:
        heard = connection.makefile("rb")
        self.say(connection, "greeting")
        for line in heard:
            verb = line[:4].decode().upper()
            self.say(connection, verb)
            if verb == "DATA":
                while heard.readline() not in (b".\r\n", b""):
                    pass
                self.say(connection, "text")

    def say(self, connection: socket.socket, verb: str) -> None:
        if verb != self.at:
            connection.sendall(YES.get(verb, b"250 yes\r\n"))
            return
        for piece in PIECES[self.pieces]():
            connection.sendall(piece)
            if self.closing.wait(0.02):
                return

    def close(self) -> None:
        self.closing.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


@pytest.fixture
def dripping_server(settings: Any) -> Iterator[Any]:
    """Start one, to which Django's settings lead: ``dripping_server("RCPT", "bytes")``."""
    started: list[DrippingServer] = []

    def start(at: str, pieces: str) -> DrippingServer:
        started.append(DrippingServer(at, pieces))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started[-1].port
        return started[-1]

    yield start
    for server in started:
        server.close()
