"""The columns that a ledger list can show, and which of them somebody has chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Columns, Problem


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: its name in addresses and in what people have chosen.
        head: what stands above it.
        kind: how a cell is shown: `text`, `long`, `number`, `day`, `moment`, `state`, `deadline`,
            `title`, `place`, `unit` or `next`.
        value: what a cell holds.
        sort: the order's name (`narrowing.SORTABLE`); "" where sorting makes no sense.
        wide: left out on a phone.
        fleeting: whether it says what stands on no record: it goes with the day, or the reader.
    """

    key: str
    head: Any
    kind: str
    value: Callable[[Problem], Any]
    sort: str = ""
    wide: bool = False
    fleeting: bool = False

    @property
    def numeric(self) -> bool:
        """Whether its cells are set to the right."""
        return self.kind == "number"


def _waited(problem: Problem) -> int:
    """Days since it was received, to the day it was struck off or to today."""
    until = clock.local_day(problem.closed_at) if problem.closed_at else clock.today()
    return (until - clock.local_day(problem.received_at)).days


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("title", pgettext_lazy("column", "Problem"), "title", lambda p: p.title),
        Column("state", pgettext_lazy("column", "State"), "state", lambda p: p.state, "state"),
        Column(
            "next", pgettext_lazy("column", "Next step"), "next", lambda _p: None, fleeting=True
        ),
        Column(
            "unit", pgettext_lazy("column", "Responsible unit"), "unit", lambda p: p.unit, "unit"
        ),
        Column(
            "category",
            pgettext_lazy("column", "Category"),
            "text",
            lambda p: p.category or "",
            "category",
            wide=True,
        ),
        Column(
            "programme",
            pgettext_lazy("column", "Programme"),
            "text",
            lambda p: p.programme.label if p.programme else "",
            "programme",
            wide=True,
        ),
        Column(
            "track",
            pgettext_lazy("column", "Way of fixing"),
            "text",
            lambda p: p.get_track_display(),
            wide=True,
        ),
        Column("place", pgettext_lazy("column", "Place"), "place", lambda p: p.place),
        Column(
            "channel",
            pgettext_lazy("column", "Channel"),
            "text",
            lambda p: p.get_channel_display(),
            wide=True,
        ),
        Column(
            "source",
            pgettext_lazy("column", "Source"),
            "text",
            lambda p: p.get_source_display(),
            wide=True,
        ),
        Column(
            "reporters",
            pgettext_lazy("column", "Reporters"),
            "number",
            lambda p: p.reporters,
            "reporters",
        ),
        Column(
            "received",
            pgettext_lazy("column", "Received"),
            "day",
            lambda p: p.received_at,
            "received",
        ),
        Column(
            "waited",
            pgettext_lazy("column", "Days so far"),
            "number",
            _waited,
            fleeting=True,
        ),
        Column(
            "deadline",
            pgettext_lazy("column", "Deadline"),
            "deadline",
            lambda p: p.deadline,
            "deadline",
        ),
        Column(
            "due",
            pgettext_lazy("column", "Due on"),
            "day",
            lambda p: p.deadline,
            "deadline",
        ),
        Column(
            "referred",
            pgettext_lazy("column", "Referred"),
            "day",
            lambda p: p.referred_at,
            "referred",
        ),
        Column(
            "reported",
            pgettext_lazy("column", "Reported fixed"),
            "day",
            lambda p: p.reported_at,
            "reported",
        ),
        Column(
            "verified",
            pgettext_lazy("column", "Verified"),
            "day",
            lambda p: p.verified_at,
            "verified",
        ),
        Column(
            "closed",
            pgettext_lazy("column", "Struck off"),
            "day",
            lambda p: p.closed_at,
            "closed",
        ),
        Column(
            "withdrawn",
            pgettext_lazy("column", "Withdrawn because"),
            "long",
            lambda p: getattr(p, "why_withdrawn", ""),
        ),
        Column(
            "returns",
            pgettext_lazy("column", "Times returned"),
            "number",
            lambda p: p.returns,
            "returns",
        ),
        Column(
            "extensions",
            pgettext_lazy("column", "Times extended"),
            "number",
            lambda p: p.extensions,
            "extensions",
        ),
        Column("round", pgettext_lazy("column", "Round"), "number", lambda p: p.round),
    )
}
USUAL = ("title", "place", "state", "deadline", "next", "unit", "category", "reporters")


def named(typed: str) -> list[Column]:
    """The columns that a list of keys names, in its order, each once; unknown ones are left out."""
    keys = dict.fromkeys(key.strip() for key in typed.split(","))
    return [COLUMNS[key] for key in keys if key in COLUMNS]


def chosen(actor: Actor, typed: str = "") -> list[Column]:
    """The columns to show: those the address names, else the person's own, else the usual ones.

    Costs one query where the address names none.
    """
    found = named(typed) if typed else []
    if not found and actor.account_id is not None:
        own = Columns.objects.filter(account_id=actor.account_id).first()
        found = [COLUMNS[key] for key in own.keys if key in COLUMNS] if own else []
    return found or [COLUMNS[key] for key in USUAL]


def address_of(columns: Sequence[Column]) -> str:
    """The columns as an address names them."""
    return ",".join(column.key for column in columns)
