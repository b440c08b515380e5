"""`make test`: the whole suite on SQLite, then what speaks to a database once more on a real PostgreSQL.

    make test                                            # all of it
    make test ARGS="tests/profiles -k note"              # what pytest would take
    make test ARGS=tests/test_house.py ENGINE=sqlite     # on one engine: sqlite or postgresql

The server is the one of ``TEST_DATABASE_URL``, else a throw-away one. What needs no
database runs once, and so does what needs a browser (the markers ``db`` and
``browser``, which conftest sets). With ``CI`` set, a skipped test is a failure.
"""

import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from tests.postgres import throw_away_server

ENGINES = ("sqlite", "postgresql")


def run(engine: str, *arguments: str, **environment: str) -> int:
    print(f"\n== On {engine}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments, *sys.argv[1:]]
    code = subprocess.run(command, env={**os.environ, **environment}, check=False).returncode  # noqa: S603
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED and sys.argv[1:] else code


def on_sqlite() -> int:
    return run("SQLite")


def on_postgresql(given: str) -> int:
    with nullcontext(given) if given else throw_away_server() as address:
        return run("PostgreSQL", "-m", "db and not browser", TEST_DATABASE_URL=address)


def main() -> int:
    given = os.environ.pop("TEST_DATABASE_URL", "")
    engine = os.environ.get("ENGINE", "")
    if engine and engine not in ENGINES:
        raise SystemExit(f"ENGINE is one of {', '.join(ENGINES)}, or unset for both.")
    codes = [on_sqlite()] if engine != "postgresql" else []
    codes += [on_postgresql(given)] if engine != "sqlite" else []
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
