"""gunicorn as the README starts it, with real clients that are slow in every way: the others are answered meanwhile."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from monitor.demo import serving

ROOT = Path(__file__).resolve().parents[2]
SLOW = 50
PATIENCE = 60  # seconds: what a test waits at most, and never what it asserts
BIG = "/static/ckeditor/ckeditor/ckeditor.js"  # more than a connection buffers
TOKEN = "WyJhIl0.1xW1k2." + "s" * 43


@contextmanager
def gunicorn(var, *options):
    """The site's address and the process, with nothing set but where to keep things."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with serving.hold(0) as held:
        held.listen(128)  # so that clients may come before the workers do
        command = "-m gunicorn -c python:monitor.gunicorn monitor.wsgi --access-logfile - --bind"
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *command.split(), f"fd://{held.fileno()}", *options],
            cwd=ROOT,
            env={**kept, "MONITOR_VAR": str(var), "MONITOR_DEBUG": "0"},
            pass_fds=[held.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with process:
            try:
                yield f"http://127.0.0.1:{held.getsockname()[1]}", process
            finally:
                process.terminate()


def read(address):
    with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310
        return answer.status


# Each sends what it will and is then slow for good; none of them ever closes.
WAYS = {
    "headers": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "bodies": b"POST /subscribe/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"c" * 32 + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90000\r\n\r\na",
    "readers": f"GET {BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
    "goodbyes": b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "silence": b"",
}


def slow_client(address, sent):
    host, _, port = address.removeprefix("http://").partition(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect((host, int(port)))
    client.sendall(sent)
    return client


@pytest.mark.parametrize("way", WAYS)
def test_fifty_slow_clients_keep_no_reader_from_being_answered(tmp_path, way):
    with gunicorn(tmp_path) as (address, _process), ExitStack() as clients:
        assert read(f"{address}/robots.txt") == 200
        for _client in range(SLOW):
            clients.enter_context(slow_client(address, WAYS[way]))
        assert [read(f"{address}/robots.txt") for _read in range(20)] == [200] * 20


def test_what_is_too_long_is_refused(tmp_path):
    with gunicorn(tmp_path) as (address, _process):
        for sent in (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 9000 + b"\r\n"):
            with slow_client(address, sent + b"Host: localhost\r\n\r\n") as client:
                client.settimeout(PATIENCE)
                assert client.recv(12).split()[1] in (b"400", b"414", b"431")


def test_its_access_log_holds_no_link(tmp_path):
    with gunicorn(tmp_path) as (address, process):
        link = f"{address}/subscribe/manage/{TOKEN}/"
        with pytest.raises(OSError, match="405"):
            urlopen(Request(link, method="OPTIONS", headers={"Referer": link}), timeout=PATIENCE)  # noqa: S310
        process.terminate()
        told, _ = process.communicate(timeout=PATIENCE)
    assert "OPTIONS /subscribe/manage/[cut]/ HTTP/1.1" in told
    assert "Method Not Allowed (OPTIONS): /subscribe/manage/[cut]/" in told
    assert TOKEN not in told
    assert TOKEN.rpartition(".")[2] not in told
