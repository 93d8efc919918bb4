"""Household visits: what is ticked, what is found, and where a need stands."""

import datetime as dt
from enum import StrEnum


class NeedState(StrEnum):
    """Where a need stands; only the ledger can fix it."""

    FOUND = "found"
    ON_LEDGER = "on_ledger"
    FIXED = "fixed"


# From a state to those it may change to; the database's guard is made from this.
NEED_EDGES = {
    (NeedState.FOUND, NeedState.ON_LEDGER),
    (NeedState.ON_LEDGER, NeedState.FIXED),
    (NeedState.FIXED, NeedState.ON_LEDGER),
}
NEED_LABEL = "commitments.householdneed"  # how the ledger knows a household as a reporter
# As which category a need stands on the ledger where nobody chooses another, by its code.
# What may be anything (water, power or road; other) is chosen each time.
CATEGORIES = {
    "minimum": "low_income",
    "medical": "medical_insurance",
    "housing": "housing",
    "school": "school_entry",
    "work": "employment",
    "care": "elderly",
    "disability": "disability",
}
EARLIEST = 92  # days back that a visit may be entered afterwards


def visit_day_fault(day: dt.date | None, today: dt.date) -> str | None:
    """Why a visit cannot have been then: `day_missing`, `day_ahead`, `day_too_old`; or None."""
    if day is None:
        return "day_missing"
    if day > today:
        return "day_ahead"
    return "day_too_old" if day < today - dt.timedelta(days=EARLIEST) else None


def household_rows(typed: str) -> list[tuple[str, str]]:
    """Households as people type or paste them: one a line, house number, then perhaps a name.

    A tab, a comma or a semicolon parts the two; empty lines are left out.
    """
    rows = []
    for line in typed.splitlines():
        plain = line.replace("，", ",").replace("；", ",").replace(";", ",").replace("\t", ",")
        number, _comma, name = plain.partition(",")
        if number.strip():
            rows.append((number.strip(), name.strip(" ,")))
    return rows
