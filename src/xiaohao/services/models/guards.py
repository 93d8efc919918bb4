"""The database's own guards, made from the rules: no path around the application either."""

from collections.abc import Iterable

import pgtrigger

from xiaohao.services.rules import LIST_EDGES, edges


def _pairs(found: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"('{a}', '{b}')" for a, b in sorted(found))


# The department's own unit, or one below it; the two ids are compared by the paths of today.
_WITHIN = """EXISTS (SELECT 1 FROM units_unit inner_u, units_unit outer_u
    WHERE inner_u.id = {inner} AND outer_u.id = {outer}
    AND starts_with(inner_u.path, outer_u.path))"""


def list_moves() -> pgtrigger.Trigger:
    """Lists begin as drafts and go one way; what is published keeps its name, unit and year."""
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'draft' OR NEW.version <> 1 THEN
                RAISE EXCEPTION 'xiaohao: a service list begins as a draft';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION 'xiaohao: service list % changed without its event', OLD.id;
        END IF;
        IF NEW.state <> OLD.state THEN
            IF (OLD.state, NEW.state) NOT IN ({_pairs(LIST_EDGES)}) THEN
                RAISE EXCEPTION 'xiaohao: service list %: no move from % to %',
                    OLD.id, OLD.state, NEW.state;
            END IF;
            IF NEW.state = 'published' AND NOT EXISTS (
                SELECT 1 FROM services_service s WHERE s.list_id = NEW.id
                AND s.withdrawn_at IS NULL) THEN
                RAISE EXCEPTION 'xiaohao: service list % promises nothing', OLD.id;
            END IF;
        END IF;
        IF OLD.state <> 'draft' AND (NEW.title, NEW.unit_id, NEW.year, NEW.published_at)
           IS DISTINCT FROM (OLD.title, OLD.unit_id, OLD.year, OLD.published_at) THEN
            RAISE EXCEPTION 'xiaohao: service list % stands as it was published', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def only_in_draft() -> pgtrigger.Trigger:
    """New measures and services come into a draft only."""
    return pgtrigger.Trigger(
        name="only_in_draft",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
        IF NOT EXISTS (SELECT 1 FROM services_servicelist l WHERE l.id = NEW.list_id
                       AND l.state = 'draft') THEN
            RAISE EXCEPTION 'xiaohao: service list % is no draft', NEW.list_id;
        END IF;
        RETURN NEW;
        """,
    )


def service_kept() -> pgtrigger.Trigger:
    """A service stays in its list under its number; withdrawn it stays so; a closed list rests."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION 'xiaohao: service % changed without its event', OLD.id;
        END IF;
        IF (NEW.list_id, NEW.measure_id, NEW.number)
           IS DISTINCT FROM (OLD.list_id, OLD.measure_id, OLD.number)
           OR OLD.withdrawn_at IS NOT NULL
           OR NEW.withdrawn_at IS NOT NULL AND NEW.withdrawn_reason = ''
           OR EXISTS (SELECT 1 FROM services_servicelist l WHERE l.id = NEW.list_id
                      AND l.state = 'closed') THEN
            RAISE EXCEPTION 'xiaohao: service % cannot be rewritten', OLD.id;
        END IF;
        RETURN NEW;
        """,
    )


_UNSHOWN = """NOT EXISTS (SELECT 1 FROM services_proof p
    WHERE p.call_id = NEW.id AND p.round = {round})
   OR NOT EXISTS (SELECT 1 FROM services_delivery d
    WHERE d.call_id = NEW.id AND d.round = {round})"""


def call_begins() -> pgtrigger.Trigger:
    """Calls are for what binds, and no department calls for a service of its own."""
    within = _WITHIN.format(inner="NEW.caller_id", outer="NEW.department_id")
    return pgtrigger.Trigger(
        name="begins",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NEW.state <> 'called' OR NEW.version <> 1 OR NEW.round <> 1
           OR NEW.problem_id IS NOT NULL OR NEW.grade IS NOT NULL THEN
            RAISE EXCEPTION 'xiaohao: a call begins as called';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM services_service s
            JOIN services_servicelist l ON l.id = s.list_id
            WHERE s.id = NEW.service_id AND s.withdrawn_at IS NULL AND l.state = 'published'
            AND s.department_id = NEW.department_id) THEN
            RAISE EXCEPTION 'xiaohao: service % binds nobody', NEW.service_id;
        END IF;
        IF {within} THEN
            RAISE EXCEPTION 'xiaohao: a department calls for no service of its own';
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def call_moves() -> pgtrigger.Trigger:
    """Calls change along the table's edges, and never skip a version."""
    unshown = _UNSHOWN.format(round="NEW.round")
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION 'xiaohao: call % changed without its event', OLD.id;
        END IF;
        IF (NEW.service_id, NEW.department_id, NEW.caller_id, NEW.needed, NEW.sealed, NEW.seal,
            NEW.called_at, NEW.due)
           IS DISTINCT FROM
           (OLD.service_id, OLD.department_id, OLD.caller_id, OLD.needed, OLD.sealed, OLD.seal,
            OLD.called_at, OLD.due)
           OR OLD.problem_id IS NOT NULL AND NEW.problem_id IS DISTINCT FROM OLD.problem_id THEN
            RAISE EXCEPTION 'xiaohao: call % stands as it was made', OLD.id;
        END IF;
        IF NEW.state = OLD.state THEN
            IF (NEW.round, NEW.grade, NEW.delivered_on, NEW.grade_by)
               IS DISTINCT FROM (OLD.round, OLD.grade, OLD.delivered_on, OLD.grade_by)
               OR OLD.problem_id IS NOT NULL OR NEW.problem_id IS NULL THEN
                RAISE EXCEPTION 'xiaohao: call % changes by its moves alone', OLD.id;
            END IF;
            RETURN NEW;
        END IF;
        IF (OLD.state, NEW.state) NOT IN ({_pairs(edges())}) THEN
            RAISE EXCEPTION 'xiaohao: call %: no move from % to %', OLD.id, OLD.state, NEW.state;
        END IF;
        IF NEW.problem_id IS DISTINCT FROM OLD.problem_id
           OR NEW.round <> OLD.round + (OLD.state = 'delivered' AND NEW.state = 'called')::int
           OR NEW.round > 1 AND NEW.state IN ('declined', 'withdrawn') THEN
            RAISE EXCEPTION 'xiaohao: call % loses count of its rounds', OLD.id;
        END IF;
        IF (NEW.state IN ('delivered', 'graded')) <> (NEW.delivered_on IS NOT NULL)
           OR NEW.state = 'delivered' AND ({unshown}) THEN
            RAISE EXCEPTION 'xiaohao: call % shows no delivery', OLD.id;
        END IF;
        IF (NEW.state = 'graded') <> (NEW.grade IS NOT NULL) OR OLD.state = 'delivered'
           AND NOT EXISTS (SELECT 1 FROM services_verdict v WHERE v.call_id = NEW.id
               AND v.round = OLD.round AND v.grade IS NOT DISTINCT FROM NEW.grade) THEN
            RAISE EXCEPTION 'xiaohao: call % has no word of the caller', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def comes_while(state: str, part: str) -> pgtrigger.Trigger:
    """What belongs to a round comes in while the call stands there, in that round."""
    return pgtrigger.Trigger(
        name="in_its_round",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NOT EXISTS (SELECT 1 FROM services_call c WHERE c.id = NEW.call_id
                       AND c.state = '{state}' AND c.round = NEW.round) THEN
            RAISE EXCEPTION 'xiaohao: call % takes no {part} now', NEW.call_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def delivered_by_department() -> pgtrigger.Trigger:
    """Only the department, or a unit of it, delivers."""
    within = _WITHIN.format(inner="NEW.unit_id", outer="c.department_id")
    return pgtrigger.Trigger(
        name="by_department",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NOT EXISTS (SELECT 1 FROM services_call c WHERE c.id = NEW.call_id AND {within}) THEN
            RAISE EXCEPTION 'xiaohao: call %: another unit delivers', NEW.call_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


def judged_by_caller() -> pgtrigger.Trigger:
    """The unit that called has the word, and never the department or a unit of it."""
    within = _WITHIN.format(inner="NEW.unit_id", outer="c.department_id")
    return pgtrigger.Trigger(
        name="by_caller",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        IF NOT EXISTS (SELECT 1 FROM services_call c, people_post o WHERE c.id = NEW.call_id
                       AND c.caller_id = NEW.unit_id AND o.id = NEW.post_id
                       AND o.unit_id = NEW.unit_id AND NOT {within}) THEN
            RAISE EXCEPTION 'xiaohao: call %: the caller alone grades', NEW.call_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )
