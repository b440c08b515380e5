"""`make bench`: what this product costs beside the least that could do the job.

Prints ratios of medians, measured side by side in one run, because machines
differ and are noisy; nothing is asserted. Traffic stays on this machine and is
bounded in count. ``BENCH_DATABASE_URL`` names another database than a fresh SQLite file.
"""

import os
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection
from statistics import median
from uuid import uuid4

from tests.mail_server import free_port

REQUESTS = 300
ROUNDS = 5
MAILS = 200


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as var, ExitStack() as servers:
        smtp_port = free_port()
        os.environ.update(
            MONITOR_VAR=var,
            MONITOR_DEBUG="0",
            MONITOR_QUIET_MINUTES="0",
            EMAIL_URL=f"smtp://127.0.0.1:{smtp_port}",
            DJANGO_SETTINGS_MODULE="tests.bench.settings",
        )
        if address := os.environ.get("BENCH_DATABASE_URL"):
            os.environ["DATABASE_URL"] = address
        path = prepare()
        warm = servers.enter_context(gunicorn(CACHE_URL="locmemcache://"))
        cold = servers.enter_context(gunicorn(CACHE_URL="dummycache://"))
        reading(path, warm, cold)
        servers.enter_context(sink(smtp_port))
        sending(smtp_port)


def prepare() -> str:
    """A database with one live profile of 30 notes; its path."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)

    from profiles.footnotes import marker
    from tests.factories import make_live_profile

    notes = {uuid4(): f"Statement of the delegation, meeting {number}, Geneva." for number in range(1, 31)}
    body = "".join(f"<p>{'What was said, and by whom. ' * 12}{marker(key)}</p>" for key in notes)
    profile = make_live_profile(body=body, notes=notes, facts={"Mine Ban Treaty status": "Not a State Party"})
    return profile.get_absolute_url()


def reading(path: str, warm: int, cold: int) -> None:
    with ExitStack() as stack:
        to_warm, to_cold = (stack.enter_context(connected(port)) for port in (warm, cold))
        tag = get(to_warm, path).headers["ETag"]
        runs: dict[str, Callable[[], object]] = {
            "a constant Django view": lambda: get(to_warm, "/constant/"),
            "live page, warm": lambda: get(to_warm, path),
            "live page, warm, unchanged (304)": lambda: get(to_warm, path, {"If-None-Match": tag}),
            "live page, cold": lambda: get(to_cold, path),
        }
        table("Reading, one request", side_by_side(runs, REQUESTS))


def sending(port: int) -> None:
    from django.core import mail
    from django.core.management import call_command

    from notifications import duties
    from profiles.models import Profile

    call_command("make_subscribers", MAILS, country="USA", theme="mine-ban-policy", verbosity=0)
    profile = Profile.objects.get()
    example = mail.EmailMessage("United States: Mine Ban Policy", "What changed. " * 60, to=["reader@example.org"])

    def bare_loop() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for _mail in range(MAILS):
                connection.send_message(example.message())

    def worker() -> None:
        while duties.send():
            pass

    seconds: dict[str, list[float]] = {"a bare smtplib loop": [], "the worker's send()": []}
    for step in range(ROUNDS):
        Profile.objects.filter(pk=profile.pk).update(last_updated=date(2011, 1, 1) + timedelta(days=step))
        for duty in (duties.detect, duties.fan_out, duties.compose):
            while duty():
                pass
        seconds["a bare smtplib loop"].append(timed(bare_loop) / MAILS)
        seconds["the worker's send()"].append(timed(worker) / MAILS)
    table(f"Sending, one mail of {MAILS}", seconds)


def side_by_side(runs: dict[str, Callable[[], object]], times: int) -> dict[str, list[float]]:
    """Each run in turn, again and again, so that a slow moment of the machine hits them all."""
    for run in runs.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _turn in range(times):
        for name, run in runs.items():
            seconds[name].append(timed(run))
    return seconds


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def table(title: str, seconds: dict[str, list[float]]) -> None:
    base = median(next(iter(seconds.values())))
    print(f"\n{title:<36}{'median':>12}{'ratio':>8}")
    for name, figures in seconds.items():
        print(f"  {name:<34}{median(figures) * 1000:>9.2f} ms{median(figures) / base:>8.2f}")


def get(connection: HTTPConnection, path: str, headers: dict[str, str] | None = None) -> object:
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    response.read()
    if response.status not in (200, 304):
        raise RuntimeError(f"{path} answered {response.status}.")
    return response


@contextmanager
def connected(port: int) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    yield connection
    connection.close()


@contextmanager
def gunicorn(**environment: str) -> Iterator[int]:
    port = free_port()
    command = ["gunicorn", "monitor.wsgi:application", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with running([*command, "--log-level", "warning"], environment, port):
        yield port


@contextmanager
def sink(port: int) -> Iterator[None]:
    with running(["aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"], {}, port):
        yield


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """A server of this environment's Python, waited for until its port answers, ended with the block."""
    process = subprocess.Popen([sys.executable, "-m", *command], env={**os.environ, **environment})  # noqa: S603
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: subprocess.Popen) -> None:
    for _try in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended at once.")
        time.sleep(0.1)
    raise RuntimeError(f"{process.args} did not answer within 15 s.")


if __name__ == "__main__":
    main()
