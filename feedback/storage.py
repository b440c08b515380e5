"""Where readers' files lie: outside every web root, with no address."""

from typing import NoReturn

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files for permitted staff alone, handed out by a view that asks who is there.

    ``base_url=None`` would not do: Django then falls back to the media address.
    """

    def __init__(self) -> None:
        super().__init__(location=settings.PRIVATE_ROOT, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A private file has no address; link to the download view.")
