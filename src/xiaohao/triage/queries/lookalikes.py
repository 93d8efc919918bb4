"""Texts that look like one: candidates by an index over keys, then the exact likeness."""

import datetime as dt
from collections.abc import Iterable

from xiaohao.triage.likeness import Look, contradict, cosines, look
from xiaohao.triage.models import Likeness
from xiaohao.triage.proposals import Lookalike
from xiaohao.triage.rules import LOOK, grade

MOST_CANDIDATES = 2000  # the newest; among a million texts a message has some hundreds
MOST = 10


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
    rows = Likeness.objects.filter(keys__overlap=list(one.keys))
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
