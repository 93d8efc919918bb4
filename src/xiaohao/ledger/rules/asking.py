"""What a move refuses to go without: the fields that its form marks as needed.

Asked of the move's own checks, so that a form cannot say otherwise than the refusal does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from xiaohao.kernel.acting import Nobody
from xiaohao.ledger.rules.facts import Facts, Need
from xiaohao.ledger.rules.table import MOVES, Move

_ROW = "measures.0"  # of several rows the first must be filled in
# Met by one field or another: neither is asked for by itself.
_ONE_OF_SEVERAL = {"nothing_amended", "nothing_corrected", "better_unit_missing"}
# What a form hands over always, if only to say "none".
_SAID: Mapping[str, Mapping[str, Any]] = {
    "assign": {"programme": None, "lead": None, "partners": []}
}


def needed(name: str, facts: Facts, measure: int | None = None) -> frozenset[str]:
    """The fields without which the move is refused, of a problem that stands so.

    Args:
        measure: the one to amend, each of whose fields the form shows as it stands.

    Returns:
        Names of inputs; of rows of measures the fields of the first (`measures.0.text`).

    Raises:
        KeyError: there is no move of that name.
    """
    move = MOVES[name]
    found: set[str] = set()
    for given in _emptied(move, facts, measure):
        needs = [need for check in move.needs for need in check(facts, Nobody(""), given)]
        found |= {_field(need) for need in needs if need.code not in _ONE_OF_SEVERAL}
    return frozenset(one for one in found if one.split(".")[0] in move.inputs)


def _emptied(move: Move, facts: Facts, measure: int | None) -> Iterator[Mapping[str, Any]]:
    """The inputs with nothing typed, in as many ways as it takes to hear every refusal."""
    nothing = _SAID.get(move.name, {})
    yield nothing
    if move.name == "amend_measure":
        yield {"measure": measure, "text": "", "owner": "", "days": None, "deadline": None}
        yield {"measure": measure, "deadline": None}
    if move.name == "correct":
        yield {"title": ""}
    if "measures" in move.inputs and _asks_rows(move, facts):
        yield {"measures": [{}]}


def _asks_rows(move: Move, facts: Facts) -> bool:
    """Whether a row must be there: the plan may stand already, as a sheet named it."""
    needs = [need for check in move.needs for need in check(facts, Nobody(""), {})]
    return any(need.code == "measures_missing" for need in needs)


def _field(need: Need) -> str:
    """Where it is filled in; what lacks days when scheduled back wants its deadline typed."""
    field = need.field or ""
    if field == "measures":
        return f"{_ROW}.deadline" if need.code == "does_not_fit" else f"{_ROW}.text"
    return field
