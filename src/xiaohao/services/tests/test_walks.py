"""Random walks over all moves: nothing is graded before it was shown, never by the department."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.services import actions, queries
from xiaohao.services.models import Call, Delivery, Proof, State, Verdict
from xiaohao.services.rules import MOVES, edges
from xiaohao.services.tests import make

pytestmark = pytest.mark.django_db

WHO = ("office", "operator", "handler", "leader", "verifier", "stranger", "district")
STEP = st.tuples(
    st.sampled_from([*MOVES, "force", "straight on", "straight on", "straight on"]),
    st.sampled_from(WHO),
    st.integers(0, 5),
    st.booleans(),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=30))
def test_no_walk_is_graded_without_its_proof(steps: list[tuple[str, str, int, bool]]) -> None:
    with transaction.atomic():
        _walk(steps)
        assert check().differences == 0
        transaction.set_rollback(True)


def _walk(steps: list[tuple[str, str, int, bool]]) -> None:
    moment = make.DAY
    with clock.at(moment):
        city = make.city()
        call = make.called(city)
    for name, who, pick, shows in steps:
        moment += dt.timedelta(hours=17)
        with clock.at(moment):
            _step(city, call, name, who, pick, shows=shows)
            call = queries.find_call(city.office, call.number)
            assert_proven(city, call)


def _step(city: make.City, call: Call, name: str, who: str, pick: int, *, shows: bool) -> None:
    by = getattr(city, who)
    states = list(State)
    with contextlib.suppress(Refused, Forbidden, DatabaseError), transaction.atomic():
        if name == "straight on":
            make.one_step(city, call, grade=max(1, pick))
        elif name == "force":
            before = call.state
            after = states[pick]
            rows = Call.objects.filter(pk=call.pk)
            rows.update(state=after, version=call.version + 1, word="强改")
            assert (before, after) in edges() or before == after
            transaction.set_rollback(True)
        else:
            given: dict[str, Any] = {"reason": "理由", "note": "说明", "words": "话"}
            given["grade"] = pick
            if shows and name == "deliver":
                given["files"] = make.files(call, by)
            actions.move(call=call, move=name, by=by, **given)


def assert_proven(city: make.City, call: Call) -> None:
    """The proofs, looked up independently of the rules."""
    assert (call.delivered_on is not None) == (call.state in {"delivered", "graded"})
    if call.state in {"delivered", "graded"}:
        assert Proof.objects.filter(call=call, round=call.round).exists()
        row = Delivery.objects.get(call=call, round=call.round)
        assert row.unit.path.startswith(call.department.path)
    said = Verdict.objects.filter(call=call)
    assert all(row.unit_id == city.east.pk for row in said)
    assert said.filter(grade=None).count() == call.round - 1
    if call.state == "graded":
        assert said.get(round=call.round).grade == call.grade
