"""Pages as the world saw them, where some lie beside the checkout: ``MONITOR_SEED=its/path make test``.

They are not ours to ship, so without the variable this file is not even collected (see conftest).
"""

import os
from pathlib import Path

import pytest
from django.core.management import call_command

from profiles.models import Profile

PAGES = sorted(Path(os.environ["MONITOR_SEED"]).rglob("*.txt"))


def test_there_are_pages():
    assert PAGES


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_imported_published_and_read(page, client):
    call_command("load_reference", verbosity=0)
    call_command("import_profile", str(page), "--publish", verbosity=0)
    profile = Profile.objects.get()
    shown = client.get(profile.get_absolute_url())
    assert shown.status_code == 200
    assert shown.content.count(b"doc-backlink") >= profile.footnotes.count() > 0
