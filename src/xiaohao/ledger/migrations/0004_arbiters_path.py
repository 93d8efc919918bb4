"""Problems in arbitration stand with their arbiter; hand-overs of the past are counted."""

from django.db import migrations

FOLLOW = """
CREATE OR REPLACE FUNCTION ledger_paths_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_problem p SET path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND CASE WHEN p.state = 'arbitration' THEN p.arbiter_id
        ELSE coalesce(p.unit_id, p.origin_unit_id) END = n.id;
    UPDATE ledger_problem p SET origin_path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND p.origin_unit_id = n.id;
    RETURN NULL;
END $$;
"""
COUNT = """
INSERT INTO figures_entry (metric, path, unit_id, thing_id, at, written, day, category_id, channel,
                           amount, stock, dated, transfer)
SELECT 'ledger.handed', u.path, u.id, p.id, e.at, (e.at AT TIME ZONE 'Asia/Shanghai')::date,
       (e.at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(p.category_id, 0), p.channel,
       1, false, false, false
FROM trail_event e
JOIN ledger_problem p ON p.id = e.thing_id
JOIN units_unit u ON u.id = (e.data ->> 'counted_at')::bigint
WHERE e.label = 'ledger.problem' AND e.kind = 'refer'
ORDER BY e.id;
"""


class Migration(migrations.Migration):
    """The trigger on the tree learns of the arbiter."""

    dependencies = [
        ("ledger", "0003_arbitration"),
        ("figures", "0001_initial"),
        ("trail", "0001_initial"),
        ("units", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(FOLLOW, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
