"""The kinds of work that lie on a bench, and whose each is."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Least
from django.urls import reverse

from xiaohao.commitments import queries as commitments
from xiaohao.dashboards.queries.work import Task, Work, moments
from xiaohao.escalation import queries as escalation
from xiaohao.intake import queries as intake
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import ids
from xiaohao.ledger import queries as ledger
from xiaohao.ledger.models import (
    Cooperation,
    Extension,
    Measure,
    Problem,
    ProblemQuerySet,
    Referral,
    State,
    Word,
)
from xiaohao.lookback import queries as lookback
from xiaohao.people.queries import somebody_may
from xiaohao.services import queries as services

P = Permission


def _problem(key: str, problem: Any) -> Task:
    page = reverse("ledger_problem", args=[problem.number])
    if key == "refer":
        due = calendar.add(clock.local_day(problem.registered_at), 0)
    else:
        due = getattr(problem, "next_due", problem.deadline)
    return Task(
        section=key,
        name=problem.number,
        title=problem.title,
        unit=problem.unit.shown if problem.unit else "",
        due=due,
        href=page,
        panel=f"{page}?panel=1",
        urgent=problem.urgent,
        since=getattr(problem, "since", None),
    )


def _message(key: str, message: Any) -> Task:
    return Task(
        section=key,
        name=f"#{message.pk}",
        title=message.heading,
        unit=message.place,
        due=message.triage_due,
        href=reverse("intake_case", args=[message.pk]),
        panel="",
    )


def _registered_before(day: dt.date) -> dt.datetime:
    """The moment from which on what is registered is to be referred on `day` or later."""
    first = day
    while calendar.add(first - calendar.ONE, 0) >= day:
        first -= calendar.ONE
    return clock.start_of(first)


def mine(actor: Actor, permission: Permission = P.HANDLE) -> ProblemQuerySet:
    """Problems of the actor's own unit, and of units below where nobody in post may do this."""
    able = Exists(somebody_may(permission, "unit"))
    seen = Problem.objects.visible_to(actor).at(actor.unit_path).filter(unit__isnull=False)
    return seen.select_related("unit").filter(Q(unit_id=actor.unit_id) | ~able)


def _of_others(actor: Actor) -> ProblemQuerySet:
    """Problems that he sees and that no unit of his, nor one above, answers for or helps with."""
    own = {key for path in (actor.unit_path, *actor.elsewhere) for key in ids(path)}
    helped = Cooperation.objects.filter(problem=OuterRef("pk"), until=None, unit_id__in=own)
    seen = Problem.objects.visible_to(actor).select_related("unit")
    return seen.exclude(unit_id__in=own).exclude(Exists(helped.order_by()))


def _unproven() -> Exists:
    return Exists(Measure.objects.filter(problem=OuterRef("pk"), done_at=None, dropped_at=None))


def still_asked() -> Exists:
    """A reporter asked in this round who is silent and still has days to answer."""
    waiting = Word.objects.filter(
        problem=OuterRef("pk"), round=OuterRef("round"), answer="", answer_by__gte=clock.today()
    )
    return Exists(waiting)


def _unreferred(actor: Actor, state: State = State.REGISTERED) -> ProblemQuerySet:
    seen = Problem.objects.visible_to(actor).at(actor.unit_path)
    return seen.filter(state=state).select_related("unit")


def _returned(actor: Actor) -> ProblemQuerySet:
    """With the moment at which the unit gave it back: it has no deadline until it is handed on."""
    ways = Referral.objects.filter(problem=OuterRef("pk"), returned_at__isnull=False)
    since = Subquery(ways.order_by("-id").values("returned_at")[:1])
    return _unreferred(actor, State.RETURNED).annotate(since=since)


def _to_carry_out(actor: Actor) -> ProblemQuerySet:
    """With the next undone measure's day, or the problem's, whichever comes first."""
    rows = mine(actor).filter(_unproven(), state=State.IN_PROGRESS)
    undone = Measure.objects.filter(problem=OuterRef("pk"), done_at=None, dropped_at=None)
    soonest = undone.order_by("deadline").values("deadline")[:1]
    return rows.annotate(next_due=Least(Subquery(soonest), F("deadline")))


def _to_report(actor: Actor) -> ProblemQuerySet:
    """Reporting is for the leader alone, so a unit without one lends it to the leader above."""
    return mine(actor, P.REPORT_FIXED).filter(~_unproven(), state=State.IN_PROGRESS)


def _to_close(actor: Actor) -> ProblemQuerySet:
    others = _of_others(actor).exclude(registered_post_id=actor.post_id)
    return others.filter(~still_asked(), state=State.AWAITING) | others.filter(
        state=State.VERIFIED, reporters=0
    )


def _to_decide(actor: Actor) -> ProblemQuerySet:
    asked = Extension.objects.filter(problem=OuterRef("pk"), decided_at=None)
    below = Problem.objects.visible_to(actor).at(actor.unit_path).select_related("unit")
    return below.filter(Exists(asked)).exclude(unit_id=actor.unit_id)


def _in(*states: State) -> Callable[[Actor], ProblemQuerySet]:
    return lambda actor: mine(actor).filter(state__in=states)


