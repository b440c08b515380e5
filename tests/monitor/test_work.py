"""The worker: what it does with duties that work, fail, and never end; and how it stops."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from monitor.management.commands import work

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
left: dict[str, int] = {}
done: list[str] = []


def duty(name):
    done.append(name)
    left[name] = left.get(name, 0) - 1
    return 1 if left[name] >= 0 else 0


def first():
    return duty("first")


def second():
    return duty("second")


def broken():
    done.append("broken")
    raise RuntimeError("This duty cannot do its work.")


def stopping():
    """Asks the worker to end, as a service manager would, while a duty is at work."""
    os.kill(os.getpid(), signal.SIGTERM)
    done.append("stopping")
    return 1


@pytest.fixture(autouse=True)
def _fresh():
    left.clear()
    done.clear()


@pytest.fixture
def duties(settings):
    def these(*functions):
        settings.DUTIES = [f"{__name__}.{function.__name__}" for function in functions]

    return these


def test_every_duty_of_the_settings_can_be_called(settings):
    assert all(callable(import_string(path)) for path in settings.DUTIES)


def test_once_goes_on_in_order_until_nothing_is_left(duties):
    duties(first, second)
    left.update(first=2, second=3)
    call_command("work", "--once")
    assert done == ["first", "second"] * 4


def test_a_duty_that_fails_stops_no_other_and_is_reported_at_the_end(duties, caplog):
    duties(first, broken, second)
    left.update(first=1)
    with pytest.raises(CommandError, match=r"Failed, see the log: .*\.broken\.$"):
        call_command("work", "--once")
    assert done == ["first", "broken", "second"] * 2
    assert "This duty cannot do its work." in caplog.text


def test_once_ends_though_a_duty_never_does(duties, monkeypatch):
    duties(first)
    left.update(first=10**9)
    monkeypatch.setattr(work, "MOST_ROUNDS", 20)
    with pytest.raises(CommandError, match="still work after 20 rounds"):
        call_command("work", "--once")
    assert len(done) == 20


@pytest.mark.parametrize("options", [[], ["--once"]])
def test_a_signal_ends_it_after_the_duty_it_is_at(duties, options):
    duties(first, stopping, second)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    call_command("work", *options)
    assert done == ["first", "stopping"]
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_of_its_own_process_ends_at_once_when_idle(ending, tmp_path):
    environment = {**os.environ, "MONITOR_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "monitor.settings"}
    environment.pop("DATABASE_URL", None)
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)  # noqa: S603
    worker = subprocess.Popen([*manage, "work"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
    with worker:
        assert "The worker has begun." in worker.stderr.readline()
        worker.send_signal(ending)
        assert "as it was asked to" in worker.stderr.read()
    assert worker.returncode == 0
