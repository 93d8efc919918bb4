"""Random walks through returns, arbitration, roots above, joint calls, merges, reopenings and
everybody's word: none reaches *closed* without its gate, in the application or past it.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any, Final, TypeVar

import pytest
from django.db import transaction
from django.db.models import Model, QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from xiaohao.commitments import actions as commitments
from xiaohao.commitments.models import HouseholdNeed
from xiaohao.commitments.tests import make as visits
from xiaohao.escalation import actions
from xiaohao.escalation.models import Decision, Link, Root, Summons
from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import OPEN, Problem, State
from xiaohao.ledger.queries import facts_of
from xiaohao.ledger.rules import MOVES, unmet
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.gate import assert_gate, forced_closed, inputs
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db

MESSAGE = "intake.message"
WHO = ("office", "second_office", "operator", "handler", "leader", "verifier", "stranger",
       "district", "district_leader", "neighbour", "department")  # fmt: skip
NAMES = sorted(set(ledger.STEPS) - {"fixed_above"})  # the system's own, by `bring_down` alone
SAID = ("solved", "solved", "partly", "not")
CHANCE = st.randoms(use_true_random=True)
DEEDS = [
    *["any_move", "straight_on", "straight_on", "straight_on", "return_to_a_better_owner"],
    *["arbitrate", "merge", "split", "reopen", "wait", "citizen_answers", "household_is_heard"],
    *["needs_follow", "point_above", "point_above", "anybody_claims", "whoever_is_asked_decides"],
    *["add_case", "part", "bring_down", "bring_down", "call", "about_a_call", "silence_is_noted"],
]
Row = TypeVar("Row", bound=Model)
# Somebody of no unit who may close, and had no part in anything.
CLOSER: Final = Actor(None, 0, "", 0, "", Role.OFFICE, frozenset({Permission.CLOSE}))


class Walk(RuleBasedStateMachine):
    """A city at work. Each deed is what somebody may try; a refusal is an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.moment = make.DAY
        with clock.at(self.moment):
            self._found()
        self.closed: set[int] = set()

    def _found(self) -> None:
        city = self.city = visits.city()
        second = make.unit("120102", city.east, "township")
        department = make.unit("12-D", city.city, "department")
        self.units = [city.street, second, city.east, city.west, department]
        self.above = [city.east, city.city, city.west, department]
        self.who: dict[str, Actor] = {n: getattr(city, n) for n in WHO if hasattr(city, n)} | {
            "second_office": make.actor("OFFICE2", city.city, Role.OFFICE, 8),
            "district_leader": make.actor("LEADER-E", city.east, Role.LEADER, 9),
            "neighbour": make.actor("LEADER-2", second, Role.LEADER, 10),
            "department": make.actor("LEADER-D", department, Role.LEADER, 11),
        }
        self.answering = {
            city.street.pk: city.leader, second.pk: self.who["neighbour"],
            city.east.pk: self.who["district_leader"], city.west.pk: city.stranger,
            department.pk: self.who["department"],
        }  # fmt: skip
        make.problem(city, reporters=[(MESSAGE, 0), (MESSAGE, 1)])
        make.problem(city, title="路灯又灭了", reporters=[(MESSAGE, 2)])
        make.problem(city, title="社区没有充电桩", by=self.who["second_office"])
        home = visits.household(city)
        need = [{"kind": "minimum", "text": "符合低保条件但不在册"}]
        commitments.visit(
            household=home, by=city.handler, day="2019-09-10", situation=["alone"], needs=need,
            refer=True,
        )  # fmt: skip

    def teardown(self) -> None:
        with clock.at(self.moment):
            report = check()
            broken = list(faults(Checked()))
        transaction.set_rollback(True)
        self.stack.close()
        assert report.differences == 0, report.examples
        assert broken == []

    # What the rules share

    @contextlib.contextmanager
    def trying(self, *, may_close: bool = False) -> Iterator[None]:
        """One deed, a few hours later, whole or not at all; only `close` may add to the closed."""
        self.moment += dt.timedelta(hours=3)
        with clock.at(self.moment):
            try:
                with transaction.atomic():
                    yield
            except Answer as answer:
                assert all(str(need.message) for need in answer.unmet)  # noqa: PT017 (both ways are right)
            now = set(Problem.objects.filter(state=State.CLOSED).values_list("pk", flat=True))
            assert may_close or now <= self.closed
            self.closed = now

    def problem(self, chance: Random, move: str = "") -> Problem:
        """One of the problems, from which `move` leaves where there is such a one."""
        rows = Problem.objects.select_related("unit", "arbiter").order_by("id")
        fitting = rows.filter(state__in=MOVES[move].origins) if move else rows
        return self.one(fitting, chance)[0] if fitting else self.one(rows, chance)[0]

    @staticmethod
    def one(rows: QuerySet[Row], chance: Random) -> list[Row]:
        """One of the rows, if there are any."""
        found = list(rows.order_by("pk"))
        return [chance.choice(found)] if found else []

    def fitted(self, row: Problem) -> make.City:
        """The city as the straight road of this problem needs it: its own unit's people."""
        mine = self.answering.get(row.unit_id or 0, self.city.leader)
        first = row.registered_account == self.city.office.account_id
        office = self.who["second_office" if first else "office"]
        parts = {"handler": mine, "leader": mine, "office": office}
        return make.City(**{**self.city.__dict__, **parts})

    # The ledger

    def any_move(self, chance: Random) -> None:
        name, who = chance.choice(NAMES), chance.choice(WHO)
        row = self.problem(chance, name)
        with self.trying(may_close=name == "close"):
            given = inputs(self.city, row, name)
            ledger.move(problem=row, move=name, by=self.who[who], **given)

    def straight_on(self, chance: Random) -> None:
        newest = Problem.objects.filter(state__in=OPEN).order_by("-id").first()
        row = newest if newest and chance.random() < 0.3 else self.problem(chance, "comment")
        self.go_on(row, chance.randint(1, 8))

    def go_on(self, row: Problem, steps: int) -> None:
        for _ in range(steps):
            row = Problem.objects.select_related("unit", "arbiter").get(pk=row.pk)
            if row.state in OPEN:
                with self.trying(may_close=True):
                    make.one_step(self.fitted(row), row)

    def return_to_a_better_owner(self, chance: Random) -> None:
        row, better = self.problem(chance, "return"), chance.choice(self.units)
        with self.trying():
            by = self.answering.get(row.unit_id or 0, self.city.leader)
            ledger.move(problem=row, move="return", by=by, reason="不归我们", better_unit=better)

    def arbitrate(self, chance: Random) -> None:
        row, unit = self.problem(chance, "arbitrate"), chance.choice(self.units)
        by = self.who[chance.choice(["office", "district"])]
        with self.trying():
            ledger.move(problem=row, move="arbitrate", by=by, unit=unit, reason="属地管理")

    def merge(self, chance: Random) -> None:
        row, target = self.problem(chance, "merge"), self.problem(chance, "comment")
        with self.trying():
            by = self.who["operator"]
            ledger.move(problem=row, move="merge", by=by, into=target.number)

    def split(self, chance: Random) -> None:
        row, by = self.problem(chance, "split"), self.who["operator"]
        with self.trying():
            ledger.move(problem=row, move="split", by=by, reason="不是一件事")

    def reopen(self, chance: Random) -> None:
        row, by = self.problem(chance, "reopen"), self.who["verifier"]
        with self.trying():
            ledger.move(problem=row, move="reopen", by=by, reason="又坏了")

    def wait(self, chance: Random) -> None:
        self.moment += dt.timedelta(days=chance.randint(1, 12))

    # The word of citizens and households

    def citizen_answers(self, chance: Random) -> None:
        source, said = chance.randint(0, 2), chance.choice(SAID)
        with self.trying():
            ledger.answer(label=MESSAGE, source_id=source, answer=said)

    def household_is_heard(self, chance: Random) -> None:
        need = HouseholdNeed.objects.select_related("household", "problem").get()
        said, who = chance.choice(SAID), chance.choice(WHO)
        with self.trying():
            commitments.hear(need=need, by=self.who[who], answer=said)

    def needs_follow(self, _chance: Random) -> None:
        with self.trying():
            commitments.follow()
            need = HouseholdNeed.objects.select_related("problem").get()
            assert need.problem
            assert (need.state == "fixed") == (need.problem.state == State.CLOSED)

    # The root above

    def point_above(self, chance: Random) -> None:
        row, above = self.problem(chance, "point_above"), chance.choice(self.above)
        gather = chance.random() < 0.5
        with self.trying():
            by = self.answering.get(row.unit_id or 0, self.city.leader)
            ledger.move(problem=row, move="point_above", by=by, above=above, reason="没有标准")
            if gather:
                actions.gather()

    def anybody_claims(self, chance: Random) -> None:
        unit, who = chance.choice(self.units), self.who[chance.choice(WHO)]
        for root in self.one(Root.objects.select_related("unit"), chance):
            with self.trying():
                actions.claim(root=root, by=who, unit=unit, version=root.version)

    def whoever_is_asked_decides(self, chance: Random) -> None:
        """The city's office decides what a district has declined."""
        asked = {who.unit_id: who for who in (*self.answering.values(), self.who["district"])}
        office, unit = self.who["office"], chance.choice(self.units)
        declines = chance.random() < 0.5
        rows = Root.objects.exclude(decision=Decision.CLAIMED).select_related("unit")
        for root in self.one(rows, chance):
            declined = root.decision == Decision.DECLINED
            by = office if declined else asked.get(root.unit_id, office)
            with self.trying():
                if declines:
                    actions.decline(root=root, by=by, reason="标准由上面定")
                else:
                    actions.claim(root=root, by=by, unit=unit if by == office else None)

    def add_case(self, chance: Random) -> None:
        row, who = self.problem(chance, "point_above"), self.who[chance.choice(WHO)]
        for root in self.one(Root.objects.select_related("unit"), chance):
            with self.trying():
                actions.add_case(root=root, by=who, problem=row)

    def part(self, chance: Random) -> None:
        who = self.who[chance.choice(WHO)]
        for link in self.one(Link.objects.select_related("root__unit"), chance):
            with self.trying():
                actions.part(link=link, by=who, reason="另一回事")

    def bring_down(self, _chance: Random) -> None:
        with self.trying():
            before = dict(Problem.objects.order_by("id").values_list("pk", "state"))
            brought = actions.bring_down()
            after = dict(Problem.objects.order_by("id").values_list("pk", "state"))
            told = {pk for pk in after if after[pk] != before[pk]}
            assert len(told) <= brought
            # Each case goes to its own check, or on with its own measures; no further.
            assert {after[pk] for pk in told} <= {State.REPORTED, State.IN_PROGRESS}

    # Joint calls

    def call(self, chance: Random) -> None:
        row, units = self.problem(chance, "point_above"), [chance.choice(self.units)]
        with self.trying():
            by = self.answering.get(row.unit_id or 0, self.city.leader)
            at = clock.now() + dt.timedelta(hours=5)
            given: Any = {"reason": "要联合认定", "place": "社区", "on_site_by": at}
            actions.call(problem=row, by=by, units=units, **given)

    def about_a_call(self, chance: Random) -> None:
        deed = chance.choice(["comes", "declines", "arrives", "good", "bad", "back"])
        rows = Summons.objects.select_related("call__unit", "call__problem", "unit")
        for row in self.one(rows, chance):
            with self.trying():
                self._at_a_call(row, deed)

    def _at_a_call(self, row: Summons, deed: str) -> None:
        by, caller = self.answering[row.unit_id], self.answering[row.call.unit_id]
        match deed:
            case "comes" | "declines":
                actions.answer(summons=row, by=by, comes=deed == "comes", words="人手不够")
            case "arrives":
                actions.check_in(summons=row, by=by, who="科长岗")
            case "back":
                actions.withdraw(made=row.call, by=caller, reason="自己办好了")
            case _:
                actions.grade(summons=row, by=caller, grade=deed, words="来了")

    def silence_is_noted(self, _chance: Random) -> None:
        with self.trying():
            actions.note_late()
            assert actions.note_late() == 0

    # Hypothesis says how long a walk is and gives it one seed; the walk then draws by itself. Where
    # Hypothesis draws every choice it repeats itself, and walks stay too shallow to close anything.

    @initialize(chance=CHANCE)
    def begin_anywhere(self, chance: Random) -> None:
        self.chance = chance
        for nth in range(4):
            self.go_on(Problem.objects.order_by("id")[nth], chance.randint(0, 6))
        if chance.random() < 0.7:
            self.claimed_above(self.problem(chance, "point_above"), chance.randint(0, 8))

    def claimed_above(self, row: Problem, steps: int) -> None:
        """The district has claimed the root of it, and has gone so far with it."""
        by = self.answering.get(row.unit_id or 0, self.city.leader)
        with self.trying():
            given: Any = {"above": self.city.east, "reason": "没有标准"}
            ledger.move(problem=row, move="point_above", by=by, **given)
            actions.gather()
            (link,) = Link.objects.filter(problem=row).select_related("root__unit")
            asked = self.answering.get(link.root.unit_id, self.who["district"])
            self.go_on(actions.claim(root=link.root, by=asked), steps)

    @rule()
    def somebody_acts(self) -> None:
        getattr(self, self.chance.choice(DEEDS))(self.chance)

    # What must hold after every deed

    @invariant()
    def what_is_closed_has_its_gate(self) -> None:
        for row in Problem.objects.filter(state=State.CLOSED).order_by("id"):
            assert_gate(row)

    @invariant()
    def nothing_closes_past_the_application_either(self) -> None:
        """A bare UPDATE closes exactly what the rules would let the office close."""
        with clock.at(self.moment):
            for row in Problem.objects.filter(state__in=MOVES["close"].origins).order_by("id"):
                ready = not unmet("close", facts_of(row), CLOSER, {})
                assert forced_closed(row) == ready, (row.state, row.pk)


def test_no_walk_reaches_closed_without_its_gate_whatever_is_escalated() -> None:
    run_state_machine_as_test(Walk, settings=settings(
        max_examples=8,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    ))  # fmt: skip
