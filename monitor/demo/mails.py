"""Mails as Django's file backend left them: several to a file, a line of dashes after each.

A mail is known by its file's name and its place in it, counted from 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

END = b"\n" + b"-" * 79 + b"\n"  # written by django.core.mail.backends.filebased


@dataclass(frozen=True)
class Mail:
    file: str
    place: int
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self._header("Subject")

    @property
    def to(self) -> str:
        return self._header("To")

    @property
    def date(self) -> str:
        return self._header("Date")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value).strip()) for name, value in self.message.items()]

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _header(self, name: str) -> str:
        return str(self.message.get(name, "")).strip()  # a folded header may begin with a space

    def _part(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return part.get_content() if isinstance(part, EmailMessage) else ""


def newest_first(folder: Path) -> Iterator[Mail]:
    """Every mail in ``folder``, read as it is asked for."""
    files = sorted(folder.glob("*.log"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    for path in files:
        for place, raw in reversed(list(enumerate(_split(path), start=1))):
            yield _parse(path.stem, place, raw)


def find(folder: Path, file: str, place: int) -> Mail | None:
    """The mail at ``place`` of ``file``, which is a name without suffix or folder; None when there is none."""
    path = folder / f"{file}.log"
    raws = _split(path) if path.is_file() else []
    return _parse(file, place, raws[place - 1]) if 1 <= place <= len(raws) else None


def _split(path: Path) -> list[bytes]:
    """The mails of one file; one that is just being written has no end yet and is left for the next look."""
    return path.read_bytes().split(END)[:-1]


def _parse(file: str, place: int, raw: bytes) -> Mail:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)  # noqa: S101  # what this policy makes; tells the type checker
    return Mail(file, place, message)
