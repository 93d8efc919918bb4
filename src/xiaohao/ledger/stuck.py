"""Where it is stuck: of each kind the first few open problems under some places, in one statement.

How many are open decides how they are found, not a guess of the planner's (whose buckets of paths
are wider than a city): where they are few, all of them are looked at, in an index that holds what
they are ordered by; else each kind is read in the order of an index of its own (`models.problem`),
which holds the path, too: so many entries are looked at as it takes to find the first few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import OPEN

FIRST = 5
FEW = 5_000  # open ones; under a place with more, the first few are soon met in the order of all
# By kind: which of the open ones, and in what order.
KINDS: Mapping[str, tuple[str, str]] = {
    "late": ("deadline < %(today)s", "deadline, id"),
    "waiting": ("true", "registered_at, id"),
    "returned": ("returns > 1", "returns DESC, id"),
    "reopened": ("round > 1", '"round" DESC, id'),
}
NARROWED = ("source", "programme_id")
# Written out: only so can the database see that the indexes hold these problems and no others.
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_FEW = """
SELECT id, deadline, registered_at, returns, "round" FROM ledger_problem
WHERE state IN ({open}) AND ({under}){narrowed} LIMIT {few}
"""
# `|| ''` keeps the planner from finding all that lies under the place, and sorting it.
_IDS = """({number}, CASE WHEN (SELECT are FROM many) THEN ARRAY(
    SELECT id FROM ledger_problem
    WHERE state IN ({open}) AND {kind} AND ({looked_at}){narrowed}
    ORDER BY {order} LIMIT {first}
) ELSE ARRAY(SELECT id FROM few WHERE {kind} ORDER BY {order} LIMIT {first}) END)"""
_STATEMENT = """
WITH few AS MATERIALIZED ({few}), many AS (SELECT count(*) = {most} AS are FROM few)
SELECT k.kind, p.id, p.year, p.title, coalesce(nullif(u.short_name, ''), u.name), p.state,
       p.deadline, p.returns, p.round
FROM (VALUES {kinds}) AS k(kind, ids)
CROSS JOIN unnest(k.ids) WITH ORDINALITY AS f(id, place)
JOIN ledger_problem p ON p.id = f.id
LEFT JOIN units_unit u ON u.id = p.unit_id
ORDER BY k.kind, f.place
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A problem that is stuck, as a list shows it.

    Attributes:
        unit: name of the unit that has it; "" for none.
    """

    number: str
    title: str
    unit: str
    state: str
    deadline: date | None
    returns: int
    round: int


def stuck(actor: Actor, paths: Sequence[str], narrows: Mapping[str, Any]) -> dict[str, list[Held]]:
    """The first few by kind: late and open longest, returned and reopened most; nothing of none.

    Args:
        paths: the places; only what the actor's scope covers is read.
        narrows: `source` and `programme_id` that the problems must have.
    """
    inside = [path for path in paths if actor.covers(path)]
    if not inside or not actor.may(Permission.SEE_LEDGER):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*statement(inside, narrows))
        rows = cursor.fetchall()
    kinds, found = list(KINDS), dict[str, list[Held]]()
    for kind, key, year, title, unit, *rest in rows:
        held = Held(Problem.number_of(year, key), title, unit or "", *rest)
        found.setdefault(kinds[kind], []).append(held)
    return found


def statement(paths: Sequence[str], narrows: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The one statement, and its values."""
    values: dict[str, Any] = {"today": clock.today()}
    for i, path in enumerate(paths):
        values |= {f"from{i}": path, f"to{i}": path + AFTER}
    kept = {name: value for name, value in narrows.items() if name in NARROWED}
    parts = {
        "open": _OPEN,
        "under": _under("path", len(paths)),
        "looked_at": _under("(path || '')", len(paths)),
        "narrowed": "".join(f" AND {name} = %({name})s" for name in kept),
    }
    kinds = [
        _IDS.format(number=number, kind=kind, order=order, first=FIRST, **parts)
        for number, (kind, order) in enumerate(KINDS.values())
    ]
    few = _FEW.format(few=FEW, **parts)
    return _STATEMENT.format(few=few, most=FEW, kinds=", ".join(kinds)), values | kept


def _under(path: str, places: int) -> str:
    return " OR ".join(f"{path} >= %(from{i})s AND {path} < %(to{i})s" for i in range(places))
