"""Random walks over all moves: Python and database agree, and nothing is done without its proof."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Check, Entry, Proof
from xiaohao.commitments.rules import MOVES, Kind, State, edges
from xiaohao.commitments.tests import make
from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem

pytestmark = pytest.mark.django_db

WHO = ("office", "operator", "handler", "leader", "verifier", "stranger")
OTHER = ("ledger", "reopen problem", "follow", "straight on")
STEP = st.tuples(st.sampled_from([*MOVES, *OTHER, "straight on"]), st.sampled_from(WHO))


def inputs(city: make.City, row: Entry, by: Actor, move: str) -> dict[str, Any]:
    """Inputs that satisfy a move as far as the entry allows."""
    later = max(row.deadline, clock.today()) + dt.timedelta(days=3)
    given: dict[str, Any] = {"reason": "理由", "note": "说明", "plan": "计划", "deadline": later}
    given |= {"lead": "LEADER", "arrived": row.arrived + 10, "spent": row.spent + 1}
    other = Problem.objects.order_by("id").first()
    given["problem"] = other.number if other else ""
    if row.promised is not None:
        given["achieved"] = "36"
    if "files" in MOVES[move].inputs:
        given["files"] = make.files(row, by)
    return given


def assert_proven(row: Entry) -> None:
    """The proofs, looked up independently of the rules."""
    if row.problem is not None:
        assert row.problem.state == "closed"
        return
    assert Proof.objects.filter(entry=row, round=row.round, stage="after").exists()
    found = Check.objects.filter(entry=row, round=row.round, passed=True).latest("id")
    assert not found.unit.path.startswith(row.path)
    assert found.account != row.reported_account
    assert row.promised is None or row.achieved is not None


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=30), kind=st.sampled_from(list(Kind)))
def test_no_walk_is_done_without_its_proof(steps: list[tuple[str, str]], kind: Kind) -> None:
    with transaction.atomic():
        _walk(steps, kind)
        assert check().differences == 0
        transaction.set_rollback(True)


def _walk(steps: list[tuple[str, str]], kind: Kind) -> None:
    moment = make.DAY
    with clock.at(moment):
        city = make.city()
        make.problem(city)
        row = make.entry(city, kind)
    for name, actor in steps:
        moment += dt.timedelta(hours=5)
        with clock.at(moment):
            _step(city, row, name, getattr(city, actor))
        row = Entry.objects.select_related("unit", "lead", "problem").get(pk=row.pk)
        if (row.state == State.DONE and name == "follow") or (
            row.state == State.DONE and row.problem is None
        ):
            assert_proven(row)


def _step(city: make.City, row: Entry, name: str, by: Actor) -> None:
    try:
        with transaction.atomic():
            match name:
                case "follow":
                    actions.follow()
                case "straight on":
                    make.one_step(city, row)
                case "ledger" if row.problem and row.problem.state != "closed":
                    make.walk(city, row.problem, "closed")
                case "reopen problem" if row.problem and row.problem.state == "closed":
                    problem = Problem.objects.get(pk=row.problem.pk)
                    ledger.move(problem=problem, move="reopen", by=city.verifier, reason="又坏了")
                case _ if name in MOVES:
                    given = inputs(city, row, by, name)
                    actions.move(entry=row, move=name, by=by, **given)
    except (Refused, Forbidden) as answer:
        assert all(str(unmet.message) for unmet in answer.unmet)  # noqa: PT017 (both ways are right)


PROVEN = {"reported", "done"}


@pytest.mark.parametrize("stop", ["entered", "under_way", "reported", "done"])
def test_the_database_knows_the_same_edges(stop: str) -> None:
    with clock.at(make.DAY):
        row = make.walked(make.city(), stop)
        for state in State:
            allowed = (State(stop), state) in edges()
            if state == stop or (allowed and state.value in PROVEN):
                continue  # proofs are tested by walks
            assert _forced(row, state) == allowed, (stop, state)


def _forced(row: Entry, state: State) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE commitments_entry SET state = %s, version = version + 1 WHERE id = %s",
                [state.value, row.pk],
            )
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def test_every_offer_holds_what_it_promises() -> None:
    """What a page offers as possible works once its inputs are given; what it bars does not."""
    with clock.at(make.DAY):
        city = make.city()
        make.problem(city)
        for kind in ("project", "hazard"):
            for stop in ("entered", "under_way", "reported", "done"):
                row = make.walked(city, stop, kind)
                for name in WHO:
                    by = getattr(city, name)
                    for offer in queries.offers(row, by):
                        found = _works(city, row, offer.move.name, by)
                        assert found == offer.allowed, (kind, stop, name, offer.move.name)


def _works(city: make.City, row: Entry, move: str, by: Actor) -> bool:
    try:
        with transaction.atomic():
            fresh = Entry.objects.get(pk=row.pk)
            actions.move(entry=fresh, move=move, by=by, **inputs(city, fresh, by, move))
            transaction.set_rollback(True)
    except (Refused, Forbidden):
        return False
    return True


def test_what_the_ledger_does_is_never_done_by_hand() -> None:
    with clock.at(make.DAY):
        city = make.city()
        row = make.entry(city, "hazard")
        for name in ("settle", "come_back", "follow"):
            with pytest.raises((Forbidden, Refused)):
                actions.move(entry=row, move=name, by=city.office)
        with pytest.raises(Refused):
            actions.move(entry=row, move="settle", by=SYSTEM)
