"""How states look, and what every page of this room shares."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.commitments.forms import Told
from xiaohao.commitments.models import (
    KIND_NAMES,
    NEED_STATES,
    STATE_NAMES,
    Entry,
    NeedState,
    State,
)
from xiaohao.commitments.queries import Totals
from xiaohao.commitments.rules import SHOWN, plain
from xiaohao.commitments.wording import DEMANDS, HAPPENED
from xiaohao.kernel.errors import Stale
from xiaohao.people.queries import happened_since

Look = tuple[Any, str, str]
_LOOKS = {
    State.ENTERED: ("grey", "inbox"),
    State.UNDER_WAY: ("teal", "tools"),
    State.REPORTED: ("violet", "flag"),
    State.DONE: ("green", "circle-check"),
    State.WITHDRAWN: ("grey", "ban"),
}
_NEED_LOOKS = {
    NeedState.FOUND: ("amber", "alert-triangle"),
    NeedState.ON_LEDGER: ("teal", "list-details"),
    NeedState.FIXED: ("green", "circle-check"),
}


def look(state: str) -> Look:
    """Word, tone and icon of an entry's state."""
    return (STATE_NAMES[State(state)], *_LOOKS[State(state)])


def need_look(state: str) -> Look:
    """Word, tone and icon of a need's state."""
    return (NEED_STATES[NeedState(state)], *_NEED_LOOKS[NeedState(state)])


def demands() -> list[dict[str, Any]]:
    """Which list shows what before and after, in words."""
    return [
        {"list": KIND_NAMES[kind], "before": DEMANDS[one.before], "after": DEMANDS[one.after]}
        for kind, one in SHOWN.items()
    ]


def quantity(entry: Entry) -> str:
    """`12 of 36 parking spaces`; "" where nothing was promised."""
    if entry.promised is None:
        return ""
    achieved = plain(entry.achieved) if entry.achieved is not None else "0"
    words = {"achieved": achieved, "promised": plain(entry.promised), "measure": entry.measure}
    return _("%(achieved)s of %(promised)s %(measure)s") % words


def share_spent(entry: Entry) -> float | None:
    """The share of the planned money that is spent; None where none was planned."""
    return float(entry.spent / entry.planned) if entry.planned else None


def sums(found: Totals, addresses: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """The totals as figures, each with the address of its records."""
    rows = (
        (_("Entries"), "entries"),
        (_("Done"), "done"),
        (_("Planned (yuan)"), "planned"),
        (_("Arrived (yuan)"), "arrived"),
        (_("Spent (yuan)"), "spent"),
    )
    return [
        {
            "label": label,
            "value": getattr(found, name),
            "href": addresses.get(name, ""),
        }
        for label, name in rows
    ]


def told(stale: Stale, form: Told) -> dict[str, Any]:
    """What changed meanwhile, and what was typed, for the component `stale`."""
    changes = happened_since(stale.changes, HAPPENED)
    typed = [
        (field.label, str(field.value()))
        for field in form.visible_fields()
        if field.name != "files" and field.value()
    ]
    return {"changes": changes, "kept": typed, "version": stale.version}
