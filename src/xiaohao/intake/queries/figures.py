"""What stands on the board: how much came in, what was done."""

from dataclasses import dataclass
from typing import Any

from xiaohao.figures import queries as figures
from xiaohao.intake.queries.finding import board_unit
from xiaohao.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """Received, done, and the share triaged the same day (0 to 1, None before the first)."""

    received: Any
    done: Any
    same_day: Any


def board_figures() -> BoardFigures | None:
    """The board's figures; None while there is no office."""
    try:
        unit = board_unit()
    except Refused:
        return None
    keys = ["intake.received", "ledger.done", "intake.same_day_rate"]
    found = figures.table(keys, [unit], figures.Scope())[unit.pk]
    return BoardFigures(*(found[key] for key in keys))
