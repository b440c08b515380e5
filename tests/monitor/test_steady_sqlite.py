"""Reading needs no writing: on a full or read-only disk every public page is there, also for a server just started."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(var, *arguments):
    """The small site in a process of its own, with nothing set but where it keeps things."""
    environment = {"PATH": os.environ["PATH"], "MONITOR_VAR": str(var), "MONITOR_DEBUG": "0"}
    command = [sys.executable, "-W", "error", "-m", "tests.monitor.small_site", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    var = tmp_path_factory.mktemp("site") / "var"
    run(var, "make")
    return var


@pytest.fixture
def var(made, tmp_path):
    """A site at rest: one file, since the last to close took the log away."""
    copy = shutil.copytree(made, tmp_path / "var")
    assert [file.name for file in copy.glob("monitor.sqlite3*")] == ["monitor.sqlite3"]
    yield copy
    protect(copy, 0o755, 0o644)


def protect(var, folder, files):
    var.chmod(folder)
    for file in var.glob("monitor.sqlite3*"):
        file.chmod(files)


def killed_while_writing(var, *, shared_memory_lost):
    run(var, "leave-a-log")
    assert (var / "monitor.sqlite3-wal").stat().st_size
    if shared_memory_lost:
        (var / "monitor.sqlite3-shm").unlink()


def assert_all_is_read_and_nothing_written(told, *, title):
    statuses = {status for address, status in told["pages"].items() if address != "/nowhere/"}
    assert (statuses, set(told["together"])) == ({200}, {200}), told
    assert len(told["pages"]) > 20
    assert (told["title"], told["post"], told["kept"]) == (title, 503, True)


def assert_is_sound(var):
    with closing(sqlite3.connect(var / "monitor.sqlite3")) as database:
        database.create_function("REGEXP", 2, lambda pattern, text: 1)  # a constraint speaks of Django's own
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_on_a_full_disk(var):
    assert_all_is_read_and_nothing_written(json.loads(run(var, "read", "full")), title="About us")
    assert_is_sound(var)


@pytest.mark.parametrize("shared_memory_lost", [False, True])
def test_on_a_full_disk_after_a_process_was_killed(var, shared_memory_lost):
    killed_while_writing(var, shared_memory_lost=shared_memory_lost)
    with ThreadPoolExecutor() as both:
        for told in both.map(lambda _server: run(var, "read", "full"), range(2)):
            assert_all_is_read_and_nothing_written(json.loads(told), title="Left in the log")
    assert_is_sound(var)


def test_on_a_read_only_disk(var):
    protect(var, 0o555, 0o444)
    assert_all_is_read_and_nothing_written(json.loads(run(var, "read", "read-only")), title="About us")


def test_on_a_read_only_disk_after_a_process_was_killed(var):
    killed_while_writing(var, shared_memory_lost=False)
    protect(var, 0o555, 0o444)
    assert_all_is_read_and_nothing_written(json.loads(run(var, "read", "read-only")), title="Left in the log")


def test_while_somebody_else_writes_and_does_not_end(var):
    assert_all_is_read_and_nothing_written(json.loads(run(var, "read", "locked")), title="About us")
