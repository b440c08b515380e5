from typing import Any

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce, Now

SETTLED = ("accepted", "failed", "skipped")


def empty(apps: Any, schema_editor: Any) -> None:
    """One way of settling forgot the stranger's address, its text and the time."""
    settled = apps.get_model("notifications", "Message").objects.filter(state__in=SETTLED)
    settled.update(address="", wording=None, settled_at=Coalesce(F("settled_at"), Now()))


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_subscribers_announcements_and_messages"),
    ]

    operations = [
        migrations.RunPython(empty, migrations.RunPython.noop),
    ]
