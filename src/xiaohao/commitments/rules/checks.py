"""The single checks that moves are made of: each gives what is unmet, in reading order."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from xiaohao.commitments.rules.facts import (
    LONGEST_DEADLINE,
    MAY_BE_PROBLEM,
    MOST_EXTENSIONS,
    NEEDS_PLAN,
    OVER_ON_LEDGER,
    Facts,
    Money,
    Need,
    Piece,
)
from xiaohao.commitments.rules.hands import nobody_left, own_hands
from xiaohao.commitments.rules.showing import SHOWN, Demand, enough, fresh
from xiaohao.kernel.acting import Actor, Nobody

Given = Mapping[str, Any]
By = Actor | Nobody
Check = Callable[[Facts, By, Given], list[Need]]
MONEY = ("planned", "arrived", "spent")


def handles(facts: Facts, actor: By, _: Given) -> list[Need]:
    """The responsible unit acts, or a post above that may act for it."""
    inside = isinstance(actor, Actor) and facts.unit_path.startswith(actor.unit_path)
    return [] if inside else [Need("not_your_unit")]


def independent(facts: Facts, actor: By, _: Given) -> list[Need]:
    """Nobody judges what his own unit, or one that his belongs to, answers for."""
    own = isinstance(actor, Actor) and actor.belongs_to(facts.unit_path)
    return [Need("own_unit")] if own else []


def apart(facts: Facts, actor: By, given: Given) -> list[Need]:
    """Nobody checks what he or his unit answers for, or had a hand in; there is always somebody."""
    if not isinstance(actor, Actor):
        return [Need("not_permitted")]
    return independent(facts, actor, given) or _hand_in_it(facts, actor)


def _hand_in_it(facts: Facts, actor: Actor) -> list[Need]:
    hands = own_hands(facts.hands, actor)
    same = actor.account_id is not None and actor.account_id == facts.reported_account
    if same or any(hand.move == "report" and hand.is_himself(actor) for hand in hands):
        return [Need("reported_by_same")]
    if facts.lead and actor.post_code == facts.lead:
        return [Need("answers_for_it")]
    if not hands:
        return []
    moves = list(dict.fromkeys(hand.move for hand in hands))
    return [Need("hand_in_it", None, {"unit": hands[0].name, "moves": moves})]


def works(facts: Facts, actor: By, given: Given) -> list[Need]:
    """The unit puts its hand to it, or one above in its place that leaves one to check it."""
    if needs := handles(facts, actor, given):
        return needs
    if not isinstance(actor, Actor) or actor.unit_path == facts.unit_path:
        return []
    lone = nobody_left(facts.hands, actor, facts.unit_path, facts.origin_path)
    return [Need("nobody_left_to_check")] if lone else []


def above(facts: Facts, actor: By, _: Given) -> list[Need]:
    """Only a post above the responsible unit decides."""
    inside = (
        isinstance(actor, Actor)
        and facts.unit_path.startswith(actor.unit_path)
        and facts.unit_path != actor.unit_path
    )
    return [] if inside else [Need("not_above")]


def _text(given: Given, name: str) -> str:
    return str(given.get(name) or "").strip()


def reason_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A reason is written."""
    return [] if _text(given, "reason") else [Need("reason_missing", "reason")]


def note_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A note is written."""
    return [] if _text(given, "note") else [Need("note_missing", "note")]


def plan_where_due(facts: Facts, _a: By, given: Given) -> list[Need]:
    """A weak unit or hard village starts with its plan."""
    has = facts.plans or _text(given, "plan")
    return [Need("plan_missing", "plan")] if facts.kind in NEEDS_PLAN and not has else []


def plan_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """The plan is written."""
    return [] if _text(given, "plan") else [Need("plan_missing", "plan")]


def new_version_reason(facts: Facts, actor: By, given: Given) -> list[Need]:
    """A plan that replaces another says why."""
    return reason_needed(facts, actor, given) if facts.plans else []


class Upload(Protocol):
    """What is looked at of a file that is given with a move."""

    @property
    def piece(self) -> Piece:
        """Its content's hash, and whether it is a photo."""


def _pieces(given: Given) -> list[Piece]:
    uploads: Sequence[Upload] = given.get("files") or ()
    return [upload.piece for upload in uploads]


