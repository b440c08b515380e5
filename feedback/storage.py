"""Where readers' files lie: outside every web root, with no address."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, storages

FOLDER = "feedback"


class NoRoom(OSError):
    """The disk is nearly full; nothing was stored."""


class QuotaUsedUp(NoRoom):
    """What strangers may send in a day has been sent, by all of them or from this network; nothing was stored."""


class PrivateStorage(FileSystemStorage):
    """Files for permitted staff alone, handed out by a view that asks who is there.

    ``base_url=None`` would not do: Django then falls back to the media address.
    """

    def __init__(self) -> None:
        super().__init__(location=settings.PRIVATE_ROOT, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("A private file has no address; link to the download view.")

    def save_all(self, bodies: Iterable[bytes]) -> list[str]:
        """Store each under a random name; all of them or, raising OSError, none."""
        names: list[str] = []
        try:
            for body in bodies:
                names.append(self.save(random_name(), ContentFile(body)))
        except BaseException:
            self.delete_all(names)
            raise
        return names

    def delete_all(self, names: Iterable[str]) -> None:
        for name in names:
            self.delete(name)

    def names_older_than(self, seconds: int) -> Iterator[str]:
        """Every file under FOLDER that nobody can be writing any more, half-written ones included."""
        limit = time.time() - seconds
        for folder, _folders, files in os.walk(self.path(FOLDER)):
            for path in (Path(folder, file) for file in files):
                with suppress(FileNotFoundError):  # another sweeper was faster
                    if path.stat().st_mtime < limit:
                        yield path.relative_to(self.location).as_posix()

    def has_lost(self, name: str) -> bool:
        """Whether a stored file is gone while its folder is there.

        Folders outlive their files, so a missing folder means that the whole
        store is elsewhere (a volume not mounted), and nothing is lost yet.
        """
        path = Path(self.path(name))
        return path.parent.is_dir() and not path.exists()

    def check_room(self, size: int) -> None:
        """Raise NoRoom when ``size`` bytes more would leave the disk with less than the floor."""
        root = self._root()
        if shutil.disk_usage(root).free - size < settings.FEEDBACK_FREE_BYTES:
            raise NoRoom("The disk for readers' files is nearly full.")

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process is the only one of the machine in such a block; the system ends it with the process."""
        with open(self._root() / "alone.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_alone = True
            except BlockingIOError:
                is_alone = False
            yield is_alone

    def _save(self, name: str, content: File) -> str:
        """Write to a temporary name, force it to the disk, then rename: a name either has the whole file or none."""
        self._root()
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        try:
            with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        self._force_folders_to_disk(path)
        return name

    def _root(self) -> Path:
        """The one folder that shuts everybody else out, made where it is missing."""
        root = Path(self.location)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return root

    def _force_folders_to_disk(self, path: Path) -> None:
        for folder in path.parents:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            if folder == Path(self.location):
                break


def random_name() -> str:
    """128 random bits in hex, fanned out over two levels of folders; no suffix, so that nothing ever runs it."""
    token = secrets.token_hex(16)
    return f"{FOLDER}/{token[:2]}/{token[2:4]}/{token}"


def private_storage() -> PrivateStorage:
    """The store of attachments; a function, so that a migration names it without the machine's path."""
    return storages["private"]  # type: ignore[return-value]
