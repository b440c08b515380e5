"""A real server of the site, and a real PostgreSQL that goes and comes again: nobody restarts anything, no word is lost."""

import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.postgres import server

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "/",
    "/countries/",
    "/countries/united-states/",
    "/countries/united-states/mine-ban-policy/",
    "/countries/united-states/mine-ban-policy/editions/1/",
    "/themes/mine-ban-policy/",
    "/updates/feed.atom",
    "/about-us/",
    "/sitemap.xml",
    "/subscribe/",
    "/feedback/united-states/mine-ban-policy/",
    "/admin/login/?next=/admin/",
]
FEEDBACK = "/feedback/united-states/mine-ban-policy/"
WORDS = "They buried them by the river."


@pytest.fixture(scope="module")
def postgresql():
    with server() as running:
        running.run("CREATE DATABASE monitor")
        yield running


@pytest.fixture(scope="module")
def environment(postgresql, tmp_path_factory):
    var = tmp_path_factory.mktemp("site")
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"DATABASE_URL": postgresql.address, "MONITOR_VAR": str(var), "MONITOR_DEBUG": "0"}
    subprocess.run([sys.executable, "-m", "tests.monitor.small_site", "make"], cwd=ROOT, env=known, check=True)  # noqa: S603
    return known


@contextmanager
def site(environment):
    """gunicorn with two processes; ask it by ``(path, method, body, headers)``."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        command = f"gunicorn monitor.wsgi --workers 2 --threads 4 --no-control-socket --bind fd://{held.fileno()}"
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command.split()],
            cwd=ROOT,
            env=environment,
            pass_fds=[held.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(path, method="GET", body=None, **headers):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    try:
        yield ask
    finally:
        process.terminate()
        process.wait()


def statuses(ask):
    return {ask(path).status for path in PAGES}


def form_of(answer, **typed):
    """The body and headers of a browser that sends the form of this page."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return urlencode({**fields, **typed}), {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}


def test_a_server_that_is_stopped_and_started_again(postgresql, environment):
    with site(environment) as ask:
        assert statuses(ask) == {200}
        body, headers = form_of(ask(FEEDBACK), message=WORDS)
        postgresql.stop()
        try:
            assert statuses(ask) - {200} == {503}  # the page to log in asks nothing
            refused = ask(FEEDBACK, "POST", body, **headers)
        finally:
            postgresql.start()
        assert (refused.status, WORDS in refused.text) == (503, True)
        assert statuses(ask) == {200}
        body, headers = form_of(refused)
        assert ask(FEEDBACK, "POST", body, **headers).status == 302


def test_a_site_that_starts_before_its_database(postgresql, environment):
    postgresql.stop()
    try:
        with site(environment) as ask:
            assert ask("/").status == 503
            postgresql.start()
            assert statuses(ask) == {200}
    finally:
        with suppress(Exception):
            postgresql.start()


def test_a_limit_of_connections_that_is_reached(postgresql, environment):
    postgresql.run("CREATE ROLE few LOGIN")
    postgresql.run("GRANT postgres TO few")  # whom alone no limit holds
    postgresql.run("ALTER DATABASE monitor CONNECTION LIMIT 2")
    few = {**environment, "DATABASE_URL": environment["DATABASE_URL"].replace("postgres@", "few@")}
    with site(few) as ask, ThreadPoolExecutor(8) as crowd:
        assert {answer.status for answer in crowd.map(ask, PAGES * 4)} == {200, 503}
        postgresql.run("ALTER DATABASE monitor CONNECTION LIMIT -1")
        assert {answer.status for answer in crowd.map(ask, PAGES * 4)} == {200}
