"""A site moves by `dumpdata` and `loaddata`, to the other engine too, and nobody can tell."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core import serializers

from monitor.models import SitePage
from tests.postgres import server

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = [f"--exclude={made_by_migrate}" for made_by_migrate in ("contenttypes", "auth.permission")]


def run(var, *command, address=""):
    environment = {"PATH": os.environ["PATH"], "MONITOR_VAR": str(var), "MONITOR_DEBUG": "0"}
    environment |= {"DATABASE_URL": address} if address else {}
    command = [sys.executable, *command]
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603


def pages(var, address=""):
    return json.loads(run(var, "-m", "tests.monitor.small_site", "pages", address=address))


def test_the_demonstration_moved_to_postgresql_is_the_same_byte_by_byte(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    run(old, "manage.py", "demo", "--no-serve")
    before = pages(old)
    assert len(before) > 80
    run(old, "manage.py", "dumpdata", "--natural-foreign", *NOT_OURS, "--output", str(tmp_path / "dump.json"))
    with server() as postgresql:
        postgresql.run("CREATE DATABASE monitor")
        run(new, "manage.py", "migrate", "--verbosity=0", address=postgresql.address)
        run(new, "manage.py", "loaddata", "--verbosity=0", str(tmp_path / "dump.json"), address=postgresql.address)
        assert pages(new, postgresql.address) == before


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_times_are_written_to_the_microsecond(name):
    page = SitePage(pk=1, slug="about-us", changed_at=datetime(2026, 11, 25, 1, 2, 3, 456789, tzinfo=UTC))
    [read] = serializers.deserialize(name, serializers.serialize(name, [page]))
    assert read.object.changed_at == page.changed_at
    assert "01:02:03.456789" in serializers.serialize(name, [page])
