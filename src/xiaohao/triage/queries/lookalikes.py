"""Texts that look like one: candidates by an index over keys, then the exact likeness."""

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

from django.db import connection

from xiaohao.kernel import tenancy
from xiaohao.triage.likeness import Look, contradict, cosines, look
from xiaohao.triage.models import Likeness
from xiaohao.triage.proposals import Lookalike
from xiaohao.triage.rules import LOOK, grade

MOST_CANDIDATES = 1000  # the newest; among a million texts a message has some hundreds
MOST = 10
EXPECTED = 1000  # candidates that common keys may bring in; turns of phrase lead nowhere
FEWEST_KEYS = 4  # that are left to search by, however common
_REMEMBERED = 300  # seconds for which what is common is not asked again

_COMMON = """
SELECT s.most_common_elems::text::int[], s.most_common_elem_freqs, c.reltuples
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = 'keys'
WHERE c.oid = %s::regclass
"""


def lookalikes(
    *,
    title: str,
    text: str,
    labels: Iterable[str] = (),
    exclude: tuple[str, int] | None = None,
    since: dt.datetime | None = None,
    most: int = MOST,
) -> list[Lookalike]:
    """What was indexed and looks like this, the likest first.

    Args:
        title: may be empty.
        text: the message.
        labels: only things of these labels; all when empty.
        exclude: (label, id) of the thing itself.
        since: only things from then on.
        most: how many at most.
    """
    return alike(look(title, text), labels=labels, exclude=exclude, since=since, most=most)


def alike(
    one: Look,
    *,
    labels: Iterable[str] = (),
    exclude: tuple[str, int] | None = None,
    since: dt.datetime | None = None,
    most: int = MOST,
) -> list[Lookalike]:
    """As `lookalikes`, for a look already taken."""
    if not one.keys:
        return []
    rows = Likeness.objects.filter(keys__overlap=telling(one.keys))
    if wanted := list(labels):
        rows = rows.filter(label__in=wanted)
    if since:
        rows = rows.filter(at__gte=since)
    if exclude:
        rows = rows.exclude(label=exclude[0], thing_id=exclude[1])
    values = rows.order_by("-at", "-id").values_list("label", "thing_id", "sketch", "marks")
    found = list(values[:MOST_CANDIDATES])
    scores = cosines(one.sketch, [bytes(sketch) for _, _, sketch, _ in found])
    like = [
        Lookalike(
            label, thing, round(float(score), 4),
            grade(score, contradicts=contradict(one.marks, marks)),
        )
        for (label, thing, _, marks), score in zip(found, scores, strict=True)
        if score >= LOOK
    ]  # fmt: skip
    return sorted(like, key=lambda other: -other.similarity)[:most]


def telling(keys: Sequence[int]) -> list[int]:
    """The keys of a text to search by: those that few others share, the rarest first.

    PostgreSQL itself counts common elements when it analyses the table.
    """
    common = _common(tenancy.slug(), int(time.monotonic() // _REMEMBERED))
    ordered = sorted(keys, key=lambda key: common.get(key, 0.0))
    brought = accumulate(common.get(key, 0.0) for key in ordered)
    wanted = sum(1 for texts in brought if texts <= EXPECTED)
    return ordered[: max(wanted, FEWEST_KEYS)]


@lru_cache(maxsize=32)
def _common(_tenant: str, _period: int) -> dict[int, float]:
    """How many texts share each common key, as the planner's statistics tell it."""
    with connection.cursor() as cursor:
        cursor.execute(_COMMON, [Likeness._meta.db_table])
        row = cursor.fetchone()
    if not row or not row[0]:
        return {}
    elements, frequencies, texts = row
    # After the frequencies of the elements stand their least and their greatest.
    return {key: share * texts for key, share in zip(elements, frequencies, strict=False)}
