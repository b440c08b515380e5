from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def take_over(apps: Any, schema_editor: Any) -> None:
    """Counting began with this version: whatever is counted by now was told by its date, or is being told."""
    profiles = apps.get_model("profiles", "Profile").objects.filter(pk=OuterRef("profile"))
    counted = Subquery(profiles.values("news_count")[:1])
    apps.get_model("notifications", "Cursor").objects.update(announced_news=counted)
    under_way = apps.get_model("notifications", "Announcement").objects.filter(state__in=["open", "ready"])
    under_way.update(from_news=counted, to_news=counted)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0007_news_beside_the_date"),
    ]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
