"""What a journey needs of the outer world: a mail server that really takes mail, and the reference rows."""

import pytest
from django.core.management import call_command

from tests.mail_server import mail_server

__all__ = ["mail_server"]


@pytest.fixture
def reference(transactional_db: None) -> None:
    call_command("load_reference", verbosity=0)
