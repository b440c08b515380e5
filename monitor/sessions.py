"""The session of somebody at work does not end under their hands (sliding expiration)."""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as Stored
from django.utils import timezone

from monitor.refusals import is_database_trouble

RENEWED_AFTER = 1 / 12  # of its length: a session in use is written once an hour, not with every request


class SessionStore(Stored):
    """Django's, which ends ``SESSION_COOKIE_AGE`` after it was last used, give or take a twelfth of that."""

    _stored: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        session = self._get_session_from_db()  # type: ignore[attr-defined]
        if session is None:
            return {}
        left = (session.expire_date - timezone.now()).total_seconds()
        self.modified = left < self.get_session_cookie_age() * (1 - RENEWED_AFTER)
        self._stored = self.decode(session.session_data)
        return dict(self._stored)

    def save(self, must_create: bool = False) -> None:
        """Store the session. Raises what the database says, which Django takes for a session that was deleted (400).

        A renewal alone can wait: on a full disk it does not stand in the way of reading.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            trouble = error.__context__
            if not isinstance(trouble, Exception) or not is_database_trouble(trouble):
                raise
            if self._get_session() != self._stored:  # type: ignore[attr-defined]
                raise trouble from None
