"""How gunicorn serves the site: ``gunicorn -c python:monitor.gunicorn monitor.wsgi``. The command line wins over this file.

A thread waits for each client that sends or reads slowly, so there are many of
them, which costs little while they wait. That outlasts some slow clients; only
a proxy that takes requests in whole before it passes them on outlasts any
number (README, "Running it for others").
"""

import os
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, with each client's goodbye waited for in its own thread.

    A connection is closed when the client has closed it as well, or after two
    seconds. gunicorn waits for that in the loop that takes in everybody else.
    """

    def handle(self, conn: TConn) -> Any:
        again = super().handle(conn)
        if again is False:
            conn.close(graceful=True)
            conn.close = lambda graceful=False: None
        return again


worker_class = "monitor.gunicorn.Worker"
bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY", 2))
# Requests at one time, all workers together: each may hold a connection to the database, and PostgreSQL lets in a
# hundred unless it is told otherwise. A worker takes in no more clients than it has threads, and so leaves them to
# the others when all are busy; nor does it keep a thread for what a client may ask next.
threads = max(4, 80 // workers)
worker_connections = threads
keepalive = 0

timeout = 60  # until a worker is killed that does not say that it is well; waiting for clients does not count
graceful_timeout = 30  # for what is being answered when the site is stopped
max_requests = 20_000  # then a worker is replaced by a fresh one, at different times
max_requests_jitter = 5_000

limit_request_line = 4094  # bytes, as are these
limit_request_field_size = 8190
limit_request_fields = 64

control_socket_disable = True
# Workers say that they are well by touching a file: in memory, where no busy disk holds them up.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
