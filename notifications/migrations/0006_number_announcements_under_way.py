from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def number(apps: Any, schema_editor: Any) -> None:
    """By the times that told it so far, for the last time."""
    announcements = apps.get_model("notifications", "Announcement").objects.filter(state__in=["open", "ready"])
    wishes = apps.get_model("notifications", "Subscription").objects.filter(confirmed_at__lt=OuterRef("detected_at"))
    newest = Subquery(wishes.order_by("-pk").values("pk")[:1])
    for announcement in announcements.annotate(newest=newest).exclude(newest=None):
        announcements.filter(pk=announcement.pk).update(newest_wish=announcement.newest)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_numbers_and_the_databases_clock"),
    ]

    operations = [
        migrations.RunPython(number, migrations.RunPython.noop),
    ]
