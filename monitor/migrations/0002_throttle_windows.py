from django.db import migrations, models


class Migration(migrations.Migration):
    """Windows of any length. What was counted in the hour of the change begins anew: a count lives no longer anyway."""

    dependencies = [("monitor", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="throttlecount", name="throttle_count_once_per_digest_and_hour"),
        migrations.RenameField(model_name="throttlecount", old_name="hour", new_name="ends_at"),
        migrations.AlterField(
            model_name="throttlecount", name="count", field=models.PositiveBigIntegerField(default=0)
        ),
        migrations.AddConstraint(
            model_name="throttlecount",
            constraint=models.UniqueConstraint(
                fields=["digest", "ends_at"], name="throttle_count_once_per_digest_and_window"
            ),
        ),
    ]
