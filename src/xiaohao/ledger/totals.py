"""What a list holds in all, counted for exactly what its address narrows it to.

Each total names the change to the address that leads to its records, and no other: who follows it
finds just as many rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import OPEN, State
from xiaohao.ledger.narrowing import Filters, due_within, listed

SOON = 3  # days ahead that count as due soon


@dataclass(frozen=True, slots=True)
class Total:
    """One total at the foot of a list.

    Attributes:
        key: its name for programs.
        label: what is counted.
        count: how many problems.
        query: parameters of the address to change so that the list shows just these.
        tone: `red` for what is late.
    """

    key: str
    label: str
    count: int
    query: Mapping[str, Any]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    key: str
    label: str
    condition: Q
    query: Mapping[str, Any]
    tone: str = ""


def totals(actor: Actor, filters: Filters) -> list[Total]:
    """The totals of a list, in one query (and one more where a unit is named).

    Raises:
        NotFound: a unit he may not know of.
    """
    parts = [_Part("found", _("found"), Q(), {}), *_states(filters), *_times(filters)]
    counts = {part.key: Count("pk", filter=part.condition or None) for part in parts}
    rows = listed(actor, filters).select_related(None).only("pk")
    found = rows.aggregate(**counts)
    return [Total(p.key, p.label, found[p.key], p.query, p.tone) for p in parts]


def _states(filters: Filters) -> list[_Part]:
    groups = (
        ("open", _("open"), OPEN),
        ("to_check", _("to be verified"), frozenset({State.REPORTED})),
        ("awaiting", _("awaiting the citizen"), frozenset({State.AWAITING})),
        ("closed", _("struck off"), frozenset({State.CLOSED})),
        ("merged", _("merged"), frozenset({State.MERGED})),
        ("withdrawn", _("registration withdrawn"), frozenset({State.WITHDRAWN})),
    )
    found = []
    for key, label, states in groups:
        both = states & filters.within()
        if both:
            query = {"state": "open" if both == OPEN else sorted(both)}
            found.append(_Part(key, label, Q(state__in=sorted(both)), query))
    return found


def _times(filters: Filters) -> list[_Part]:
    found = []
    if filters.within() & OPEN:
        late = Q(state__in=sorted(OPEN), deadline__lt=clock.today())
        found.append(_Part("overdue", _("overdue"), late, {"overdue": "1"}, "red"))
        if filters.due_soon is None:
            label = _("due within %(days)s days") % {"days": SOON}
            found.append(_Part("due_soon", label, due_within(SOON), {"due_soon": str(SOON)}))
    found.append(_Part("urgent", _("urgent"), Q(urgent=True), {"urgent": "1"}))
    return found
