"""Settings of the tests: the real ones, with the outer world within reach.

``TEST_DATABASE_URL`` names the PostgreSQL server to use; unset means SQLite.
`make test` runs the suite once with each.
"""

import os
import tempfile

os.environ["MONITOR_VAR"] = tempfile.mkdtemp(prefix="monitor-tests-")
os.environ["MONITOR_DEBUG"] = "0"
os.environ["MONITOR_QUIET_MINUTES"] = "0"
os.environ.pop("DATABASE_URL", None)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from monitor.settings import *  # noqa: E402, F403

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
