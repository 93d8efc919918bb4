"""The ladder of reminders: for what is open what was sent to whom, and what comes next."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists.base import Listing, Sheet, yes_or_no
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.notices import queries
from xiaohao.notices.queries import Climb, Reach, Standing

_STANDINGS = {
    Standing.SENT: _("sent"),
    Standing.DUE: _("goes out now"),
    Standing.AHEAD: _("to come"),
    Standing.PASSED: _("left out"),
}
_REACHED = {
    Reach.OWN: _("those whom the rule names"),
    Reach.ABOVE: _("nobody in post: the unit above"),
    Reach.NOBODY: _("nobody to tell"),
}


def _rows(actor: Actor, get: QueryDict) -> QuerySet[Any]:
    """Problems, or with `of=lists` entries of the lists, as the page shows them."""
    on_the_page: Any = (
        queries.entries_on_the_page if get.get("of") == "lists" else queries.on_the_page
    )
    rows: QuerySet[Any] = on_the_page(actor, get.get("show", ""))
    return rows.order_by("deadline", "pk")


def _climbs(_actor: Actor, things: Sequence[Any]) -> list[Climb]:
    return queries.climbs(things)


def _steps(climb: Climb) -> Sequence[Any]:
    """The rungs; none while it rests, for nobody is reminded then."""
    return [one for one in climb.steps if one.at or not climb.rests]


def _reach(one: Any) -> str:
    return "" if one.step.standing is Standing.PASSED else str(_REACHED[one.reach])


LADDER = Listing(
    "notices_ladder",
    _("Ladder of reminders"),
    _rows,
    [
        Sheet(
            _("Ladder of reminders"),
            (
                Column(pgettext_lazy("column", "Number"), 16, lambda c: c.thing.number),
                Column(pgettext_lazy("column", "Matter"), 40, lambda c: c.thing.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "Responsible unit"), 24, lambda c: c.thing.unit,
                       "unit"),
                Column(pgettext_lazy("column", "State"), 12,
                       lambda c: c.thing.get_state_display()),
                Column(pgettext_lazy("column", "Deadline"), 12, lambda c: c.thing.deadline,
                       "day"),
                Column(pgettext_lazy("column", "Late"), 8, lambda c: yes_or_no(c.overdue)),
                Column(pgettext_lazy("column", "Rung"), 16,
                       lambda s: str(queries.RUNG_NAMES[s.step.rung.name]), below=True),
                Column(pgettext_lazy("column", "Day of the rung"), 12, lambda s: s.step.day,
                       "day", below=True),
                Column(pgettext_lazy("column", "How the rung stands"), 14,
                       lambda s: str(_STANDINGS[s.step.standing]), below=True),
                Column(pgettext_lazy("column", "Sent on"), 17, lambda s: s.at, "moment",
                       below=True),
                Column(pgettext_lazy("column", "Sent to"), 40, lambda s: s.posts, "posts",
                       below=True),
                Column(pgettext_lazy("column", "Whom it reaches"), 20, _reach, below=True),
            ),
            of=_climbs,
            parts=_steps,
            stays=_("Reminders are sent by the rule and kept as they were sent; nobody enters "
                    "them. More time is asked for on the page of the matter."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip
LISTS: tuple[Listing, ...] = (LADDER,)
