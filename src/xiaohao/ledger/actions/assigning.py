"""Which programme a problem belongs to, which leader answers for it, which units help."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from xiaohao.figures.actions import recast
from xiaohao.figures.queries import registry
from xiaohao.kernel import clock
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Cooperation, Problem, Word
from xiaohao.trail.actions import change, create
from xiaohao.trail.models import Event
from xiaohao.units.models import Unit


def assign(took: Took) -> None:
    """What is named replaces what stood; what is not named stays."""
    given = took.given
    values: dict[str, Any] = {name: given[name] for name in ("programme", "lead") if name in given}
    data: dict[str, Any] = {name: row.code if row else "" for name, row in values.items()}
    if "partners" in given:
        data["partners"] = [unit.code for unit in given["partners"]]
    moved = "programme" in given and given["programme"] != took.problem.programme
    write(took, data=data, **values)
    if moved:
        _recount(took.problem)
    if "partners" in given:
        _help(took, given["partners"])


def _recount(problem: Problem) -> None:
    """What has happened to the problem counts under its new programme, from now on."""
    words = list(Word.objects.filter(problem=problem).order_by().values_list("pk", flat=True))
    events = Event.objects.filter(
        Q(label="ledger.problem", thing_id=problem.pk) | Q(label="ledger.word", thing_id__in=words)
    ).order_by()
    seen = events.annotate(where=Cast(KT("data__counted_at"), BigIntegerField()))
    pairs = [(at, where) for at, where in seen.values_list("at", "where") if where]
    for label, things in (("ledger.problem", [problem.pk]), ("ledger.word", words)):
        recast(
            metrics=[m.key for m in registry() if m.thing == label and m.is_kept and m.sourced],
            things=things,
            units={where for _, where in pairs},
            days={clock.local_day(at) for at, _ in pairs},
            programme_id=problem.programme_id,
        )


def _help(took: Took, wanted: Sequence[Unit]) -> None:
    standing = {row.unit_id: row for row in took.problem.cooperations.filter(until=None)}
    keys = [unit.pk for unit in wanted]
    for unit_id, row in sorted(standing.items()):
        if unit_id not in keys:
            row.until = clock.now()
            change(thing=row, by=took.by, kind="end_help", fields=["until"])
    for key in dict.fromkeys(keys):
        if key not in standing:
            row = Cooperation(problem=took.problem, unit_id=key, since=clock.now())
            create(thing=row, by=took.by, kind="help")
