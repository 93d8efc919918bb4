"""Which programme a problem belongs to, which leader answers for it, which units help."""

from collections.abc import Sequence
from typing import Any

from xiaohao.kernel import clock
from xiaohao.ledger.actions.recounting import recount
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Cooperation
from xiaohao.trail.actions import change, create
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
        recount(took.problem, programme_id=took.problem.programme_id)
    if "partners" in given:
        _help(took, given["partners"])


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
