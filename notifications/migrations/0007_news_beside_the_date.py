from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_number_announcements_under_way"),
        ("profiles", "0002_news_counted_beside_the_date"),
    ]

    operations = [
        migrations.AddField(
            model_name="cursor",
            name="announced_news",
            field=models.PositiveIntegerField(default=0, verbose_name="announced news"),
        ),
        migrations.AddField(
            model_name="announcement",
            name="from_news",
            field=models.PositiveIntegerField(default=0, verbose_name="news before"),
        ),
        migrations.AddField(
            model_name="announcement",
            name="to_news",
            field=models.PositiveIntegerField(default=0, verbose_name="news"),
        ),
        migrations.RemoveConstraint(model_name="announcement", name="announcement_tells_another_date"),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "withdrawn"),
                    models.Q(("from_date", models.F("to_date")), _negated=True),
                    ("to_news__gt", models.F("from_news")),
                    _connector="OR",
                ),
                name="announcement_tells_another_date_or_news",
            ),
        ),
    ]
