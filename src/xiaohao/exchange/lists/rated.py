"""Columns for figures of units: each headed by the figure's own name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists.base import Sheet
from xiaohao.exchange.workbook import Column
from xiaohao.figures import queries as figures
from xiaohao.units.models import Unit

SHARE = "_rate"  # how keys of shares end


@dataclass(frozen=True, slots=True)
class Rated:
    """A unit and its figures, by metric."""

    unit: Unit
    figures: Mapping[str, Any]


class Named:
    """The name of a figure, asked for only when it is read: all rooms have declared theirs then."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __str__(self) -> str:
        return str(figures.find(self.key).name)


def _value(key: str, row: Rated) -> Any:
    return row.figures[key]


def rated(name: Any, keys: Sequence[str], *more: Column) -> Sheet:
    """A sheet of units with these figures, and further columns of each `Rated`.

    It only goes out: figures are never entered.
    """
    unit = Column(pgettext_lazy("column", "Unit"), 28, lambda row: row.unit, "unit")
    code = Column(pgettext_lazy("column", "Code"), 18, lambda row: row.unit.code)
    told = [
        Column(Named(key), 14, partial(_value, key), "share" if key.endswith(SHARE) else "number")
        for key in keys
    ]
    return Sheet(
        name,
        (unit, code, *told, *more),
        stays=_(
            "Figures follow from their records; nobody enters them. Change the records that a "
            "figure opens to, on their own pages."
        ),
    )
