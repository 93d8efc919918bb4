"""Random walks over all moves: Python and database agree, and nothing is done without its proof."""

import contextlib
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
from xiaohao.trail.models import Event

pytestmark = pytest.mark.django_db

WHO = ("office", "operator", "handler", "leader", "verifier", "stranger", "district", "chief")
OTHER = ("ledger", "reopen problem", "hand over", "force a link", "follow", "straight on")
STEP = st.tuples(
    st.sampled_from([*MOVES, *OTHER, "link", "ledger", "straight on"]),
    st.sampled_from(WHO),
    st.integers(0, 3),
)


def problems(city: make.City) -> None:
    """What may be typed as a link: fixed before, open here, open elsewhere, with nobody."""
    make.walk(city, make.problem(city), "closed")
    make.walk(city, make.problem(city), "accepted")
    ledger.move(problem=make.problem(city), move="refer", by=city.operator, unit=city.west)
    make.problem(city)


def everybody(city: make.City) -> dict[str, Actor]:
    """Who walks; the chief is a leader above the unit, who may work in its place."""
    found = {name: getattr(city, name) for name in WHO if name != "chief"}
    return {**found, "chief": make.second_leader(city)}


def inputs(city: make.City, row: Entry, by: Actor, move: str, pick: int = 1) -> dict[str, Any]:
    """Inputs that satisfy a move as far as the entry allows."""
    later = max(row.deadline, clock.today()) + dt.timedelta(days=3)
    given: dict[str, Any] = {"reason": "理由", "note": "说明", "plan": "计划", "deadline": later}
    given |= {"lead": "LEADER", "arrived": row.arrived + 10, "spent": row.spent + 1}
    given["problem"] = Problem.objects.order_by("id")[pick].number
    if row.promised is not None:
        given["achieved"] = "36"
    if "files" in MOVES[move].inputs:
        before = move in {"start", "before"} or pick == 0
        given["files"] = make.files(row, by, "before" if before else "after")
    return given


def assert_proven(row: Entry) -> None:
    """The proofs, looked up independently of the rules."""
    if row.problem is not None:
        assert row.problem.state == "closed"
        assert row.from_here or row.problem.path.startswith(row.path)
        linked = Event.objects.filter(label=Entry.trail_label(), thing_id=row.pk)
        since = linked.filter(kind__in=["register", "link"]).latest("id")
        closed = Event.objects.filter(label=Problem.trail_label(), thing_id=row.problem.pk)
        assert closed.filter(kind="close", id__gt=since.pk).exists()
        return
    proofs = Proof.objects.filter(entry=row).select_related("file")
    was = [proof.file for proof in proofs if proof.stage == "before"]
    now = [proof.file for proof in proofs if (proof.stage, proof.round) == ("after", row.round)]
    now = [file for file in now if file.sha256 not in {one.sha256 for one in was}]
    assert now
    if row.kind in {"project", "hazard"}:
        assert any(file.is_image for file in was)
        assert any(file.is_image for file in now)
    assert was or row.kind in {"weak", "village"}
    found = Check.objects.filter(entry=row, round=row.round, passed=True).latest("id")
    assert not found.unit.path.startswith(row.path)
    assert found.account != row.reported_account
    assert found.post_id != row.lead_id
    events = Event.objects.filter(label=Entry.trail_label(), thing_id=row.pk)
    anew = events.filter(kind__in=["fail", "reopen", "disown", "come_back"]).order_by("seq").last()
    deeds = events.filter(kind__in=["start", "plan", "before", "progress", "money", "report"])
    hands = [event.by for event in deeds.filter(seq__gt=anew.seq if anew else 0)]
    assert found.unit_id not in {by["unit"] for by in hands}
    assert found.post.code not in {by["post"] for by in hands}
    assert row.promised is None or row.achieved is not None


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=30), kind=st.sampled_from(list(Kind)))
def test_no_walk_is_done_without_its_proof(steps: list[tuple[str, str, int]], kind: Kind) -> None:
    with transaction.atomic():
        _walk(steps, kind)
        assert check().differences == 0
        transaction.set_rollback(True)


def assert_still_to_come(row: Entry, before: dict[int, Problem]) -> None:
    """The problem just linked was open and with the entry's unit, or came from the entry itself."""
    was = before.get(row.linked_id or 0)
    if was is None:
        assert row.from_here
        return
    assert was.state not in {"closed", "merged", "withdrawn"}
    assert row.from_here or (was.unit_id and was.path.startswith(row.path))


def _walk(steps: list[tuple[str, str, int]], kind: Kind) -> None:
    moment = make.DAY
    with clock.at(moment):
        city = make.city()
        problems(city)
        row = make.entry(city, kind)
        people = everybody(city)
    for name, actor, pick in steps:
        moment += dt.timedelta(hours=5)
        before, linked = Problem.objects.in_bulk(), row.linked_id
        with clock.at(moment):
            _step(city, row, name, people[actor], pick)
        row = Entry.objects.select_related("unit", "lead", "problem").get(pk=row.pk)
        if row.linked_id and row.linked_id != linked:
            assert_still_to_come(row, before)
        if (row.state == State.DONE and name == "follow") or (
            row.state == State.DONE and row.problem is None
        ):
            assert_proven(row)


def _step(city: make.City, row: Entry, name: str, by: Actor, pick: int) -> None:
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
                case "hand over" if row.problem and row.problem.state in {"referred", "accepted"}:
                    problem = Problem.objects.get(pk=row.problem.pk)
                    back: dict[str, Any] = {"reason": "不归我们", "better_unit": city.west}
                    ledger.move(problem=problem, move="return", by=city.handler, **back)
                    ledger.move(problem=problem, move="refer", by=city.operator, unit=city.west)
                case "force a link":
                    _forced_link(row, Problem.objects.order_by("id")[pick])
                case _ if name in MOVES:
                    given = inputs(city, row, by, name, pick)
                    actions.move(entry=row, move=name, by=by, **given)
    except (Refused, Forbidden) as answer:
        assert all(str(unmet.message) for unmet in answer.unmet)  # noqa: PT017 (both ways are right)


def _forced_link(row: Entry, problem: Problem) -> None:
    """Past the application; what the database lets through is taken back."""
    was = {problem.pk: problem}
    with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE commitments_entry SET linked_id = %s, problem_id = %s, from_here = false,"
            " version = version + 1 WHERE id = %s",
            [problem.pk, problem.pk, row.pk],
        )
        if row.linked_id != problem.pk:
            forced = Entry.objects.get(pk=row.pk)
            assert_still_to_come(forced, was)
        transaction.set_rollback(True)


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
        problems(city)
        people = everybody(city)
        for kind in ("project", "hazard"):
            for stop in ("entered", "under_way", "reported", "done"):
                row = make.walked(city, stop, kind)
                for name in WHO:
                    by = people[name]
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
