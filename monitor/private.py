"""What the site keeps is read by the account it runs as, and by no other account of the machine.

``MONITOR_VAR`` holds the database (feedback, addresses, sessions), readers'
files and mails. Only static files may be read by all: they are public, and
another account may have collected them.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

OTHERS = 0o077


def keep_private() -> None:
    """Take from others what they may do with what there is, and give them nothing of what this process will make."""
    os.umask(OTHERS)
    with suppress(OSError):
        settings.STATIC_ROOT.chmod(0o755)
    for path in _open_to_others():
        with suppress(OSError):  # not ours to change: the check says so
            path.chmod(S_IMODE(path.stat().st_mode) & ~OTHERS)


@register()
def check_private(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    """``monitor.W001``: names what others may still read."""
    for path in _open_to_others():
        yield Warning(
            f"Other accounts of this machine may read {path} (mode {S_IMODE(path.stat().st_mode):04o}).",
            hint=f"As its owner or as root: chmod -R go-rwx '{path}'",
            id="monitor.W001",
        )


def _open_to_others() -> Iterator[Path]:
    for path in _kept():
        with suppress(OSError):  # gone meanwhile: SQLite's -wal and -shm come and go
            if path.stat().st_mode & OTHERS:
                yield path


def _kept() -> list[Path]:
    """The folder, what lies in it, and the database if it is a file elsewhere; a folder's mode covers what is below."""
    inside: set[Path] = set()
    with suppress(OSError):  # another account's folder
        inside = set(settings.VAR.iterdir()) - {settings.STATIC_ROOT}
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        inside |= {Path(f"{database['NAME']}{ending}") for ending in ("", "-wal", "-shm")}
    return [settings.VAR, *sorted(inside)]
