"""What happened is never told before its day: readings between two days rely on it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A check over every change, which no writer has broken so far."""

    dependencies: ClassVar = [("figures", "0009_alike")]
    operations: ClassVar = [
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stock", True), ("day__lte", models.F("written")), _connector="OR"
                ),
                name="figures_happened_before_told",
            ),
        ),
    ]
