from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_empty_settled_messages"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="message", name="message_that_is_accepted_keeps_no_address"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("accepted", "failed", "skipped")), _negated=True),
                    models.Q(("address", ""), ("wording__isnull", True)),
                    _connector="OR",
                ),
                name="message_that_is_settled_keeps_no_address",
            ),
        ),
    ]
