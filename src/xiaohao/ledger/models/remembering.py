"""What the database writes down by itself, so that nothing has to think of it."""

import pgtrigger


def parts_remembered() -> pgtrigger.Trigger:
    """Whom a problem leaves stays known as one that had a part in it (`PastPart`).

    A leader above the unit that answered supervised it: his unit had no part.
    """
    return pgtrigger.Trigger(
        name="remembers",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "NEW.unit_id IS DISTINCT FROM OLD.unit_id OR NEW.lead_id IS DISTINCT FROM OLD.lead_id"
        ),
        func="""
        INSERT INTO ledger_pastpart (problem_id, unit_id)
        SELECT OLD.id, OLD.unit_id WHERE OLD.unit_id IS NOT NULL
        UNION
        SELECT OLD.id, u.id FROM people_post l JOIN units_unit u ON u.id = l.unit_id
        WHERE l.id = OLD.lead_id AND NOT starts_with(OLD.path, u.path)
        ON CONFLICT DO NOTHING;
        RETURN NULL;
        """,
    )
