"""`manage.py demo` in processes of its own: site and worker live and die together."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from monitor.demo import serving

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds for a first start on a slow machine


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh machine: nothing set but where to keep things."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "MONITOR_VAR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}


@contextmanager
def demo(environment: dict[str, str], *options: str) -> Iterator[subprocess.Popen]:
    """`manage.py demo` as somebody at a terminal would start it; ended in any case."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "demo", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    too_long = Timer(PATIENCE, process.terminate)
    too_long.start()
    with process:
        try:
            yield process
        finally:
            too_long.cancel()
            process.terminate()


def read_until(process: subprocess.Popen, words: str) -> str:
    told = ""
    for line in process.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(told)


def below(pid: int) -> dict[int, str]:
    """The processes started by ``pid``, and by those, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone while looking
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                found |= {int(folder.name): (folder / "cmdline").read_text().replace("\0", " ")}
                found |= below(int(folder.name))
    return found


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def status_of(address: str) -> int:
    try:
        with urlopen(address) as answer:  # noqa: S310
            return answer.status
    except HTTPError as error:
        return error.code


def test_the_command_serves_site_and_worker_and_ends_both(environment):
    with demo(environment, "--port", "0") as process:
        told = read_until(process, "Ctrl-C")
        assert told.count("password ") >= 3
        site = re.search(r"Site +(http://127\.0\.0\.1:\d+)/", told)[1]
        started = below(process.pid)
        assert any("gunicorn" in command for command in started.values())
        assert any("manage.py work" in command for command in started.values())
        assert status_of(f"{site}/") == 200
        assert status_of(f"{site}/countries/cambodia/mine-ban-policy/") == 200
        assert status_of(f"{site}/demo/mails/") == 200
        assert status_of(f"{site}/nothing-here/") == 404
        assert status_of(f"{site}/static/ckeditor/ckeditor/ckeditor.js") == 200
        process.send_signal(signal.SIGINT)
        rest, _nothing = process.communicate(timeout=PATIENCE)
    assert "have ended" in rest
    assert process.returncode == 0
    assert not [pid for pid in started if is_alive(pid)]

    with demo(environment, "--no-serve") as process:
        told, _nothing = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert told.count("nothing was written") == 2
    assert "  password " not in told
    assert "changepassword" in told


def test_when_one_dies_the_other_is_ended_and_it_is_said_which(environment):
    with demo(environment, "--port", "0") as process:
        read_until(process, "Ctrl-C")
        started = below(process.pid)
        os.kill(next(pid for pid, command in started.items() if "manage.py work" in command), signal.SIGKILL)
        rest, _nothing = process.communicate(timeout=PATIENCE)
    assert "The worker ended by itself" in rest
    assert process.returncode == 1
    assert not [pid for pid in started if is_alive(pid)]


def test_a_port_that_is_taken_is_told_in_one_sentence(environment):
    with serving.hold(0) as held:
        held.listen()
        environment["MONITOR_PORT"] = str(held.getsockname()[1])
        with demo(environment) as process:
            told, _nothing = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "cannot be used" in told
    assert "Traceback" not in told


def test_other_hosts_are_not_served(environment):
    environment |= {"MONITOR_HOSTS": "monitor.example", "MONITOR_SECRET_KEY": "k" * 60}
    with demo(environment) as process:
        told, _nothing = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "unset MONITOR_HOSTS" in told
