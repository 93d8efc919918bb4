"""What triage proposes for waiting messages, worked out beside the requests."""

import json
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Q

from xiaohao.intake.models import LABEL, Message, MessageQuerySet, State
from xiaohao.kernel import clock
from xiaohao.kernel.text import terms
from xiaohao.triage import actions as triage
from xiaohao.triage.queries import Asked, leading, propose_many

AT_ONCE = 100
_WRITE = """
    UPDATE intake_message message
    SET proposal = given.proposal, proposed_at = %s,
        search = array_to_tsvector(string_to_array(given.terms, E'\\n'))
    FROM unnest(%s::bigint[], %s::jsonb[], %s::text[]) AS given (id, proposal, terms)
    WHERE message.id = given.id
"""


def propose_waiting(*, most: int = 2_000) -> int:
    """Proposals, search terms and looks for messages that have none yet; how many.

    Waiting messages are looked at again when a newer model leads.
    """
    done = 0
    while done < most:
        rows = list(_without()[:AT_ONCE])
        if not rows:
            break
        _propose(rows)
        done += len(rows)
    return done


def propose_now(message: Message) -> None:
    """The same for one message that somebody is about to triage."""
    _propose([message])
    message.refresh_from_db(fields=["proposal", "proposed_at"])


def _without() -> MessageQuerySet:
    model = leading()
    stale = Q(proposed_at=None)
    if model:
        stale |= Q(state=State.WAITING, proposed_at__lt=model.trained_at)
    return Message.objects.filter(stale).order_by("id")


def _propose(rows: Sequence[Message]) -> None:
    with transaction.atomic():
        triage.index_many(
            things=[triage.Thing(LABEL, m.pk, m.received_at, m.title, m.text) for m in rows]
        )
        asked = [Asked(m.title, m.text, m.place_unit_id, (LABEL, m.pk)) for m in rows]
        proposals = [json.dumps(one.as_json()) for one in propose_many(asked)]
        words = ["\n".join(terms(m.title, m.text, m.place, m.external_no)) for m in rows]
        with connection.cursor() as cursor:
            ids = [m.pk for m in rows]
            cursor.execute(_WRITE, [clock.now(), ids, proposals, words])