def _to_verify(actor: Actor) -> ProblemQuerySet:
    return _of_others(actor).filter(~ledger.had_hand(actor), state=State.REPORTED)


def _to_ask(actor: Actor) -> ProblemQuerySet:
    return _of_others(actor).filter(state=State.VERIFIED, reporters__gt=0)


def _recheck(key: str, recheck: Any) -> Task:
    return Task(
        section=key,
        name=recheck.problem.number,
        title=recheck.problem.title,
        unit=recheck.unit.shown,
        due=recheck.due,
        href=reverse("lookback_recheck", args=[recheck.pk]),
        panel="",
        urgent=recheck.problem.urgent,
    )


def _entry(key: str, entry: Any) -> Task:
    """An entry of a list; its check runs out on no day of its own and only waits."""
    waits = key == "entry_check"
    return Task(
        section=key,
        name=entry.number,
        title=entry.title,
        unit=entry.unit.shown,
        due=None if waits else entry.deadline,
        href=reverse("commitments_entry", args=[entry.number]),
        panel="",
        since=entry.reported_at if waits else None,
    )


def _need(key: str, need: Any) -> Task:
    return Task(
        section=key,
        name=need.household.number,
        title=f"{need.get_kind_display()}：{need.text}",
        unit=need.household.unit.shown,
        due=None,
        href=reverse("commitments_household", args=[need.household_id]),
        panel="",
        since=need.found_at,
    )


def _household(key: str, need: Any) -> Task:
    return Task(
        section=key,
        name=need.household.number,
        title=f"{need.get_kind_display()}：{need.text}",
        unit=need.household.unit.shown,
        due=need.answer_by,
        href=reverse("commitments_word", args=[need.pk]),
        panel="",
    )


def _summons(key: str, summons: Any) -> Task:
    call = summons.call
    return Task(
        section=key,
        name=call.number,
        title=call.problem.title,
        unit=call.unit.shown,
        due=summons.due,
        href=f"{reverse('escalation_call', args=[call.pk])}#s{summons.pk}",
        panel="",
        urgent=call.problem.urgent,
        step="check_in" if summons.answered_at else "answer",
    )


def _call(key: str, call: Any) -> Task:
    return Task(
        section=key,
        name=call.number,
        title=call.problem.title,
        unit=call.place,
        due=None,
        href=reverse("escalation_call", args=[call.pk]),
        panel="",
        since=call.since,
    )


def _root(key: str, root: Any) -> Task:
    return Task(
        section=key,
        name=f"#{root.pk}",
        title=root.title,
        unit=root.proposed_unit.shown if root.proposed_unit else "",
        due=None,
        href=reverse("escalation_root", args=[root.pk]),
        panel="",
        since=root.since,
    )


def _service(key: str, call: Any) -> Task:
    """A service to deliver has the day that was promised; one to grade has its last day."""
    mine = key == "service_grade"
    return Task(
        section=key,
        name=call.number,
        title=call.service.title,
        unit=(call.department if mine else call.caller).shown,
        due=call.grade_by if mine else call.due,
        href=reverse("services_call", args=[call.number]),
        panel="",
        step="take" if call.state == "called" and not mine else "",
    )


KINDS: tuple[Work, ...] = (
    Work("triage", P.TRIAGE, intake.queue, _message, "triage_due"),
    Work("refer", P.REFER, _unreferred, _problem, "registered_at", _registered_before),
    Work("returned", P.REFER, _returned, _problem, "since", None),
    Work("arbitrate", P.REFER, escalation.to_arbitrate, _problem, "since", None),
    Work("called", P.HANDLE, escalation.to_come, _summons, "due", moments),
    Work("accept", P.HANDLE, _in(State.REFERRED), _problem),
    Work("reopened", P.HANDLE, _in(State.REOPENED), _problem),
    Work("plan", P.HANDLE, _in(State.ACCEPTED), _problem),
    Work("carry_out", P.HANDLE, _to_carry_out, _problem, "next_due"),
    Work("report", P.REPORT_FIXED, _to_report, _problem),
    Work("entry_begin", P.HANDLE, commitments.to_begin, _entry),
    Work("entry_through", P.HANDLE, commitments.to_see_through, _entry),
    Work("need", P.HANDLE, commitments.to_refer, _need, "found_at", None),
    Work("verify", P.VERIFY, _to_verify, _problem),
    Work("entry_check", P.VERIFY, commitments.to_check, _entry, "reported_at", None),
    Work("recheck", P.VERIFY, lookback.to_check, _recheck, "due"),
    Work("ask", P.CLOSE, _to_ask, _problem),
    Work("hear", P.SEE_LEDGER, commitments.to_hear, _household, "answer_by"),
    Work("close", P.CLOSE, _to_close, _problem),
    Work("root", P.SEE_LEDGER, escalation.to_decide, _root, "since", None),
    Work("grade", P.HANDLE, escalation.to_grade, _call, "since", None),
    Work("service", P.HANDLE, services.to_deliver, _service, "due"),
    Work("service_grade", P.SEE_LEDGER, services.to_grade, _service, "grade_by"),
    Work("extension", P.GRANT_EXTENSION, _to_decide, _problem),
)  # fmt: skip
