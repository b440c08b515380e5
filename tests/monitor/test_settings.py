"""Settings from the environment: nothing set serves this machine, and a forgotten variable nobody else."""

import json
import os
import subprocess
import sys

import pytest

PRINT = """
import json, django
from django.conf import settings
django.setup()
names = ["DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SITE_URL", "EMAIL_BACKEND", "QUIET_MINUTES"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def settings_with(tmp_path, **variables):
    """The settings as another process sees them with just these variables set."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "DATABASE_", "EMAIL_"))
    }
    ours |= {"MONITOR_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "monitor.settings", **variables}
    return subprocess.run([sys.executable, "-c", PRINT], env=ours, capture_output=True, text=True, check=False)  # noqa: S603


def test_nothing_set_serves_this_machine_alone(tmp_path):
    seen = json.loads(settings_with(tmp_path).stdout)
    assert seen["DEBUG"] is True
    assert seen["SECURE_SSL_REDIRECT"] is False
    assert seen["SITE_URL"] == "http://127.0.0.1:8000"
    assert seen["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert seen["QUIET_MINUTES"] == 10


def test_another_host_demands_a_key_of_its_own(tmp_path):
    refused = settings_with(tmp_path, MONITOR_HOSTS="monitor.example.org")
    assert refused.returncode != 0
    assert "MONITOR_SECRET_KEY must be set to serve other hosts." in refused.stderr


@pytest.mark.parametrize("debug", ["1", "0"])
def test_another_host_never_sees_a_debug_page_and_always_https(tmp_path, debug):
    seen = json.loads(
        settings_with(
            tmp_path,
            MONITOR_HOSTS="monitor.example.org",
            MONITOR_SECRET_KEY="x" * 60,
            MONITOR_DEBUG=debug,
        ).stdout
    )
    assert seen["DEBUG"] is False
    assert seen["SECURE_SSL_REDIRECT"] is seen["SESSION_COOKIE_SECURE"] is seen["CSRF_COOKIE_SECURE"] is True
    assert seen["SITE_URL"] == "https://monitor.example.org"
