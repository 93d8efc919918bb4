"""The closing gate looked up row by row, apart from the rules that tests put to the proof."""

import datetime as dt
from typing import Any

from django.db import DatabaseError, connection, transaction

from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem, Reporter, Verification, Word
from xiaohao.ledger.tests import make
from xiaohao.trail.queries import events_of

ROOT = "根源问题"
ANOTHER = 999  # the account of somebody who had no part in anything


def inputs(city: make.City, row: Problem, move: str) -> dict[str, Any]:
    """Inputs that satisfy a move as far as the problem allows."""
    day = clock.today() + dt.timedelta(days=9)
    measure = row.measures.filter(done_at=None, dropped_at=None).order_by("id").first()
    given: dict[str, Any] = {"reason": "理由", "note": "说明", "unit": city.street, "deadline": day}
    given |= {"partners": [city.west.code], "done": "当场换好", "owner": "城管科"}
    given["measures"] = [{"text": "整改", "owner": "科室", "deadline": day}]
    given["measure"] = measure.pk if measure else 0
    other = Problem.objects.exclude(pk=row.pk).exclude(title=ROOT).order_by("id").first()
    given["into"] = other.number if other else ""
    given["above"] = city.east
    given["better_unit"] = city.west
    given["root"] = Problem.objects.filter(title=ROOT).first()
    if move == "ask_extension" and row.deadline:
        given["deadline"] = row.deadline + dt.timedelta(days=3)
    if move == "spot" and row.state == "registered":
        sent = actions.upload(problem=row, by=city.operator, name="a.jpg", stream=make.picture())
        given["files"] = [sent.pk]
    if move == "finish_measure" and row.state == "in_progress":
        sent = actions.upload(problem=row, by=city.handler, name="a.jpg", stream=make.picture())
        given["files"] = [sent.pk]
    return given


def assert_gate(row: Problem) -> None:
    """The three proofs behind a closed problem, looked up independently of the rules."""
    measures = row.measures.filter(dropped_at=None)
    assert measures.filter(round=row.round).exists()
    assert all(m.done_at and m.evidence.exists() for m in measures)
    check = Verification.objects.filter(problem=row, round=row.round, passed=True).latest("id")
    assert not check.unit.path.startswith(row.path)
    assert check.unit_id not in _worked(row)
    for reporter in Reporter.objects.filter(problem=row, until=None):
        word = Word.objects.get(reporter=reporter, round=row.round)
        assert row.closed_on
        silent = word.answer == "" and word.answer_by < row.closed_on
        assert word.answer == "solved" or silent
    assert row.closed_account != row.registered_account


def _worked(row: Problem) -> set[int]:
    """The units of the posts that have done something for the fix since it was last opened."""
    units: set[int] = set()
    for event in events_of("ledger.problem", row.pk):
        if event.kind in {"reopen", "not_solved"}:
            units.clear()
        elif event.kind in {"accept", "plan", "finish_measure", "report", "spot"}:
            units |= {event.by["unit"]} if event.by.get("unit") else set()
        if event.kind == "spot":
            units.add(row.origin_unit_id)
    return units


CLOSE = """UPDATE ledger_problem SET state = 'closed', version = version + 1, closed_at = %s,
    closed_on = %s, closing = 'solved', closed_account = %s WHERE id = %s"""


def forced_closed(row: Problem) -> bool:
    """Whether the database lets somebody close it past the application; then its gate is whole."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLOSE, [clock.now(), clock.today(), ANOTHER, row.pk])
            assert_gate(Problem.objects.get(pk=row.pk))
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True
