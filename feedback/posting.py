"""What a stranger's post may carry, decided while it comes in; and a check of its origin that loses no words.

Both need their say before the body is read. So the view is exempt from the
site's CSRF check, which reads the body first, and makes the same check itself
(Django's documentation, "Modifying upload handlers on the fly").
"""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]


class BoundedUpload(FileUploadHandler):
    """Hold files in memory up to the limits, and let the rest of a larger one run by.

    Memory, not a temporary file: what a person at risk sends touches the disk
    only after it was judged and stripped of metadata. `too_large` maps the form
    field of each file that was dropped to the file's name.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_large: dict[str, str] = {}
        self.kept_bytes = 0
        self.file = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        size = start + len(raw_data)
        if size > settings.FEEDBACK_MAX_FILE_BYTES or self.kept_bytes + size > settings.FEEDBACK_MAX_POST_BYTES:
            self.too_large[self.field_name or ""] = self.file_name or ""
            raise SkipFile
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept_bytes += file_size
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )


class _TellingCsrf(CsrfViewMiddleware):
    """Django's check, which leaves it to the view to refuse: only the view can give back what was typed."""

    def _reject(self, request: HttpRequest, reason: str) -> None:
        request.csrf_refused = True  # type: ignore[attr-defined]


def bounded_post(view: View) -> View:
    """Decorate a view that takes a stranger's form.

    ``request.too_large`` maps fields to names of files beyond the limits. The
    view must answer a post with ``request.csrf_refused`` set by 403 and store nothing.
    """
    checked = decorator_from_middleware(_TellingCsrf)(view)

    @csrf_exempt
    @wraps(view)
    def receive(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        upload = BoundedUpload(request)
        request.upload_handlers = [upload]
        request.too_large = upload.too_large  # type: ignore[attr-defined]
        request.csrf_refused = False  # type: ignore[attr-defined]
        return checked(request, *args, **kwargs)

    return receive
