"""Random walks over all moves: Python and database agree, and no walk reaches closed ungated."""

import datetime as dt
import json
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Role
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.ledger import actions, queries
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import BEGINNINGS, MOVES, State, edges
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.gate import ROOT, assert_gate, inputs

pytestmark = pytest.mark.django_db

WHO = ("office", "operator", "handler", "leader", "verifier", "stranger", "district")
NAMES = [*actions.STEPS, "return", "arbitrate", "answer", "wait", "fixed_above"]
STEP = st.tuples(st.sampled_from(NAMES), st.sampled_from([*WHO, "chief", "system"]))
SAID = st.sampled_from(["solved", "partly", "not"])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=40), said=SAID, reporters=st.integers(0, 2))
def test_no_walk_reaches_closed_without_its_gate(
    steps: list[tuple[str, str]], said: str, reporters: int
) -> None:
    with transaction.atomic():
        _walk(steps, said, reporters)
        transaction.set_rollback(True)


def _walk(steps: list[tuple[str, str]], said: str, reporters: int) -> None:
    moment = make.DAY
    with clock.at(moment):
        city = make.city()
        chief = make.actor("CHIEF", city.east, Role.LEADER, 51)
        others: dict[str, Actor | Nobody] = {"system": SYSTEM, "chief": chief}
        make.problem(city)
        make.walk(city, make.problem(city, title=ROOT), "verified")
        who = [("intake.message", n) for n in range(reporters)]
        row = make.problem(city, reporters=who)
    for name, actor in steps:
        moment += dt.timedelta(days=12 if name == "wait" else 1)
        with clock.at(moment):
            by: Actor | Nobody = others[actor] if actor in others else getattr(city, actor)
            _step(city, row, name, by, said)
        row.refresh_from_db()
        if row.state == State.CLOSED:
            assert_gate(row)
    report = check()
    assert report.differences == 0, report.examples


def _step(city: make.City, row: Problem, name: str, by: Actor | Nobody, said: str) -> None:
    if name == "wait":
        if row.state not in {"closed", "merged", "awaiting", "withdrawn"}:  # go on along the road
            make.one_step(city, row)
        return
    try:
        with transaction.atomic():
            if name == "answer":
                actions.answer(label="intake.message", source_id=0, answer=said)
            else:
                actions.move(problem=row, move=name, by=by, **inputs(city, row, name))
    except (Refused, Forbidden) as answer:
        assert all(str(unmet.message) for unmet in answer.unmet)  # noqa: PT017 (both ways are right)


STOPS = ["registered", "referred", "accepted", "in_progress", "reported", "verified", "closed"]
PROVEN = {"reported", "verified", "awaiting", "closed", "arbitration", "withdrawn"}


@pytest.mark.parametrize("stop", STOPS)
def test_the_database_knows_the_same_edges(stop: str) -> None:
    with clock.at(make.DAY):
        city = make.city()
        other = make.problem(city)
        row = make.walk(city, make.problem(city), stop)
        for state in State:
            if state == stop:
                continue
            allowed = (State(stop), state) in edges()
            if allowed and state.value in PROVEN:
                continue  # proofs are tested by walks
            assert _forced(row, state, other) == allowed, (stop, state)


def test_the_database_knows_the_same_beginnings() -> None:
    with clock.at(make.DAY):
        city = make.city()
        row = make.walk(city, make.problem(city), "referred")
        for version in range(4):
            for state in State:
                allowed = BEGINNINGS.get(version) == state
                assert _begun(row, version=version, state=state.value) == allowed, (version, state)
        for name in ("unit_id", "deadline", "referred_at"):
            assert not _begun(row, version=2, state="referred", **{name: None}), name
    assert all(pair in edges() for pair in pairwise(BEGINNINGS.values()))


def _begun(row: Problem, **changed: object) -> bool:
    """Whether the database takes a copy of the row with these columns changed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_problem OVERRIDING SYSTEM VALUE "
                "SELECT (jsonb_populate_record(p, %s::jsonb)).* "
                "FROM ledger_problem p WHERE id = %s",
                [json.dumps({"id": 10**9, **changed}), row.pk],
            )
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def _forced(row: Problem, state: State, other: Problem) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ledger_problem SET state = %s, merged_into_id = %s, version = version + 1, "
                "round = round + %s WHERE id = %s",
                [
                    state.value,
                    other.pk if state == State.MERGED else None,
                    int(state == State.REOPENED),
                    row.pk,
                ],
            )
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def test_every_offer_holds_what_it_promises() -> None:
    """What a page offers as possible works once its inputs are given; what it bars does not."""
    with clock.at(make.DAY):
        city = make.city()
        make.problem(city)  # something to merge into
        for stop in STOPS:
            row = make.walk(city, make.problem(city), stop)
            for name in WHO[:-1]:  # the district does not see what the city registered
                by = getattr(city, name)
                for offer in queries.offers(row, by):
                    assert _works(city, row, offer.move.name, by) == offer.allowed, (stop, name)


def _works(city: make.City, row: Problem, move: str, by: Actor) -> bool:
    try:
        with transaction.atomic():
            actions.move(
                problem=Problem.objects.get(pk=row.pk),
                move=move,
                by=by,
                **_fitting(city, row, move, by),
            )
            transaction.set_rollback(True)
    except (Refused, Forbidden):
        return False
    return True


def _fitting(city: make.City, row: Problem, move: str, by: Actor) -> dict[str, Any]:
    given = inputs(city, row, "")
    if move == "ask_extension":
        given["deadline"] = (row.deadline or clock.today()) + dt.timedelta(days=3)
    if "files" in MOVES[move].inputs:
        given["files"] = [
            actions.upload(problem=row, by=by, name="a.jpg", stream=make.picture(90)).pk
        ]
    return given
