"""Units with cells know how fine these are; those that had cells before have them at every grain."""

from typing import ClassVar

from django.db import migrations, models

GRAINS = [
    (0, "all days"),
    (1, "all days, by category and channel"),
    (2, "one day"),
    (3, "one day, by category and channel"),
]
SIZES = """
UPDATE figures_heavy h SET changes = (
    SELECT count(*) FROM units_unit u
    JOIN figures_entry e ON e.path >= u.path AND e.path < u.path || '~' WHERE u.id = h.unit_id)
"""


class Migration(migrations.Migration):
    """Two columns."""

    dependencies: ClassVar = [("figures", "0005_months")]
    operations: ClassVar = [
        migrations.AddField("heavy", "finest", models.SmallIntegerField(choices=GRAINS, default=3)),
        migrations.AddField("heavy", "changes", models.BigIntegerField(default=0)),
        migrations.RunSQL([SIZES], migrations.RunSQL.noop),
    ]
