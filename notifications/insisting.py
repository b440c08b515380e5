"""What is known is written, also while the database is busy or away."""

import logging
import time
from collections.abc import Callable

from django.db import Error, connection

from notifications.line import Deadline

logger = logging.getLogger(__name__)

SHORTEST_WAIT, LONGEST_WAIT = 0.1, 2.0  # seconds


def insist(write: Callable[[], None], deadline: Deadline) -> None:
    """Call ``write``, which may be called twice without harm, until the database takes it; each time on a fresh connection.

    Raises what the database said last when the deadline is over.
    """
    wait = SHORTEST_WAIT
    while True:
        try:
            return write()
        except Error as error:
            if connection.in_atomic_block or deadline.is_over:
                raise
            logger.warning("What the mail server answered is written again: %s", type(error).__name__)
            connection.close()
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
