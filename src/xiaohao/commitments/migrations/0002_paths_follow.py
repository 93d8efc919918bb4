"""When a unit moves, the paths of what stands at it follow in the same statement."""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION commitments_paths_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE commitments_entry e SET path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND e.unit_id = n.id;
    UPDATE commitments_entry e SET origin_path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND e.origin_unit_id = n.id;
    UPDATE commitments_household h SET path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND h.unit_id = n.id;
    UPDATE commitments_round r SET path = n.path
    FROM moved_to n JOIN moved_from o ON o.id = n.id
    WHERE o.path <> n.path AND r.unit_id = n.id;
    RETURN NULL;
END $$;
CREATE TRIGGER commitments_paths_follow AFTER UPDATE ON units_unit
REFERENCING OLD TABLE AS moved_from NEW TABLE AS moved_to
FOR EACH STATEMENT EXECUTE FUNCTION commitments_paths_follow();
"""
FORGET = """
DROP TRIGGER commitments_paths_follow ON units_unit;
DROP FUNCTION commitments_paths_follow();
"""


class Migration(migrations.Migration):
    """A trigger on the tree, declared by the room that lies above it."""

    dependencies = [("commitments", "0001_initial"), ("units", "0001_initial")]
    operations = [migrations.RunSQL(FOLLOW, FORGET)]
