"""A real server of two workers, as the README starts it: what strangers send at once, and who else is answered."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from feedback.models import Attachment, FeedbackMessage
from tests.factories import make_live_profile
from tests.feedback import samples
from tests.mail_server import free_port

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/feedback/united-states/mine-ban-policy/"
PATIENCE = 120  # seconds, for a machine that has much else to do


@contextmanager
def gunicorn(folder: Path, *, settings_module: str = "monitor.settings") -> Iterator[tuple[int, int]]:
    """The site on this test's database and files, with two workers of one thread; its port and process."""
    address, name = os.environ.get("TEST_DATABASE_URL"), connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings_module,
        "DATABASE_URL": urlunsplit(urlsplit(address)._replace(path=f"/{name}")) if address else f"sqlite:///{name}",
        "MONITOR_VAR": str(settings.VAR),
        "MONITOR_TRUSTED_PROXIES": "1",
        "PYTHONPATH": str(folder),
    }
    port = free_port()
    command = ["gunicorn", "monitor.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", *command, "--log-level", "error", "--timeout", str(PATIENCE)],
        env=environment,
        cwd=settings.BASE_DIR,
    )
    try:
        while not answer(port, "/"):
            assert process.poll() is None
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answer(port: int, path: str, *, patience: float = PATIENCE) -> int:
    """The status, 0 for none."""
    client = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        client.request("GET", path)
        response = client.getresponse()
        response.read()
        return response.status
    except OSError:
        return 0
    finally:
        client.close()


def post(port: int, network: int, files: list[tuple[str, bytes]], message: str) -> tuple[int, str]:
    """Open the form and send it from ``network``, as a browser does; status and page."""
    headers = {"X-Forwarded-For": f"198.51.100.{network}"}
    client = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    client.request("GET", URL, headers=headers)
    form = client.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.read().decode())[1]
    cookie = form.headers["Set-Cookie"].partition(";")[0]
    parts = [f'name="csrfmiddlewaretoken"\r\n\r\n{token}'.encode(), f'name="message"\r\n\r\n{message}'.encode()]
    parts += [
        f'name="attachment_{n}"; filename="{name}"\r\n\r\n'.encode() + body for n, (name, body) in enumerate(files, 1)
    ]
    body = b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"
    client.close()
    client = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    client.request("POST", URL, body, {**headers, "Cookie": cookie, "Content-Type": "multipart/form-data; boundary=x"})
    response = client.getresponse()
    return response.status, response.read().decode()


def workers_of(pid: int) -> dict[int, int]:
    """Each worker's process and the most memory it ever had, in MB."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        status = Path(f"/proc/{child}/status").read_text()
        found[int(child)] = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024
    return found


def test_a_few_bytes_that_claim_much_keep_no_reader_waiting(tmp_path):
    """Four posts of the most pixels that a post may claim, in 190 bytes, while somebody reads."""
    make_live_profile()
    hollow = [("a.png", white_page()), ("b.png", white_page())]
    claims = [(f"{n}.webp", samples.make_hollow("WEBP")) for n in range(5)]
    over = Event()

    def read(port):
        statuses = []
        while not over.is_set():
            statuses.append(answer(port, "/countries/united-states/mine-ban-policy/"))
        return statuses

    with gunicorn(tmp_path) as (port, pid), ThreadPoolExecutor(6) as pool:
        before = workers_of(pid)
        reader = pool.submit(read, port)
        refused = [pool.submit(post, port, n, claims, "Claims.") for n in range(1, 5)]
        taken = [pool.submit(post, port, n, hollow, "White.") for n in range(5, 9)]
        try:
            statuses = [sent.result()[0] for sent in refused], [sent.result()[0] for sent in taken]
        finally:
            over.set()
        assert statuses == ([422] * 4, [302] * 4)
        assert set(reader.result()) == {200}
        after = workers_of(pid)
        assert set(after) == set(before)  # nobody was killed
        assert max(after.values()) < max(before.values()) + 60
    assert FeedbackMessage.objects.count() == 4
    assert Attachment.objects.filter(is_ready=False).count() == 8


def white_page() -> bytes:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("1", (8_000, 5_000), 1).save(file, "PNG")
    return file.getvalue()


SMALL_QUOTA = """
from monitor.settings import *
FEEDBACK_DAILY_BYTES = 5 * 1024**2
FEEDBACK_FREE_BYTES = 0
"""


def test_of_posts_at_one_moment_exactly_what_fits_is_stored_and_the_others_get_their_words_back(tmp_path):
    make_live_profile()
    (tmp_path / "small_quota.py").write_text(SMALL_QUOTA)
    pdf = samples.PDF.replace(b"trailer", b"%" + b"x" * (1024**2 - len(samples.PDF) - 2) + b"\ntrailer")
    assert len(pdf) == 1024**2

    with gunicorn(tmp_path, settings_module="small_quota") as (port, _pid), ThreadPoolExecutor(20) as pool:
        sent = [pool.submit(post, port, n, [("a.pdf", pdf)], f"Words of {n}.") for n in range(20)]
        answers = [answer.result() for answer in sent]
    statuses = [status for status, _page in answers]
    assert (statuses.count(302), statuses.count(429)) == (5, 15)
    for n, (status, page) in enumerate(answers):
        assert status == 302 or f"Words of {n}.</textarea>" in page
    assert FeedbackMessage.objects.count() == Attachment.objects.count() == 5