def files_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A file is given."""
    return [] if given.get("files") else [Need("files_missing", "files")]


def before_shown(facts: Facts, _a: By, _: Given) -> list[Need]:
    """What it was like before is on record by now, as its list demands it."""
    demand = SHOWN[facts.kind].before
    if enough(demand, facts.before):
        return []
    return [Need("before_photo_missing" if demand is Demand.PHOTO else "before_file_missing")]


def result_shown(facts: Facts, _a: By, given: Given) -> list[Need]:
    """A file of this round shows the result as its list demands it, other than the one before."""
    demand, sent = SHOWN[facts.kind].after, [*facts.after, *_pieces(given)]
    if enough(demand, fresh(sent, facts.before)):
        return []
    if enough(demand, sent):
        return [Need("after_same_as_before", "files")]
    return [Need("after_photo_missing" if demand is Demand.PHOTO else "evidence_missing", "files")]


def achieved_counted(facts: Facts, _a: By, given: Given) -> list[Need]:
    """Where a quantity was promised, the one achieved is given; less than that is explained."""
    if facts.promised is None:
        return []
    achieved = given.get("achieved")
    achieved = facts.achieved if achieved is None else achieved
    if achieved is None:
        return [Need("achieved_missing", "achieved")]
    if achieved < facts.promised and not _text(given, "note"):
        return [Need("shortfall_unexplained", "note")]
    return []


def nothing_promised(facts: Facts, _a: By, given: Given) -> list[Need]:
    """A quantity achieved belongs to one that was promised."""
    lost = given.get("achieved") is not None and facts.promised is None
    return [Need("nothing_promised", "achieved")] if lost else []


def money_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """At least one sum is given."""
    found = any(given.get(name) is not None for name in MONEY)
    return [] if found else [Need("money_missing", "arrived")]


def money_fits(facts: Facts, _a: By, given: Given) -> list[Need]:
    """Nobody spends what has not arrived; a sum that shrinks or is planned anew has a reason."""
    sums = {name: _sum(facts.money, given, name) for name in MONEY}
    needs = []
    if sums["spent"] > sums["arrived"]:
        needs.append(Need("spent_beyond_arrived", "spent", {"arrived": str(sums["arrived"])}))
    shrinks = any(sums[name] < getattr(facts.money, name) for name in MONEY)
    replanned = bool(facts.money.planned) and sums["planned"] != facts.money.planned
    if (shrinks or replanned) and not _text(given, "reason"):
        needs.append(Need("change_unexplained", "reason"))
    return needs


def _sum(stands: Money, given: Given, name: str) -> Decimal:
    value = given.get(name)
    before: Decimal = getattr(stands, name)
    return before if value is None else value


def alone(facts: Facts, _a: By, _: Given) -> list[Need]:
    """No other entry of this unit is open on a list on which it stands once at a time."""
    return [Need("open_already", None, facts.other)] if facts.other else []


def no_problem(facts: Facts, _a: By, _: Given) -> list[Need]:
    """What is a problem on the ledger is closed there and nowhere else."""
    return [] if facts.problem is None else [Need("follows_problem")]


def may_be_problem(facts: Facts, _a: By, _: Given) -> list[Need]:
    """Only petitions and hazards are problems."""
    return [] if facts.kind in MAY_BE_PROBLEM else [Need("no_problem_list")]


class OnLedger(Protocol):
    """What is looked at of a problem that an entry is to be linked to."""

    @property
    def number(self) -> str:
        """Its name for people."""

    state: str
    unit_id: int | None
    path: str


def problem_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A problem is named."""
    return [] if given.get("problem") else [Need("problem_missing", "problem")]


def problem_fits(facts: Facts, _a: By, given: Given) -> list[Need]:
    """The problem named is open, and stands with this entry's unit or one below it."""
    problem: OnLedger | None = given.get("problem")
    return link_needs(problem, facts.unit_path) if problem else []


def link_needs(problem: OnLedger, unit_path: str) -> list[Need]:
    """Why an entry of the unit at that path cannot be linked to this problem.

    What was fixed before proves nothing of this entry, and neither does what another unit fixes: a
    link may only ever lead to *done* by a fix that is still to come, at the unit that answers.
    """
    about = {"number": problem.number}
    if problem.state in OVER_ON_LEDGER:
        return [Need("link_not_open", "problem", {**about, "state": str(problem.state)})]
    if problem.unit_id is None:
        return [Need("link_unreferred", "problem", about)]
    if not problem.path.startswith(unit_path):
        return [Need("link_elsewhere", "problem", about)]
    return []


def problem_linked(facts: Facts, _a: By, _: Given) -> list[Need]:
    """It is a problem on the ledger."""
    return [Need("not_linked")] if facts.problem is None else []


def problem_closed(facts: Facts, _a: By, _: Given) -> list[Need]:
    """The ledger has struck the problem off, and it is one that this entry's unit answered for."""
    if facts.problem != "closed":
        return [Need("problem_open")]
    return [] if facts.problem_counts else [Need("problem_of_others")]


def problem_came_back(facts: Facts, _a: By, _: Given) -> list[Need]:
    """The problem is on the ledger again."""
    back = facts.problem is not None and facts.problem != "closed"
    return [] if back else [Need("problem_closed")]


def lead_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A post that answers for it is named."""
    return [] if given.get("lead") else [Need("lead_missing", "lead")]


def date_needs(day: Any, today: dt.date, name: str = "deadline") -> list[Need]:
    """What is wrong with a deadline: none, in the past, or too far ahead."""
    if not isinstance(day, dt.date):
        return [Need("deadline_missing", name)]
    if day < today:
        return [Need("deadline_past", name, {"day": day.isoformat()})]
    if day > today + dt.timedelta(days=LONGEST_DEADLINE):
        return [Need("deadline_too_far", name, {"day": day.isoformat()})]
    return []


def later_deadline(facts: Facts, _a: By, given: Given) -> list[Need]:
    """The new day lies later, and more time was not given too often."""
    needs = []
    if facts.extensions >= MOST_EXTENSIONS:
        needs.append(Need("extensions_used_up", None, {"most": MOST_EXTENSIONS}))
    day = given.get("deadline")
    needs += date_needs(day, facts.today)
    if isinstance(day, dt.date) and facts.deadline and day <= facts.deadline:
        needs.append(Need("deadline_not_later", "deadline", {"day": facts.deadline.isoformat()}))
    return needs
