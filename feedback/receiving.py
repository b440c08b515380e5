"""A stranger's post, read within bounds and never in vain; and a check of its origin that loses no words.

Django refuses a post that is too large, has too many parts or cannot be read
to its end by an answer of one line, and whatever was typed is gone. Here all
that can be read of a post is read, at a cost bounded by its bytes; what is
missing is told to the view, which gives the words back.

Reading comes before the site's CSRF check, which would read the post itself.
So the view is exempt from it and makes the same check afterwards.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from io import BytesIO
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import FIELD, FILE, LazyStream, MultiPartParserError, Parser
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.datastructures import MultiValueDict
from django.utils.decorators import decorator_from_middleware
from django.utils.encoding import force_str
from django.utils.http import parse_header_parameters
from django.views.decorators.csrf import csrf_exempt

from feedback.file_names import plain_name

View = Callable[..., HttpResponseBase]

BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")  # RFC 2046, and somewhat longer ones as Django takes them
MOST_PARTS = 20_000  # a second of reading
PIECE = 64 * 1024  # bytes


class _NoFurther(Exception):
    """The rest of a post is not looked at."""


class _Body(Iterator[bytes]):
    """What is left to read of a request, in pieces: as much as it announced, and no more than ``most`` bytes."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        length = str(request.META.get("CONTENT_LENGTH", ""))
        self.announced = int(length) if length.isdecimal() else 0
        self.left = min(most, self.announced)
        self.request = request

    @property
    def is_whole(self) -> bool:
        """Whether all was read that was announced: nothing too much, and no connection that broke."""
        return self.announced == 0

    def __next__(self) -> bytes:
        piece: bytes = self.request.read(min(PIECE, self.left))
        if not piece:
            raise StopIteration
        self.left -= len(piece)
        self.announced -= len(piece)
        return piece


@dataclass
class Received:
    """What could be read of a post. `is_whole` says whether that was all of it."""

    fields: QueryDict = field(default_factory=lambda: QueryDict(mutable=True))
    files: MultiValueDict = field(default_factory=MultiValueDict)
    too_large: dict[str, str] = field(default_factory=dict)  # form field → name of the file that was dropped
    is_whole: bool = True
    file_count: int = 0
    text_bytes: int = 0
    file_bytes: int = 0

    @classmethod
    def from_request(cls, request: HttpRequest) -> "Received":
        """Read a form's post to its end. Of other kinds of content nothing is taken, as Django does."""
        received, body = cls(), _Body(request, settings.FEEDBACK_MAX_POST_BYTES * 4)
        try:
            if request.content_type == "multipart/form-data":
                received._read_parts(request, body)
            elif request.content_type == "application/x-www-form-urlencoded":
                received._read_pairs(body)
        except (_NoFurther, MultiPartParserError, SuspiciousOperation):
            received.is_whole = False
        _exhaust(body)  # who is still sending does not hear an answer
        received.is_whole &= body.is_whole
        return received

    def _read_pairs(self, body: _Body) -> None:
        pairs = self._text(body).split(b"&", MOST_PARTS)
        for name, _equals, value in (pair.partition(b"=") for pair in pairs[:MOST_PARTS]):
            name, value = (unquote_to_bytes(part.replace(b"+", b" ")) for part in (name, value))
            self.fields.appendlist(_decoded(name), _decoded(value))
        self.is_whole &= len(pairs) <= MOST_PARTS

    def _read_parts(self, request: HttpRequest, body: _Body) -> None:
        boundary = str(parse_header_parameters(request.META["CONTENT_TYPE"])[1].get("boundary", ""))
        if not BOUNDARY.fullmatch(boundary):
            raise _NoFurther
        parts = Parser(LazyStream(body), boundary.encode())  # type: ignore[arg-type]  # any iterator will do
        for number, (kind, headers, part) in enumerate(parts):
            if number > MOST_PARTS:
                raise _NoFurther
            disposition = headers.get("content-disposition", ("", {}))[1]
            name = force_str(disposition.get("name", ""), errors="replace").strip()
            if kind == FILE:
                given_name = force_str(disposition["filename"], errors="replace")
                self._read_file(name, given_name, headers.get("content-type", ("",))[0].strip(), part)
            elif kind == FIELD:
                self.fields.appendlist(name, _decoded(self._text(part)))
            _exhaust(part)

    def _text(self, pieces: Iterator[bytes]) -> bytes:
        """Text beyond the limit is cut: that it was is said, and what is there comes back."""
        left = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - self.text_bytes
        text = b"".join(_up_to(left, pieces))
        self.text_bytes += len(text)
        self.is_whole &= len(text) < left
        return text

    def _read_file(self, field: str, given_name: str, sent_as: str, part: LazyStream) -> None:
        """Hold a file in memory up to the limits, and let the rest of a larger one run by.

        Memory, not a temporary file: what a person at risk sends touches the disk
        only after it was judged and stripped of metadata.
        """
        self.file_count += 1
        if self.file_count > settings.FEEDBACK_MAX_FILES:
            return
        left = min(settings.FEEDBACK_MAX_FILE_BYTES, settings.FEEDBACK_MAX_POST_BYTES - self.file_bytes)
        content = b"".join(_up_to(left + 1, part))
        if len(content) > left:
            self.too_large[field] = given_name
            return
        self.file_bytes += len(content)
        file = InMemoryUploadedFile(BytesIO(content), field, plain_name(given_name), sent_as, len(content), None)
        self.files.appendlist(field, file)


def _decoded(text: bytes) -> str:
    """UTF-8, as our pages ask for; else each byte as a letter, so that none is lost (ISO 8859-1)."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _up_to(most: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The first ``most`` bytes of ``chunks``."""
    while most > 0 and (chunk := next(chunks, b"")):
        yield chunk[:most]
        most -= len(chunk)


def _exhaust(chunks: Iterator[bytes]) -> None:
    deque(chunks, maxlen=0)


class _TellingCsrf(CsrfViewMiddleware):
    """Django's check, which leaves it to the view to refuse: only the view can give back what was typed."""

    def _reject(self, request: HttpRequest, reason: str) -> None:
        request.csrf_refused = True  # type: ignore[attr-defined]


def bounded_post(view: View) -> View:
    """Decorate a view that takes a stranger's form.

    ``request.received`` tells what of a post could be read; POST and FILES hold
    it. The view must answer a post that is not whole, or has ``request.csrf_refused``
    set, by giving back the words and store nothing.
    """
    checked = decorator_from_middleware(_TellingCsrf)(view)

    @csrf_exempt
    @wraps(view)
    def receive(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        request.csrf_refused = False  # type: ignore[attr-defined]
        if request.method == "POST":
            received = request.received = Received.from_request(request)  # type: ignore[attr-defined]
            request._post, request._files = received.fields, received.files  # type: ignore[attr-defined]  # as Django's reader does
        return checked(request, *args, **kwargs)

    return receive
