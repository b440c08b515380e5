"""How long things may take. They stand together because each is safe only beside the others.

A mail is handed over within HANDING_OVER, told by a clock that nobody sets. The
lease of the message outlives that by enough to write the answer down, also
while the database is busy; so nobody else takes up a mail that is on its way.
"""

from datetime import timedelta

LEASE = timedelta(seconds=60)  # of a mail that has not left: what a dead worker held is free again so soon
HANDING_OVER = timedelta(seconds=120)  # connection, greeting, TLS, envelope, text and answer together
HANDED_LEASE = timedelta(seconds=180)
FAREWELL = timedelta(seconds=5)  # QUIT is a courtesy

# Before a mail is tried again: after the first attempt, the second, and so on.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# After the mail server refused everybody, before one mail is sent to try.
SERVER_PAUSES = [timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300)]
MOST_ATTEMPTS = 50  # counted, not timed, so that a clock that jumps gives nobody up; with these pauses about two days
UNANSWERED_LIMIT = 5
FORGET_STRANGER = timedelta(hours=24)


def pause(times: int) -> timedelta:
    """How long to wait after the ``times``-th failure, counted from 0."""
    return PAUSES[min(times, len(PAUSES) - 1)]
