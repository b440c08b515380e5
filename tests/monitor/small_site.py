"""A small site in a process of its own: ``python -m tests.monitor.small_site make``, then ``read``, ``pages`` or ``leave-a-log``.

``read`` walks all public pages, posts one form, and prints both as JSON. Its
argument says what hinders writing: ``full``, ``read-only`` or ``locked``.
"""

import atexit
import ctypes
import json
import os
import re
import resource
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client


class Browser(Client):
    """Met as by a server: each request has a connection of its own."""

    def __init__(self):
        super().__init__(raise_request_exception=False, SERVER_NAME="127.0.0.1")

    def request(self, **request):
        try:
            return super().request(**request)
        finally:
            connection.close()


def make():
    call_command("migrate", verbosity=0)
    from tests.factories import make_live_profile, make_site_page

    make_site_page()
    make_live_profile(notes={})


def leave_a_log():
    """Die like a killed process. What it leaves in the log is read on a page, and would make the database larger."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE monitor_sitepage SET title = 'Left in the log'")
        cursor.execute("CREATE TABLE left_behind AS SELECT hex(randomblob(20000)) AS words")
        os._exit(0)


def read(refusal):
    {"full": disk_is_full, "read-only": disk_is_read_only, "locked": somebody_writes}[refusal]()
    from tests.walking import walk_public

    with ThreadPoolExecutor(6) as crowd:
        together = list(crowd.map(lambda _reader: Browser().get("/").status_code, range(30)))
    pages = walk_public(Browser())
    post = Browser().post("/subscribe/", {"address": "ann@example.org"})
    told = {
        "pages": {address: answer.status_code for address, answer in pages.items()},
        "together": together,
        "title": re.search("<h1[^>]*>([^<]*)", pages["/about-us/"].content.decode())[1],
        "post": post.status_code,
        "kept": "ann@example.org" in post.content.decode(),
    }
    print(json.dumps(told))


def pages():
    """Print what is public, byte by byte: a digest of each page, and what it says of its age."""
    from tests.walking import walk_public

    told = {
        address: [sha256(answer.content).hexdigest(), answer.headers.get("Last-Modified")]
        for address, answer in walk_public(Browser()).items()
        if not answer.cookies  # a form differs each time
    }
    print(json.dumps(told))


def disk_is_full():
    """No file may grow: every write fails as on a full disk, whoever runs this."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def disk_is_read_only():
    """The files are not writable, which would not hinder root: so give up that right (capset(2), all sets empty)."""
    ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())


def somebody_writes():
    """And does not end: nobody waits as long for it here as they would in life."""
    connection.settings_dict["OPTIONS"]["timeout"] = 0.1
    writer = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    atexit.register(writer.close)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "monitor.settings"
    django.setup()
    {"make": make, "leave-a-log": leave_a_log, "read": read, "pages": pages}[sys.argv[1]](*sys.argv[2:])
