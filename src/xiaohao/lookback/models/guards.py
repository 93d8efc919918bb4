"""What the database itself holds a look-back to."""

import pgtrigger

from xiaohao.kernel.paths import WIDTH

_DRAWN = "public_value,seed,drawn_at"
_REVEALED = "secret,revealed_at"


def round_steps() -> pgtrigger.Trigger:
    """A round is laid, drawn and revealed, in this order and each once; nothing else changes.

    The public value of a round without a named source is the root of the seal that covers its
    laying; the secret, once revealed, must be the one committed to and must give the seed.
    """
    return pgtrigger.Trigger(
        name="steps",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
        IF TG_OP = 'INSERT' THEN
            IF NEW.drawn_at IS NOT NULL OR NEW.revealed_at IS NOT NULL
               OR NEW.seed <> '' OR NEW.secret <> '' OR NEW.public_value <> '' THEN
                RAISE EXCEPTION 'xiaohao: a round begins with its commitment';
            END IF;
            RETURN NEW;
        END IF;
        IF to_jsonb(NEW) - '{{version,{_DRAWN},{_REVEALED}}}'::text[]
           <> to_jsonb(OLD) - '{{version,{_DRAWN},{_REVEALED}}}'::text[] THEN
            RAISE EXCEPTION 'xiaohao: round % stands as it was laid', OLD.id;
        END IF;
        IF OLD.drawn_at IS NULL THEN
            IF NEW.drawn_at IS NULL OR NEW.revealed_at IS NOT NULL OR NEW.seed = '' THEN
                RAISE EXCEPTION 'xiaohao: round % is to be drawn next', OLD.id;
            END IF;
            IF NEW.source = '' AND NEW.public_value IS DISTINCT FROM (
                SELECT encode(s.root, 'hex') FROM trail_event e
                JOIN trail_seal s ON e.id BETWEEN s.first_event AND s.last_event
                WHERE e.label = 'lookback.round' AND e.thing_id = NEW.id AND e.seq = 1) THEN
                RAISE EXCEPTION 'xiaohao: round % draws from the seal over its laying', OLD.id;
            END IF;
            RETURN NEW;
        END IF;
        IF (NEW.public_value, NEW.seed, NEW.drawn_at)
           IS DISTINCT FROM (OLD.public_value, OLD.seed, OLD.drawn_at)
           OR OLD.revealed_at IS NOT NULL OR NEW.revealed_at IS NULL THEN
            RAISE EXCEPTION 'xiaohao: round % is drawn', OLD.id;
        END IF;
        IF encode(sha256(convert_to(NEW.secret, 'UTF8')), 'hex') <> NEW.commitment
           OR encode(sha256(convert_to(NEW.secret || chr(10) || NEW.public_value || chr(10),
                                       'UTF8')), 'hex') <> NEW.seed THEN
            RAISE EXCEPTION 'xiaohao: round %: this is not the secret committed to', OLD.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (our own words)
    )


# `rules.parting.Case.answers` in the database: the paths of all units with a part, how much of
# them is common (`shared`), and whether the post stands at that level or in a branch with a part.
_APART = f"""
            SELECT u.path INTO here FROM people_post p JOIN units_unit u ON u.id = p.unit_id
            WHERE p.id = NEW.post_id;
            SELECT array_agg(u.path) INTO parts FROM units_unit u WHERE u.id = NEW.verifier_unit_id
               OR u.id IN (SELECT p.unit_id FROM people_post p WHERE p.id = ANY(NEW.part_posts));
            IF parts IS NOT NULL THEN
                SELECT parts || u.path INTO parts FROM units_unit u WHERE u.id = NEW.unit_id;
                WHILE (SELECT count(DISTINCT left(one, shared + {WIDTH})) = 1
                              AND min(length(one)) >= shared + {WIDTH}
                       FROM unnest(parts) AS one) LOOP
                    shared := shared + {WIDTH};
                END LOOP;
                IF here = left(parts[1], shared) OR EXISTS (
                    SELECT 1 FROM unnest(parts) AS one WHERE length(one) > shared
                    AND left(one, shared + {WIDTH}) = left(here, shared + {WIDTH})) THEN
                    RAISE EXCEPTION 'xiaohao: re-check %: the unit of this post had a part in it, '
                        'or answers for one that had', NEW.id;
                END IF;
            END IF;
            IF EXISTS (SELECT 1 FROM ledger_cooperation c JOIN units_unit u ON u.id = c.unit_id
                       WHERE c.problem_id = NEW.problem_id AND c.until IS NULL
                       AND starts_with(here, u.path)) THEN
                RAISE EXCEPTION 'xiaohao: re-check %: the unit of this post helped with it', NEW.id;
            END IF;
"""  # noqa: S608 (our own words)


def recheck_apart() -> pgtrigger.Trigger:
    """Nobody checks again what he had a part in; a result once given stands.

    Whether the unit of a post answers for a part is judged when the post is given: what was given
    before that was judged stays as it was given.
    """
    return pgtrigger.Trigger(
        name="apart",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("here", "text"), ("parts", "text[]"), ("shared", "int := 0")],
        func=f"""
        IF TG_OP = 'UPDATE' THEN
            IF OLD.result <> '' THEN
                RAISE EXCEPTION 'xiaohao: the result of re-check % stands', OLD.id;
            END IF;
            IF to_jsonb(NEW) - '{{version,post_id,result,note,done_at,account}}'::text[]
               <> to_jsonb(OLD) - '{{version,post_id,result,note,done_at,account}}'::text[] THEN
                RAISE EXCEPTION 'xiaohao: re-check % stands as it was drawn', OLD.id;
            END IF;
        END IF;
        IF NEW.post_id IS NOT NULL AND (NEW.post_id = ANY(NEW.part_posts) OR EXISTS (
            SELECT 1 FROM people_post p JOIN units_unit u ON u.id = p.unit_id
            JOIN units_unit own ON own.id = NEW.unit_id
            WHERE p.id = NEW.post_id AND starts_with(u.path, own.path))) THEN
            RAISE EXCEPTION 'xiaohao: re-check %: this post had a part in it', NEW.id;
        END IF;
        IF NEW.post_id IS NOT NULL
           AND (TG_OP = 'INSERT' OR NEW.post_id IS DISTINCT FROM OLD.post_id) THEN{_APART}
        END IF;
        IF NEW.account = ANY(NEW.part_accounts) THEN
            RAISE EXCEPTION 'xiaohao: re-check %: this person had a part in it', NEW.id;
        END IF;
        IF NEW.result IN ('fixed', 'not_fixed') AND (NEW.post_id IS NULL OR NEW.note = '') THEN
            RAISE EXCEPTION 'xiaohao: re-check %: a result has a post and a note', NEW.id;
        END IF;
        IF (NEW.result = '') <> (NEW.done_at IS NULL) THEN
            RAISE EXCEPTION 'xiaohao: re-check %: a result has its moment', NEW.id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 (the same)
    )
