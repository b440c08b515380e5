"""Sample accounts, one for each way of working in the admin."""

from django.contrib.auth.models import Group, User
from django.utils.crypto import get_random_string

GROUPS = {"researcher": "Researchers", "editor": "Editors"}
SUPERUSER = "admin"


def make_missing() -> dict[str, str]:
    """Make the accounts that are not there; their passwords by name.

    Made at random and stored as hashes: this is the only time they can be shown.
    """
    missing = [name for name in (*GROUPS, SUPERUSER) if not User.objects.filter(username=name).exists()]
    return {name: _make(name) for name in missing}


def _make(name: str) -> str:
    password = get_random_string(16)
    if name == SUPERUSER:
        User.objects.create_superuser(name, password=password)
    else:
        # with an address, so that the mail an editor gets of new feedback can be read among the demonstration's mails
        account = User.objects.create_user(name, f"{name}@example.org", password, is_staff=True)
        account.groups.add(Group.objects.get(name=GROUPS[name]))
    return password
