"""A superior claims a root, or declines it with a reason; cases are added and parted."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from xiaohao.escalation.actions.counting import count
from xiaohao.escalation.models import Decision, Link, Root
from xiaohao.escalation.queries import decider, may_claim, may_decline
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import OPEN, Problem, Source
from xiaohao.trail.actions import change, create, stale
from xiaohao.units.models import Unit

LONGEST = 2000


def claim(
    *,
    root: Root,
    by: Actor,
    version: int | None = None,
    text: str = "",
    title: str = "",
    unit: Unit | None = None,
    deadline: dt.date | str | None = None,
) -> Problem:
    """Take the root on: it becomes a problem of the claiming unit, with its own gate.

    Args:
        title: what the problem above is called; as it is called below where left out.
        text: what is wrong above; the reason of the proposal where left out.
        unit: who will mend it: the claiming unit, or one under it.
        deadline: as in a referral; the usual one where left out.

    Raises:
        Forbidden: another unit decides.
        Refused: `name_a_unit_below` at the top of the tree, where nobody stands beside it to check;
            `not_below`; what the ledger has against it.
        Stale: somebody decided meanwhile.
    """
    _fresh(root, version)
    if not may_claim(root, by):
        raise _not_yours(root)
    own = Unit.objects.get(pk=by.unit_id)
    mending = unit or own
    _can_mend(own, mending)
    with transaction.atomic():
        problem = ledger.register(
            by=by,
            title=clean(title) or root.title,
            text=clean(text) or root.reason,
            category=root.category,
            source=Source.ROOT,
        )
        # The unit takes it upon itself, or its own office hands it down: no judge is asked.
        ledger.move(problem=problem, move="refer", by=SYSTEM, unit=mending, deadline=deadline)
        was = root.decision
        root.decision, root.problem, root.unit = Decision.CLAIMED, problem, own
        root.decided_at, root.decided_post_id = clock.now(), by.post_id
        root.word = clean(text)[:LONGEST]
        fields = ["decision", "problem", "unit", "decided_at", "decided_post", "word"]
        data = {"problem": problem.number, "unit": mending.code, "counted_at": own.pk}
        change(thing=root, by=by, kind="claim", fields=fields, data=data)
        count(root, "escalation.roots_claimed")
        if was == Decision.DECLINED:
            _take_up_again(root, by)
        for case in _cases(root):
            ledger.root_answered(problem=case, by=by, claimed=True, root=problem.number)
    return problem


def _cases(root: Root) -> list[Problem]:
    """The open problems that wait for it, held until all is written: none is moved meanwhile."""
    waiting = Link.objects.filter(root=root, ended_at=None).order_by("id").values("problem_id")
    rows = Problem.objects.filter(pk__in=waiting, state__in=sorted(OPEN)).order_by("id")
    return list(rows.select_for_update(of=("self",)))


def _let_go(root: Root) -> list[Problem]:
    """The open problems that waited for it until it was declined, and for nothing since; held."""
    links = Link.objects.filter(root=root).order_by("id").values("problem_id")
    waiting = Link.objects.filter(problem=OuterRef("pk"), ended_at=None)
    rows = Problem.objects.filter(pk__in=links, state__in=sorted(OPEN)).filter(~Exists(waiting))
    return list(rows.order_by("id").select_for_update(of=("self",)))


def _above(by: Actor) -> Unit | None:
    """The nearest unit above the actor's at which somebody can decide."""
    parent = Unit.objects.select_related("parent").get(pk=by.unit_id).parent
    return decider(parent.path) if parent else None


def _can_mend(own: Unit, mending: Unit) -> None:
    if not mending.path.startswith(own.path):
        text = _("“%(unit)s” is not under your unit. Name your own unit or one under it.")
        raise Refused.because("not_below", text % {"unit": mending.name}, "unit")
    if mending.parent_id is None:
        text = _(
            "Nobody stands beside the top unit to check its fix. Name the department of it that "
            "will mend this."
        )
        raise Refused.because("name_a_unit_below", text, "unit")


def _take_up_again(root: Root, by: Actor) -> None:
    """Cases that were let go when it was declined wait for it again, if for nothing else by now."""
    for link in Link.objects.filter(root=root).select_related("problem").order_by("id"):
        waits = Link.objects.filter(problem=link.problem, ended_at=None).exists()
        if link.problem.state in OPEN and not waits:
            _link(root, link.problem, by)


