"""Where static files are found: in the apps, less what is not to be served."""

from collections.abc import Iterable
from fnmatch import fnmatch
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder

from profiles.admin.editor import UNSERVED


class CarefulFinder(AppDirectoriesFinder):
    """Finds what the apps bring, but neither samples nor unused plugins of the editor.

    A finder and not `collectstatic --ignore`, so that a forgotten option changes
    nothing, and development serves the same files as an installation.
    """

    def find_in_app(self, app: str, path: str) -> Any:
        return None if is_unserved(path) else super().find_in_app(app, path)

    def list(self, ignore_patterns: Any) -> Iterable[Any]:
        return super().list([*(ignore_patterns or []), *UNSERVED])


def is_unserved(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in UNSERVED)
