"""Reading calls: who sees them, what may be done, what they are narrowed to."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.figures.queries import behind
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.ledger.models import Problem
from xiaohao.services.models import Call, CallQuerySet, Service, State, around
from xiaohao.services.rules import BAD, MOVES, OVER, SPEAKING, WAITING, Facts, Move, Need, unmet
from xiaohao.services.wording import MOVE_NAMES, put

TABS = ("", "to", "by", "declined")
STANDS = ~Q(state=State.WITHDRAWN)
# Which calls a number stands for; `?which=` names it, and the list behind a number is these rows.
WHICH = {
    "waiting": Q(state__in=sorted(WAITING)),
    "delivered": Q(delivered_on__isnull=False),
    "declined": Q(state=State.DECLINED),
    "graded": Q(state=State.GRADED),
    "failed": Q(round__gt=1),
    "withdrawn": Q(state=State.WITHDRAWN),
}
SAID: Mapping[str, Callable[[CallQuerySet, dt.date], CallQuerySet]] = {
    "late": lambda rows, today: rows.late(today).filter(STANDS),
    "in_time": lambda rows, _today: rows.filter(delivered_on__lte=F("due")),
    "ungraded": lambda rows, today: rows.ungraded(today),
}


def calls_seen(actor: Actor) -> CallQuerySet:
    """Calls that the actor may see, with all that a row shows."""
    rows = Call.objects.visible_to(actor)
    rows = rows.select_related("service__list", "department", "caller")
    return rows.defer("department__search", "caller__search", "sealed")


def calls_of(actor: Actor, get: QueryDict) -> CallQuerySet:
    """Calls that the actor may see, narrowed to what an address names; newest first.

    `tab` (`to` units of his area, `by` them, `declined` by a department below his unit), `which`
    (a key of `WHICH`, `late`, `in_time` or `ungraded`), `service`, `list` (ids), `figure`.

    Raises:
        NotFound: a figure or unit that the actor may not know of.
    """
    rows = _under(calls_seen(actor), actor, get.get("tab", ""))
    which = get.get("which", "")
    if which in SAID:
        rows = SAID[which](rows, clock.today())
    elif which in WHICH:
        rows = rows.filter(WHICH[which])
    elif get.get("service") or get.get("list"):
        rows = rows.filter(STANDS)
    for name, column in (("service", "service_id"), ("list", "service__list_id")):
        typed = get.get(name, "")
        if typed.isascii() and typed.isdigit() and len(typed) < 18:  # noqa: PLR2004 (bigint)
            rows = rows.filter(**{column: int(typed)})
    if get.get("figure"):
        rows = rows.filter(pk__in=behind(actor, {name: str(get[name]) for name in get}).ids)
    return rows.order_by("-id")


def _under(rows: CallQuerySet, actor: Actor, tab: str) -> CallQuerySet:
    here = around(actor, "department")
    match tab:
        case "to":
            return rows.filter(here)
        case "by":
            return rows.filter(around(actor, "caller"))
        case "declined":
            declined = rows.filter(here, state=State.DECLINED)
            return declined.exclude(department_id=actor.unit_id)
    return rows


def find_call(actor: Actor, number: str) -> Call:
    """The call of that number, as far as the actor may see it.

    Raises:
        NotFound: there is none, or not for him.
    """
    key = Call.id_of(number)
    rows = Call.objects.visible_to(actor).select_related(
        "service__list", "service__measure", "department", "caller", "caller_post", "problem"
    )
    found = rows.defer("problem__search").filter(pk=key).first() if key is not None else None
    if found is None:
        text = _("There is no call “%(number)s” that you can see.") % {"number": number[:40]}
        raise NotFound([Unmet("not_found", text)])
    return found


def facts_of(call: Call) -> Facts:
    """Everything the rules look at; one query."""
    return Facts(
        state=State(call.state),
        today=clock.today(),
        department_path=call.department.path,
        caller_id=call.caller_id,
        caller_path=call.caller.path,
        due=call.due,
        round=call.round,
        delivered_on=call.delivered_on,
        grade=call.grade,
        shown=call.proofs.filter(round=call.round).count(),
        problem=call.problem_id is not None,
    )


def against_caller(service: Service, actor: Actor) -> list[Need]:
    """Why this actor cannot call for the service, whatever he writes."""
    needs = []
    if not any(actor.may(permission) for permission in SPEAKING):
        needs.append(Need("not_permitted"))
    if not service.binds:
        needs.append(Need("binds_nobody"))
    if actor.unit_path.startswith(service.department.path):
        needs.append(Need("no_call_of_own"))
    return needs


def may_know_name(actor: Actor, call: Call) -> bool:
    """Whether he must know for whom a call is: the unit that called, or who is to deliver."""
    if not any(actor.may(permission) for permission in SPEAKING):
        return False
    called = actor.unit_id == call.caller_id
    return called or (call.state not in OVER and actor.unit_path.startswith(call.department.path))


@dataclass(frozen=True, slots=True)
class Offer:
    """A move as offered to one actor: allowed, or every reason why not.

    Attributes:
        unmet: what stands in the way whatever is typed.
        missing: what its form will still ask for.
    """

    move: Move
    label: str
    unmet: Sequence[Unmet]
    missing: Sequence[Unmet]

    @property
    def allowed(self) -> bool:
        """Whether it can be made once its inputs are given."""
        return not self.unmet


# Whose move it is not at all: for him it is left out rather than shown as barred.
_OTHERS = {"not_department", "not_caller", "not_permitted", "own_service"}


def offers(call: Call, actor: Actor, facts: Facts | None = None) -> list[Offer]:
    """What this actor may do next, and why not; without the moves of the other side."""
    facts = facts or facts_of(call)
    found = []
    for move in MOVES.values():
        needs = unmet(move.name, facts, actor, {})
        codes = {need.code for need in needs}
        if facts.state not in move.origins or codes & (_OTHERS | {"not_failed", "on_ledger"}):
            continue
        asks = [n for n in needs if n.field in move.inputs]
        stands = [put(n) for n in needs if n not in asks]
        found.append(Offer(move, _(MOVE_NAMES[move.name]), stands, [put(n) for n in asks]))
    return found


def on_problem(actor: Actor, problem: Problem) -> list[Call]:
    """The visible calls that became this problem."""
    return list(calls_seen(actor).filter(problem=problem).order_by("id"))


def went_badly(call: Call) -> bool:
    """Whether its caller was not served."""
    return call.round > 1 or (call.grade is not None and call.grade <= BAD)
