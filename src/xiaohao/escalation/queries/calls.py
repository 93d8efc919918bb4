"""Reading joint calls."""

from collections.abc import Mapping

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from xiaohao.escalation.models import Call, CallQuerySet, Summons, SummonsQuerySet
from xiaohao.figures.queries import Scope as Reading
from xiaohao.figures.queries import Value, behind, table
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.models import WITH_UNIT, Problem
from xiaohao.units.models import Unit

RATES = (
    "escalation.called",
    "escalation.answer_rate",
    "escalation.on_site_rate",
    "escalation.helped_rate",
)


def calls_of(actor: Actor, tab: str = "") -> CallQuerySet:
    """Calls that the actor may see.

    Args:
        tab: `to` us: departments of his area are called; `by` units of his area; `silent`: a
            department below his unit has let its time pass without a word.
    """
    called = Prefetch("summonses", Summons.objects.select_related("unit", "call").order_by("id"))
    rows = Call.objects.visible_to(actor).select_related("unit", "problem").prefetch_related(called)
    low, high = actor.unit_path, actor.unit_path + AFTER
    here = Q(unit__path__gte=low, unit__path__lt=high)
    if tab == "by":
        return rows.filter(here)
    if tab == "to":
        return rows.filter(pk__in=Summons.objects.filter(here).values("call_id"))
    if tab == "silent":
        return rows.filter(pk__in=silent_below(actor).values("call_id"))
    return rows


def silent_below(actor: Actor) -> SummonsQuerySet:
    """Departments of the actor's area that are silent now, by the clock alone."""
    low, high = actor.unit_path, actor.unit_path + AFTER
    rows = Summons.objects.silent(clock.now()).filter(unit__path__gte=low, unit__path__lt=high)
    return rows if actor.may(Permission.SEE_LEDGER) else rows.none()


def find_call(actor: Actor, key: int) -> Call:
    """The call, as far as the actor may see it.

    Raises:
        NotFound: there is none, or not for him.
    """
    rows = Call.objects.visible_to(actor).select_related("unit", "post", "problem__unit")
    call = rows.filter(pk=key).first()
    if call is None:
        raise NotFound([Unmet("not_found", _("There is no such call that you can see."))])
    return call


def find_summons(actor: Actor, key: int) -> Summons:
    """One called department, as far as the actor may see the call.

    Raises:
        NotFound: there is none, or not for him.
    """
    rows = Summons.objects.visible_to(actor)
    summons = rows.select_related("unit", "call__unit", "call__problem").filter(pk=key).first()
    if summons is None:
        raise NotFound([Unmet("not_found", _("There is no such call that you can see."))])
    return summons


def summonses(actor: Actor, words: Mapping[str, str]) -> SummonsQuerySet:
    """Called departments that the actor may see; with `figure=` those behind a figure."""
    rows = Summons.objects.visible_to(actor).select_related("unit", "call__unit", "call__problem")
    return rows.filter(pk__in=behind(actor, dict(words)).ids) if words.get("figure") else rows


def may_call(problem: Problem, actor: Actor) -> bool:
    """Whether the actor handles the problem for the unit that has it."""
    own = problem.unit_id is not None and problem.path.startswith(actor.unit_path)
    return own and actor.may(Permission.HANDLE) and problem.state in WITH_UNIT


def may_answer(unit: Unit, actor: Actor) -> bool:
    """Whether the actor speaks for that unit: from a post of it, or of one above."""
    return actor.may(Permission.HANDLE) and unit.path.startswith(actor.unit_path)


def departments(actor: Actor) -> list[tuple[Unit, dict[str, Value]]]:
    """Departments of the actor's area that were ever called, with their rates."""
    low, high = actor.unit_path, actor.unit_path + AFTER
    called = Summons.objects.filter(unit__path__gte=low, unit__path__lt=high)
    units = list(Unit.objects.filter(pk__in=called.values("unit_id")).order_by("path"))
    found = table(list(RATES), units, Reading())
    rows = [(unit, dict(found[unit.pk])) for unit in units]
    return sorted(rows, key=lambda row: (row[1][RATES[1]] is None, row[1][RATES[1]] or 0))