def decline(*, root: Root, by: Actor, reason: str, version: int | None = None) -> None:
    """Say that it is not this unit's, and why; the level above is asked next.

    That level may claim it, or decline it too: then the next one is asked. Its cases learn each
    answer; the first of them carries `next`, the unit asked, so that it is told once.

    Raises:
        Forbidden: another unit decides.
        Refused: `reason_missing`, `too_long`.
        Stale: somebody decided meanwhile.
    """
    _fresh(root, version)
    if not may_decline(root, by):
        raise _not_yours(root)
    reason = _reason(reason)
    now, again = clock.now(), root.decision == Decision.DECLINED
    above = _above(by)
    root.decision, root.word = Decision.DECLINED, reason
    root.decided_at, root.decided_post_id = now, by.post_id
    root.declined = [
        *root.declined,
        {
            "unit": by.unit_id,
            "post": by.post_code,
            "at": now.isoformat(),
            "reason": reason,
            "above": above.pk if above else None,
        },
    ]
    fields = ["decision", "word", "decided_at", "decided_post", "declined"]
    with transaction.atomic():
        if again:  # counted where it was put first
            change(thing=root, by=by, kind="decline_too", fields=fields, data={"reason": reason})
        else:
            data = {"reason": reason, "counted_at": root.unit_id}
            change(thing=root, by=by, kind="decline", fields=fields, data=data)
            count(root, "escalation.roots_declined")
        asked = above.code if above else ""
        for case in _let_go(root) if again else _cases(root):
            ledger.root_answered(problem=case, by=by, claimed=False, reason=reason, asked=asked)
            asked = ""
        for link in Link.objects.filter(root=root, ended_at=None).order_by("id"):
            _end(link, by, reason)


def add_case(*, root: Root, by: Actor, problem: Problem) -> Link:
    """Let one more problem wait for this root.

    Raises:
        Forbidden: another unit has the root.
        Refused: `root_declined`, `root_recalled`, `not_open`, `already_linked`, `is_the_root`.
    """
    if not _has(root, by):
        raise _not_yours(root)
    if root.decision == Decision.DECLINED:
        raise Refused.because("root_declined", _("This root was declined; nothing waits for it."))
    if root.decision == Decision.RECALLED:
        text = _("This root was taken back; nothing waits for it.")
        raise Refused.because("root_recalled", text)
    if problem.pk == root.problem_id:
        raise Refused.because("is_the_root", _("This is the root itself."), "number")
    if problem.state not in OPEN:
        text = _("%(number)s is no longer open.") % {"number": problem.number}
        raise Refused.because("not_open", text, "number")
    if Link.objects.filter(problem=problem, ended_at=None).exists():
        text = _("%(number)s waits for a root already.") % {"number": problem.number}
        raise Refused.because("already_linked", text, "number")
    with transaction.atomic():
        link = _link(root, problem, by)
        if root.problem is not None:
            ledger.root_answered(problem=problem, by=by, claimed=True, root=root.problem.number)
    return link


def part(*, link: Link, by: Actor, reason: str) -> None:
    """The case has nothing to do with this root after all.

    Raises:
        Forbidden: another unit has the root.
        Refused: `reason_missing`, `too_long`, `already_parted`.
    """
    if not _has(link.root, by):
        raise _not_yours(link.root)
    if link.ended_at:
        raise Refused.because("already_parted", _("It was parted from this root already."))
    with transaction.atomic():
        _end(link, by, _reason(reason))


def _has(root: Root, by: Actor) -> bool:
    return root.unit_id == by.unit_id and (may_decline(root, by) or root.decision != Decision.OPEN)


def _link(root: Root, problem: Problem, by: Actor) -> Link:
    link = Link(root=root, problem=problem, at=clock.now())
    data = {"root": root.pk, "problem": problem.number}
    create(thing=link, by=by, kind="link", data=data)
    return link


def _end(link: Link, by: Actor, reason: str) -> None:
    link.ended_at, link.reason = clock.now(), reason
    change(thing=link, by=by, kind="part", fields=["ended_at", "reason"], data={"reason": reason})


def _reason(typed: str) -> str:
    reason = clean(typed)
    if not reason:
        raise Refused.because("reason_missing", _("Write the reason."), "reason")
    if len(reason) > LONGEST:
        text = _("This is too long: at most %(most)s characters.") % {"most": LONGEST}
        raise Refused.because("too_long", text, "reason")
    return reason


def _fresh(root: Root, version: int | None) -> None:
    if version is not None and version != root.version:
        raise stale(root, version)


def _not_yours(root: Root) -> Forbidden:
    text = _("“%(unit)s” decides about this root.") % {"unit": root.unit.name}
    return Forbidden([Unmet("not_your_decision", text)])
