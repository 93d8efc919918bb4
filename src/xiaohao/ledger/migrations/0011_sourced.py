"""What was counted before bears the source and the programme of its problem from now on.

The one change ever made to changes of figures: it fills columns that were not there when they were
written. The database refuses such a change otherwise, so the guards are put aside for it.
"""

from typing import ClassVar

from django.db import migrations

FILL = """
UPDATE {table} e SET source = p.source, programme_id = coalesce(p.programme_id, 0)
FROM {things}
WHERE {narrowed} AND (e.source, e.programme_id) <> (p.source, coalesce(p.programme_id, 0));
"""
THINGS = {
    "ledger_problem p": "{thing} = p.id AND {metric} LIKE 'ledger.%' AND NOT {metric} = ANY({words})",
    "ledger_word w JOIN ledger_problem p ON p.id = w.problem_id":
        "{thing} = w.id AND {metric} = ANY({words})",
}  # fmt: skip
WORDS = """'{ledger.asked,ledger.graded_response,ledger.responded,ledger.answered,
ledger.answered_solved,ledger.satisfied}'::text[]"""


def _fill() -> list[str]:
    statements = []
    for things, where in THINGS.items():
        narrowed = where.format(thing="e.thing_id", metric="e.metric", words=WORDS)
        statements.append(FILL.format(table="figures_entry", things=things, narrowed=narrowed))
    # Those in the queue bear no number of their thing: they follow their change.
    statements.append("""
        UPDATE figures_pending q SET source = e.source, programme_id = e.programme_id
        FROM figures_entry e WHERE e.id = q.entry_id AND e.written = q.written
    """)
    return statements


class Migration(migrations.Migration):
    """Fill the columns; cells begin anew after `migrate`."""

    dependencies: ClassVar = [("ledger", "0010_mentions"), ("figures", "0007_dimensions")]
    operations: ClassVar = [
        migrations.RunSQL(
            [
                "ALTER TABLE figures_entry DISABLE TRIGGER USER",
                *_fill(),
                "TRUNCATE figures_cell, figures_heavy",
                "ALTER TABLE figures_entry ENABLE TRIGGER USER",
            ],
            migrations.RunSQL.noop,
        ),
    ]
