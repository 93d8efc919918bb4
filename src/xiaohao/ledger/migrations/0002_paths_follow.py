"""When a unit moves, its problems' paths follow in the same statement, whoever moved it."""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION ledger_paths_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_problem p SET path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND coalesce(p.unit_id, p.origin_unit_id) = n.id;
    UPDATE ledger_problem p SET origin_path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND p.origin_unit_id = n.id;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_paths_follow AFTER UPDATE ON units_unit
REFERENCING OLD TABLE AS moved_from NEW TABLE AS moved_to
FOR EACH STATEMENT EXECUTE FUNCTION ledger_paths_follow();
"""
FORGET = "DROP TRIGGER ledger_paths_follow ON units_unit; DROP FUNCTION ledger_paths_follow();"


class Migration(migrations.Migration):
    """A trigger on the tree, declared by the room that lies above it."""

    dependencies = [("ledger", "0001_initial"), ("units", "0001_initial")]
    operations = [migrations.RunSQL(FOLLOW, FORGET)]
