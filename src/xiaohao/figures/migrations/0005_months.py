"""Changes of figures are cut by the month in which they were written."""

from typing import ClassVar

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

GUARDS = ("append_only", "never_emptied", "queue")


class Migration(migrations.Migration):
    """The same rows under the same names; `id` alone is unique by its sequence."""

    dependencies: ClassVar = [("figures", "0004_frozen"), ("trail", "0003_months")]
    operations: ClassVar = [
        *(pgtrigger.migrations.RemoveTrigger(model_name="entry", name=name) for name in GUARDS),
        migrations.RunSQL(
            [
                "LOCK TABLE figures_entry IN ACCESS EXCLUSIVE MODE",
                "SELECT months_cut('figures_entry', 'written')",
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="659b4f48963d76a61ed460b78b8d8f7e01a6abed",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8b530",
                    table="figures_entry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'xiaohao: this table is never emptied';",
                    hash="fd62ecb7d8d2c2f3b07624ddd37e3b34d9e2c89e",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_2606f",
                    table="figures_entry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="queue",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    INSERT INTO figures_pending (entry_id, metric, path, written, day,\n                                                 category_id, channel, amount, dated)\n                    SELECT id, metric, path, written, day, category_id, channel, amount, dated\n                    FROM fresh;\n                    RETURN NULL;\n                ",
                    hash="55b41fe4103439636fae6bf2f3d39f4bef102aba",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_queue_63983",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="figures_entry",
                    when="AFTER",
                ),
            ),
        ),
    ]
