"""Freezing: a figure is written down as it is stated, for good."""

from dataclasses import replace

from django.db import connection, transaction
from django.utils.translation import gettext as _

from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Asked
from xiaohao.figures.queries.freezing import as_text, lots, short, value_of, worded
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import create

LONGEST = 200  # characters that say where a figure is stated


def freeze(*, metric: str, asked: Asked, stated: str, by: Actor | Nobody) -> Frozen:
    """Write a figure down as it is stated: definition, moment, value, records; for good.

    Args:
        asked: the unit and the scope, see `queries.ask`; without a moment, the present.
        stated: where it is stated, e.g. the number of a circular.

    Raises:
        KeyError: the metric is not declared.
        Refused: `where_missing`, `too_long`, `along_a_line`.
    """
    if asked.scope.line is not None:
        text = _("A figure along a line is not frozen: which units belong to a line may change "
                 "without a date. State the figures of the units themselves.")  # fmt: skip
        raise Refused.because("along_a_line", text, "line")
    place = clean(stated)
    if not place:
        text = _("Say where this figure is stated, e.g. “Circular 3, page 2”.")
        raise Refused.because("where_missing", text, "stated")
    if len(place) > LONGEST:
        text = _("This is too long: at most %(most)s characters.") % {"most": LONGEST}
        raise Refused.because("too_long", text, "stated")
    # Whoever writes now has committed before the set is closed, or gets a higher number.
    last, moment = _settled(), asked.scope.asof or clock.now()
    scope = replace(asked.scope, asof=moment)
    found = lots(metric, asked.unit, scope, last)
    frozen = Frozen(
        metric=metric,
        unit=asked.unit,
        moment=moment,
        since=scope.since,
        until=scope.until,
        category=asked.words.get("category") or "",
        channel=asked.words.get("channel") or "",
        source=asked.words.get("source") or "",
        programme=asked.words.get("programme") or "",
        value=as_text(value_of(metric, found)),
        lots=[short(lot) for lot in found],
        words=worded(metric, asked.unit),
        stated=place,
        last_entry=last,
        frozen_at=clock.now(),
        post_id=by.post_id if isinstance(by, Actor) else None,
        account=by.account_id if isinstance(by, Actor) else None,
    )
    data = {name: getattr(frozen, name) for name in ("metric", "moment", "value", "lots", "stated")}
    create(thing=frozen, by=by, kind="freeze", data={**data, "unit": asked.unit.code})
    return frozen


def _settled() -> int:
    """The number of the last change below which no transaction is still writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(figures_lock())")
        cursor.execute("SELECT coalesce(max(id), 0) FROM figures_entry")
        return int(cursor.fetchone()[0])
