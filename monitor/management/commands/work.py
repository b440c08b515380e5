import logging
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
MOST_ROUNDS = 100_000  # with --once: a duty that is never done is a mistake, not a lot of work

Duty = Callable[[], int]


class Command(BaseCommand):
    help = (
        "Does what happens later: tells subscribers, tells editors, forgets what need not be known. "
        "Runs until it is asked to stop (Ctrl-C or SIGTERM), and then finishes the duty it is at. "
        "Any number of workers may run at once; each may be killed at any moment without harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Stop when nothing is left to do, for cron and tests.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        duties = {path: import_string(path) for path in settings.DUTIES}
        with stopping() as stop:
            if once:
                work_off(duties, stop)
            else:
                work_on(duties, stop)


def work_on(duties: dict[str, Duty], stop: Event) -> None:
    """Round after round, with a pause after each that found nothing to do, until asked to stop."""
    logger.info("The worker has begun.")
    while not stop.is_set():
        done, _failed = round_of(duties, stop)
        if not done:
            stop.wait(PAUSE_SECONDS)
    logger.info("The worker has ended, as it was asked to.")


def work_off(duties: dict[str, Duty], stop: Event) -> None:
    """Round after round until one finds nothing to do. Raises CommandError, at the end, when a duty failed."""
    failed: set[str] = set()
    for _round in range(MOST_ROUNDS):
        done, now_failed = round_of(duties, stop)
        failed |= now_failed
        if not done or stop.is_set():
            break
    else:
        raise CommandError(f"There was still work after {MOST_ROUNDS} rounds.")
    if failed:
        raise CommandError(f"Failed, see the log: {', '.join(sorted(failed))}.")


def round_of(duties: dict[str, Duty], stop: Event) -> tuple[int, set[str]]:
    """Each duty once, in order: how many rows were dealt with, and which duties failed. A failure stops no other duty."""
    done, failed = 0, set()
    for path, duty in duties.items():
        if stop.is_set():
            break
        try:
            close_old_connections()  # one that broke while idle is replaced, not met
            done += duty()
        except Exception:
            logger.exception("The duty %s failed.", path)
            failed.add(path)
    return done, failed


@contextmanager
def stopping() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set, for as long as the block lasts."""
    stop = Event()
    if current_thread() is not main_thread():  # only there may signals be taken; `demo` stops its worker otherwise
        yield stop
        return
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
