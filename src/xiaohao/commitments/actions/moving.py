"""The steps of the state table, one function each. All checks have passed before."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.commitments.actions.step import Took, prove, write
from xiaohao.commitments.models import Check, Plan, Stage
from xiaohao.commitments.rules import link_needs
from xiaohao.commitments.wording import refusal
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.masking import mask
from xiaohao.ledger.actions import register as put_on_ledger
from xiaohao.ledger.models import Problem, Source
from xiaohao.trail.actions import create

Step = Callable[[Took], None]
SUMS = ("planned", "arrived", "spent")


def _start(took: Took) -> None:
    if took.said("plan"):
        _lay_down(took)
    prove(took, Stage.BEFORE)
    write(took)


def _plan(took: Took) -> None:
    version = _lay_down(took)
    write(took, {"plan": version.number})


def _lay_down(took: Took) -> Plan:
    version = Plan(
        entry=took.entry,
        number=took.facts.plans + 1,
        text=took.said("plan"),
        reason=took.said("reason"),
        at=clock.now(),
        post_id=took.post,
    )
    create(thing=version, by=took.by, kind="plan")
    return version


def _before(took: Took) -> None:
    prove(took, Stage.BEFORE)
    write(took)


def _progress(took: Took) -> None:
    prove(took, Stage.PROGRESS)
    _with_achieved(took)


def _report(took: Took) -> None:
    prove(took, Stage.AFTER)
    _with_achieved(took, reported_at=clock.now(), reported_account=took.account)


def _with_achieved(took: Took, **values: Any) -> None:
    achieved = took.given.get("achieved")
    if achieved is None:
        write(took, **values)
    else:
        write(took, {"achieved": achieved}, achieved=achieved, **values)


def _money(took: Took) -> None:
    sums = {name: took.given[name] for name in SUMS if took.given.get(name) is not None}
    write(took, dict(sums), **sums)


def _pass(took: Took) -> None:
    _check(took, passed=True, note=took.said("note"))
    prove(took, Stage.CHECK)
    write(took, done_at=clock.now(), done_on=clock.today())


def _fail(took: Took) -> None:
    _check(took, passed=False, note=took.said("reason"))
    prove(took, Stage.CHECK)
    write(took, round=took.entry.round + 1)


def _check(took: Took, *, passed: bool, note: str) -> None:
    if not isinstance(took.by, Actor):
        raise TypeError("a check is made by somebody at a post")
    check = Check(
        entry=took.entry,
        round=took.entry.round,
        passed=passed,
        note=note,
        unit_id=took.by.unit_id,
        post_id=took.by.post_id,
        account=took.by.account_id,
        at=clock.now(),
    )
    create(thing=check, by=took.by, kind="pass" if passed else "fail")


def _reopen(took: Took) -> None:
    write(took, round=took.entry.round + 1, done_at=None, done_on=None)


def _register(took: Took) -> None:
    if not isinstance(took.by, Actor):
        raise TypeError("problems are registered by somebody at a post")
    entry = took.entry
    problem = put_on_ledger(
        by=took.by,
        title=mask(entry.title),
        text="\n".join(
            (mask(entry.text) or mask(entry.title), _("From the list: %s") % entry.number)
        ),
        source=Source.SELF,
        category=took.given.get("category"),
        urgent=bool(took.given.get("urgent")),
        place_unit=entry.unit,
        place=entry.unit.name,
    )
    write(took, {"problem": problem.number}, problem=problem, linked=problem, from_here=True)


def _link(took: Took) -> None:
    """To the problem as it stands once held: it may just have been closed or handed on."""
    held = Problem.objects.select_for_update(of=("self",)).defer("search", "text")
    problem = held.get(pk=took.given["problem"].pk)
    if needs := link_needs(problem, took.entry.path):
        raise refusal(needs)
    write(took, {"problem": problem.number}, problem=problem, linked=problem)


def _unlink(took: Took) -> None:
    _part(took)


def _disown(took: Took) -> None:
    _part(took, round=took.entry.round + 1, done_at=None, done_on=None)


def _part(took: Took, **values: Any) -> None:
    number = took.entry.problem.number if took.entry.problem else ""
    write(took, {"problem": number}, problem=None, linked=None, from_here=False, **values)


def _follow(took: Took) -> None:
    problem = took.given["problem"]
    write(took, {"problem": problem.number}, problem=problem)


def _settle(took: Took) -> None:
    write(took, done_at=clock.now(), done_on=clock.today())


def _extend(took: Took) -> None:
    day = took.given["deadline"]
    data = {"before": took.entry.deadline, "deadline": day}
    write(took, data, deadline=day, extensions=took.entry.extensions + 1)


def _appoint(took: Took) -> None:
    lead = took.given["lead"]
    write(took, {"lead": lead.code, "before": took.entry.lead.code}, lead=lead)


STEPS: Mapping[str, Step] = MappingProxyType({
    "start": _start,
    "before": _before,
    "plan": _plan,
    "progress": _progress,
    "money": _money,
    "report": _report,
    "pass": _pass,
    "fail": _fail,
    "reopen": _reopen,
    "register": _register,
    "link": _link,
    "unlink": _unlink,
    "disown": _disown,
    "settle": _settle,
    "come_back": _reopen,
    "follow": _follow,
    "extend": _extend,
    "appoint": _appoint,
    "withdraw": write,
})  # fmt: skip
