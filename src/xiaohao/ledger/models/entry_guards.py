"""The database's guards of what was entered: nothing of it becomes another without a correction."""

import pgtrigger

from xiaohao.ledger.rules import CORRECTABLE, CORRECTED_IN, MOVES

_COLUMNS = {"category": "category_id", "place_unit": "place_unit_id"}
ENTERED = [_COLUMNS.get(name, name) for name in CORRECTABLE]


def _row(record: str, names: list[str]) -> str:
    return f"({', '.join(f'{record}.{name}' for name in names)})"


def _states(move: str) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(MOVES[move].origins))


def problem_entered() -> pgtrigger.Trigger:
    """The text stays; the rest changes under a correction of this version, the state as it was.

    Only the category may also be given when the problem is handed on.
    """
    others = [name for name in ENTERED if name != "category_id"]
    entered = [*ENTERED, "text"]
    return pgtrigger.Trigger(
        name="entered",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            f"({_row('OLD', entered)} IS DISTINCT FROM {_row('NEW', entered)})"
        ),
        func=f"""
        IF NEW.text <> OLD.text THEN
            RAISE EXCEPTION 'xiaohao: what was reported as problem % stays as it was said', OLD.id;
        END IF;
        IF {_row("OLD", others)} IS NOT DISTINCT FROM {_row("NEW", others)}
           AND OLD.state IN ({_states("refer")}) AND NEW.state = '{MOVES["refer"].to}' THEN
            RETURN NEW;
        END IF;
        IF NEW.state <> OLD.state OR NOT EXISTS (
               SELECT 1 FROM ledger_correction c
               WHERE c.problem_id = NEW.id AND c.seq = NEW.version) THEN
            RAISE EXCEPTION 'xiaohao: the entry of problem % is corrected with a reason', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def correction_made() -> pgtrigger.Trigger:
    """The office that registered a problem corrects its entry, or one above; for its next version.

    The problem is held, so that no other version comes between.
    """
    states = ", ".join(f"'{state.value}'" for state in sorted(CORRECTED_IN))
    return pgtrigger.Trigger(
        name="made",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        PERFORM 1 FROM ledger_problem p JOIN units_unit u ON u.id = NEW.unit_id
            WHERE p.id = NEW.problem_id AND p.version + 1 = NEW.seq AND p.state IN ({states})
            AND starts_with(p.origin_path, u.path) FOR NO KEY UPDATE OF p;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'xiaohao: problem % is not corrected by unit %',
                NEW.problem_id, NEW.unit_id;
        END IF;
        RETURN NEW;
        """,
    )
