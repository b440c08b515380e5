"""What lies in MONITOR_VAR is read by one account of the machine: made so at each start, and checked."""

import os
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE
from types import SimpleNamespace

import pytest

from monitor.private import check_private, keep_private

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def var(tmp_path, monkeypatch):
    """A folder as it was made before anybody thought of others."""
    folder = tmp_path / "var"
    for name in ("private", "mails", "static"):
        (folder / name).mkdir(parents=True)
    for name in ("monitor.sqlite3", "monitor.sqlite3-wal", "monitor.sqlite3-shm", "mails/1.log", "static/site.css"):
        (folder / name).write_text("x")
        (folder / name).chmod(0o644)
    for path in (folder, folder / "private", folder / "mails", folder / "static"):
        path.chmod(0o755)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "elsewhere.sqlite3")}
    (tmp_path / "elsewhere.sqlite3").write_text("x")
    (tmp_path / "elsewhere.sqlite3").chmod(0o664)
    before = os.umask(0o022)
    settings = SimpleNamespace(VAR=folder, STATIC_ROOT=folder / "static", DATABASES={"default": database})
    monkeypatch.setattr("monitor.private.settings", settings)
    yield folder
    os.umask(before)


def mode(path):
    return f"{S_IMODE(path.stat().st_mode):04o}"


def modes(folder):
    return {path.name: mode(path) for path in [folder, *folder.iterdir()]}


def test_what_there_is_is_closed_to_others_and_static_files_are_not(var):
    keep_private()
    assert modes(var) == {
        "var": "0700",
        "private": "0700",
        "mails": "0700",
        "monitor.sqlite3": "0600",
        "monitor.sqlite3-wal": "0600",
        "monitor.sqlite3-shm": "0600",
        "static": "0755",
    }
    assert mode(var / "static" / "site.css") == "0644"
    assert mode(var.parent / "elsewhere.sqlite3") == "0600"


def test_what_is_made_afterwards_is_closed_to_others(var):
    keep_private()
    (var / "new").mkdir()
    (var / "new" / "file").write_text("x")
    assert (mode(var / "new"), mode(var / "new" / "file")) == ("0700", "0600")


def test_the_check_names_what_is_open_and_the_command_that_closes_it(var):
    found = list(check_private(None))
    assert {warning.id for warning in found} == {"monitor.W001"}
    assert len(found) == 7
    assert found[0].msg == f"Other accounts of this machine may read {var} (mode 0755)."
    assert found[0].hint == f"As its owner or as root: chmod -R go-rwx '{var}'"
    keep_private()
    assert not list(check_private(None))


def test_what_is_not_ours_to_change_is_told_and_stops_nothing(var, monkeypatch):
    def refuse(*_args, **_options):
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    keep_private()
    assert list(check_private(None))
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert [warning.msg for warning in check_private(None)][0].startswith("Other accounts")


@pytest.mark.parametrize("command", [["migrate", "-v0"], ["shell", "-v0", "-c", "from django.core.mail import send_mail; send_mail('a', 'b', None, ['a@example.org'])"]])  # fmt: skip
def test_a_real_start_makes_and_mends_it(tmp_path, command):
    var = tmp_path / "var"
    var.mkdir()
    (var / "monitor.sqlite3").touch(0o644)
    var.chmod(0o755)
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "DATABASE_", "DJANGO_", "EMAIL_"))}  # fmt: skip
    subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *command], env={**ours, "MONITOR_VAR": str(var)}, cwd=ROOT, check=True, umask=0o022
    )  # fmt: skip
    below = [path for path in var.rglob("*") if path.name != "static"]
    assert mode(var) == "0700"
    assert below
    assert {mode(path) for path in below if path.is_file()} == {"0600"}
    assert {mode(path) for path in below if path.is_dir()} <= {"0700"}


def test_collected_static_files_may_be_read_by_whoever_serves_them(tmp_path):
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "DATABASE_", "DJANGO_"))}  # fmt: skip
    ours |= {
        "MONITOR_VAR": str(tmp_path / "var"),
        "MONITOR_HOSTS": "monitor.example.org",
        "MONITOR_SECRET_KEY": "x" * 60,
    }
    code = """
import django; django.setup()
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
staticfiles_storage.save("a/b/site.css", ContentFile(b"x"))
"""
    ours["DJANGO_SETTINGS_MODULE"] = "monitor.settings"
    subprocess.run([sys.executable, "-c", code], env=ours, cwd=ROOT, check=True)  # noqa: S603
    static = tmp_path / "var" / "static"
    assert {path.name: mode(path) for path in static.rglob("*")} == {"a": "0755", "b": "0755", "site.css": "0644"}
    assert mode(static) == "0755"
