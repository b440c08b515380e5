import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from feedback.storage import FOLDER


@pytest.fixture(autouse=True)
def store() -> Iterator[Path]:
    """The folder of readers' files, empty at the start of every test."""
    folder = Path(settings.PRIVATE_ROOT, FOLDER)
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
