"""What these tests need: a mail server that can be told what to answer, and the duties run to their end."""

from collections.abc import Callable

import pytest

from notifications import duties
from tests.dripping_server import dripping_server
from tests.mail_server import mail_server
from tests.workers import start

__all__ = ["dripping_server", "mail_server", "start"]


@pytest.fixture
def work() -> Callable[[], None]:
    """Run the duties until none finds anything to do."""

    def until_idle() -> None:
        while sum(duty() for duty in (duties.detect, duties.fan_out, duties.compose, duties.send, duties.sweep)):
            pass

    return until_idle
