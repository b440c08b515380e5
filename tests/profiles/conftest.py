"""Who edits in a browser."""

import pytest

from tests.factories import make_staff
from tests.profiles.test_admin import EDITING

WATCH_POLICY = (
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective))"
)


@pytest.fixture
def staff(page, client, live_server):
    """A researcher who is logged in; their page counts violations of its policy."""
    user = make_staff(*EDITING, username="ben")
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.context.add_init_script(WATCH_POLICY)
    page.violations = []
    page.on("console", lambda said: page.violations.append(said.text) if "olicy" in said.text else None)
    page.on("dialog", lambda dialog: dialog.accept())
    yield user
    assert page.violations == []
