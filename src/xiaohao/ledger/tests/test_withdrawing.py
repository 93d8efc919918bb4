"""A registration that was a mistake is taken back, and nothing can be hidden by it."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from xiaohao.figures.queries import check, value
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions, queries
from xiaohao.ledger.models import OPEN, Problem, State, Withdrawal
from xiaohao.ledger.rules import edges
from xiaohao.ledger.tests import make
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
LATER = make.DAY + dt.timedelta(days=1)
COUNTED = ("registered", "referred", "referred_same_day", "handed", "open", "done", "closed")


@pytest.fixture
def town() -> make.City:
    with clock.at(make.DAY):
        return make.city()


def withdraw(row: Problem, by: Actor, **more: Any) -> Problem:
    return actions.move(problem=row, move="withdraw", by=by, **({"reason": "录错了"} | more))


def refused(row: Problem, by: Actor, **more: Any) -> list[str]:
    with pytest.raises(Answer) as answer:
        withdraw(row, by, **more)
    return [unmet.code for unmet in answer.value.unmet]


def counts(town: make.City, asof: dt.datetime | None = None) -> dict[str, Any]:
    found = {}
    for name in (*COUNTED, "withdrawn"):
        found[name] = value(f"ledger.{name}", town.city, asof=asof)
    return {name: number for name, number in found.items() if number}


@pytest.mark.parametrize("stop", ["registered", "referred"])
def test_it_counts_nowhere_but_as_withdrawn(town: make.City, stop: str) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, make.problem(town), stop)
        before = counts(town)
        assert before["registered"] == before["open"] == 1
    with clock.at(LATER):
        withdraw(row, town.office)  # another post of the office that registered it
        assert row.state == "withdrawn"
        assert counts(town) == {"withdrawn": 1}
        report = check()
        assert report.differences == 0, report.examples
    with clock.at(LATER + dt.timedelta(days=1)):
        assert counts(town, asof=make.DAY + dt.timedelta(hours=1)) == before  # as it was stated
        assert not list(faults(Checked()))
        said = Withdrawal.objects.get(problem=row)
        assert (said.reason, said.unit) == ("录错了", town.city)
        assert State.WITHDRAWN not in OPEN


def test_it_is_final(town: make.City) -> None:
    assert not [pair for pair in edges() if pair[0] == State.WITHDRAWN]
    with clock.at(make.DAY):
        row = withdraw(make.problem(town), town.operator)
        assert queries.offers(row, town.office) == []
        for move in ("refer", "close", "comment", "withdraw"):
            with pytest.raises(Answer):
                actions.move(problem=row, move=move, by=town.office, unit=town.east, reason="x")


def test_only_the_office_that_registered_it_and_with_a_reason(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, make.problem(town), "referred")
        assert refused(row, town.district) == ["not_registered_here"]
        assert "not_permitted" in refused(row, town.handler)
        assert refused(row, town.operator, reason=" ") == ["reason_missing"]


def test_no_message_vanishes(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.problem(town, reporters=[("intake.message", 1)])
        assert refused(row, town.office) == ["message_behind"]
        actions.remove_reporter(problem=row, by=town.office, label="intake.message", source_id=1)
        row.refresh_from_db()
        assert refused(row, town.office) == ["message_behind"]  # it was there once


def test_what_others_have_done_stands(town: make.City) -> None:
    with clock.at(make.DAY):
        for stop in ("accepted", "in_progress", "reported", "verified", "closed"):
            row = make.walk(town, make.problem(town), stop)
            assert refused(row, town.office) == ["wrong_state"]
        row = make.walk(town, make.problem(town), "referred")
        actions.move(problem=row, move="comment", by=town.office, note="我们先看看")
        actions.move(problem=row, move="assign", by=town.office, partners=[town.west.code])
        assert "withdraw" in allowed(row, town.office)
        actions.move(problem=row, move="comment", by=town.handler, note="我们已到现场")
        assert refused(row, town.office) == ["others_acted"]
        again = make.walk(town, make.problem(town), "referred")
        why = {"reason": "不归我们", "owner_unknown": "不清楚归谁管"}
        actions.move(problem=again, move="return", by=town.handler, version=None, **why)
        assert refused(again, town.office) == ["wrong_state"]
        actions.move(problem=again, move="refer", by=town.office, unit=town.west)
        assert refused(again, town.office) == ["others_acted"]
        sent = make.walk(town, make.problem(town), "referred")
        actions.upload(problem=sent, by=town.handler, name="a.jpg", stream=make.picture())
        assert refused(sent, town.office) == ["others_acted"]


def allowed(row: Problem, by: Actor) -> list[str]:
    return [offer.move.name for offer in queries.offers(row, by) if offer.allowed]


def test_what_another_was_merged_into_stays(town: make.City) -> None:
    with clock.at(make.DAY):
        target, row = make.problem(town), make.problem(town)
        actions.move(problem=row, move="merge", by=town.office, into=target.number)
        assert refused(Problem.objects.get(pk=target.pk), town.office) == ["tied"]
        gone = withdraw(make.problem(town), town.office)
        with pytest.raises(Answer):
            actions.move(problem=target, move="merge", by=town.office, into=gone.number)


FORCED = "UPDATE ledger_problem SET state = 'withdrawn', version = version + 1 WHERE id = %s"


def forced(row: Problem, *, said: bool) -> bool:
    """Whether the database lets somebody withdraw it past the application."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if said:
                cursor.execute(
                    "INSERT INTO ledger_withdrawal (version, problem_id, reason, unit_id, post_id, "
                    "at) VALUES (1, %s, 'x', %s, %s, now())",
                    [row.pk, row.origin_unit_id, row.registered_post_id],
                )
            cursor.execute(FORCED, [row.pk])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def test_the_database_holds_to_it_too(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, make.problem(town), "referred")
        assert forced(row, said=True)
        assert not forced(row, said=False)
        told = make.problem(town, reporters=[("intake.message", 2)])
        assert not forced(told, said=True)
        target, other = make.problem(town), make.problem(town)
        actions.move(problem=other, move="merge", by=town.office, into=target.number)
        assert not forced(target, said=True)
        sent = make.walk(town, make.problem(town), "referred")
        actions.upload(problem=sent, by=town.handler, name="a.jpg", stream=make.picture())
        assert not forced(sent, said=True)
        actions.move(problem=row, move="comment", by=town.handler, note="已到现场")
        assert not forced(row, said=True)
        for state in ("accepted", "reported", "closed"):
            assert not forced(make.walk(town, make.problem(town), state), said=True)


def test_whoever_stands_above_sees_what_was_withdrawn_and_why(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.problem(town, by=town.district, title="重复录入的问题")
        withdraw(row, town.district, reason="同一件事录了两遍")
        page = logged_in(holder(town.city, Role.LEADER))
        address = reverse("ledger_list") + "?state=withdrawn&columns=title,withdrawn"
        for shown in (address, reverse("ledger_problem", args=[row.number])):
            text = page.get(shown).content.decode()
            assert "重复录入的问题" in text
            assert "同一件事录了两遍" in text
        assert value("ledger.withdrawn", town.east) == 1
        west = logged_in(holder(town.west, Role.LEADER))
        assert west.get(reverse("ledger_problem", args=[row.number])).status_code == 404


def test_many_are_withdrawn_at_once_and_the_others_say_why(town: make.City) -> None:
    with clock.at(make.DAY):
        rows = [make.walk(town, make.problem(town), stop) for stop in ("registered", "referred")]
        rows.append(make.problem(town, reporters=[("intake.message", 3)]))
        seen = actions.look(by=town.office, move="withdraw", problems=rows, given={"reason": "x"})
        assert [one.problem for one in seen.will] == rows[:2]
        assert [one.unmet[0].code for one in seen.will_not] == ["message_behind"]
