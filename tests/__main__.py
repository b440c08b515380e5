"""`make test`: the whole suite on SQLite, then on a real PostgreSQL.

The server is the one of ``TEST_DATABASE_URL``, else a throw-away one. Arguments
go to pytest. With ``CI`` set, a skipped test is a failure (see conftest).
"""

import os
import subprocess
import sys

from tests.postgres import throw_away_server


def run(engine: str, **environment: str) -> int:
    print(f"\n== The suite on {engine}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode  # noqa: S603


def main() -> int:
    given = os.environ.pop("TEST_DATABASE_URL", "")
    on_sqlite = run("SQLite")
    if given:
        return run("the PostgreSQL of TEST_DATABASE_URL", TEST_DATABASE_URL=given) or on_sqlite
    with throw_away_server() as address:
        return run("a throw-away PostgreSQL", TEST_DATABASE_URL=address) or on_sqlite


if __name__ == "__main__":
    raise SystemExit(main())
