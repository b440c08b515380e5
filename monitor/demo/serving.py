"""Site and worker side by side: both up, or both down."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings

HOST = "127.0.0.1"  # loopback alone: the mails page would show everybody's mails to everybody
LOOK_EVERY = 0.1  # seconds
PATIENCE = 10  # seconds that a process may take to end when it was asked to
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Processes = dict[str, subprocess.Popen[bytes]]


class EndedByItself(Exception):
    """One of the processes is gone; the message says which, and how."""


def hold(port: int) -> socket.socket:
    """A socket bound to ``port`` on this machine, 0 for any free one. Raises OSError when the port is taken."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except OSError:
        held.close()
        raise
    return held


@contextmanager
def running(held: socket.socket, environment: dict[str, str]) -> Iterator[Processes]:
    """Site and worker, as long as the block lasts; whatever ends it, they are ended and nothing is left.

    SIGINT, SIGTERM and SIGHUP all end the block, as KeyboardInterrupt. Each
    process heads a session of its own, so that Ctrl-C reaches this one alone.
    """
    processes: Processes = {}
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDING}
    try:
        for name, command in _commands(held).items():
            processes[name] = subprocess.Popen(  # noqa: S603
                command,
                cwd=settings.BASE_DIR,
                env=os.environ | environment,
                pass_fds=[held.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        yield processes
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of them behind
        _end(processes)
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_until_it_answers(address: str, processes: Processes) -> None:
    """Return when the site answers at ``address``. Raises EndedByItself when it never will."""
    while not _answers(address):
        _look_at(processes)
        time.sleep(LOOK_EVERY)


def watch(processes: Processes) -> NoReturn:
    """Stay until one of the processes is gone, and raise EndedByItself then."""
    while True:
        _look_at(processes)
        time.sleep(LOOK_EVERY)


def _commands(held: socket.socket) -> dict[str, list[str]]:
    site = "gunicorn -c python:monitor.gunicorn monitor.demo.wsgi --workers 1 --graceful-timeout 5 --log-level warning"
    return {
        "site": [sys.executable, "-m", *site.split(), "--bind", f"fd://{held.fileno()}"],
        "worker": [sys.executable, "manage.py", "work"],
    }


def _answers(address: str) -> bool:
    try:
        urlopen(address, timeout=PATIENCE).close()  # noqa: S310
    except HTTPError:
        return True  # an error page is an answer too
    except (URLError, OSError):
        return False
    return True


def _look_at(processes: Processes) -> None:
    for name, process in processes.items():
        if (status := process.poll()) is not None:
            raise EndedByItself(f"The {name} ended by itself (exit status {status}), so the rest was ended too.")


def _end(processes: Processes) -> None:
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the whole session: also what outlived its head
        process.wait()
