"""The session of somebody at work does not end under their hands (sliding expiration)."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as Stored
from django.utils import timezone

RENEWED_AFTER = 1 / 12  # of its length: a session in use is written once an hour, not with every request


class SessionStore(Stored):
    """Django's, which ends ``SESSION_COOKIE_AGE`` after it was last used, give or take a twelfth of that."""

    def load(self) -> dict[str, Any]:
        session = self._get_session_from_db()  # type: ignore[attr-defined]
        if session is None:
            return {}
        left = (session.expire_date - timezone.now()).total_seconds()
        self.modified = left < self.get_session_cookie_age() * (1 - RENEWED_AFTER)
        return self.decode(session.session_data)
