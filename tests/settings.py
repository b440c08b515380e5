"""Settings of the tests: the real ones, with the outer world within reach.

``TEST_DATABASE_URL`` names the PostgreSQL server to use; unset means SQLite.
`make test` runs the suite once with each.
"""

import os
import tempfile

# Kept by this name so that it lives, and is removed, with the process.
_var = tempfile.TemporaryDirectory(prefix="monitor-tests-")

os.environ["MONITOR_VAR"] = _var.name
os.environ["MONITOR_DEBUG"] = "0"
os.environ["MONITOR_QUIET_MINUTES"] = "0"
os.environ.pop("DATABASE_URL", None)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from monitor.settings import *  # noqa: E402, F403
from monitor.settings import DATABASES, VAR  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because threads and processes must meet there as they do in life; unsynced, because nobody keeps it.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
