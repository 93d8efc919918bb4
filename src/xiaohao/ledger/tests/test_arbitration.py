"""Units return a problem to each other; the common superior has the last word. Roots lie higher."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Answer, Forbidden, Refused
from xiaohao.ledger import actions, queries
from xiaohao.ledger.forms import MoveForm
from xiaohao.ledger.models import Measure, Problem
from xiaohao.ledger.rules import MOVES
from xiaohao.ledger.tests import make
from xiaohao.people import actions as people
from xiaohao.people.models import Post
from xiaohao.people.tests.make import account
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def codes(error: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in error.value.unmet]


def contested(city: make.City, better: object = None) -> Problem:
    """A problem that was returned twice."""
    row = make.problem(city)
    for _ in range(2):
        make.walk(city, row, "referred")
        named = {"better_unit": better} if better else {"owner_unknown": "不清楚归谁管"}
        given: dict[str, Any] = {"reason": "不归我们", **named}
        actions.move(problem=row, move="return", by=city.handler, **given)
    return row


def test_the_named_owner_is_proposed_where_it_is_referred_anew(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "referred")
    actions.move(
        problem=row, move="return", by=city.handler, reason="区里的事", better_unit=city.east
    )
    form = MoveForm(MOVES["refer"], row)
    assert form.fields["unit"].initial == city.east.code
    assert city.east.name in str(form.fields["unit"].help_text)


def test_the_lowest_common_superior_that_can_refer_decides(city: make.City) -> None:
    assert contested(city).arbiter == city.east
    assert contested(city, better=city.west).arbiter == city.city
    unstaffed = make.unit("120201", city.west, "township")
    handler = make.actor("H2", unstaffed, Role.HANDLER)
    row = make.problem(city)
    for _ in range(2):
        actions.move(problem=row, move="refer", by=city.operator, unit=unstaffed)
        actions.move(
            problem=row, move="return", by=handler, reason="不归我们", owner_unknown="不清楚归谁管"
        )
    assert row.arbiter == city.city  # nobody in the western district may refer


def test_one_where_nobody_is_in_post_decides_only_where_nobody_is_anywhere(
    city: make.City,
) -> None:
    assert contested(city).arbiter == city.east  # posts are set up, and nobody holds one
    staffed(city.office)
    assert contested(city).arbiter == city.city
    staffed(city.district)
    assert contested(city).arbiter == city.east


def staffed(who: Actor) -> None:
    people.hold_post(by=SYSTEM, account=account(), post=Post.objects.get(pk=who.post_id))


def test_meanwhile_nobody_else_refers_it_and_the_word_is_final(city: make.City) -> None:
    row = contested(city)
    assert queries.find(city.district, row.number) == row
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="refer", by=city.operator, unit=city.west)
    assert codes(refused) == ["wrong_state"]
    with pytest.raises(Forbidden) as forbidden:
        actions.move(problem=row, move="arbitrate", by=city.office, unit=city.west, reason="看")
    assert codes(forbidden) == ["not_the_arbiter"]
    actions.move(problem=row, move="arbitrate", by=city.district, unit=city.street, reason="属地")
    with pytest.raises(Refused) as refused:
        actions.move(
            problem=row,
            move="return",
            by=city.handler,
            reason="还是不归我们",
            owner_unknown="不清楚归谁管",
        )
    assert codes(refused) == ["return_is_final"]
    make.walk(city, row, "verified")
    actions.move(problem=row, move="reopen", by=city.verifier, reason="又坏了")
    with pytest.raises(Forbidden) as forbidden:
        actions.move(problem=row, move="refer", by=city.operator, unit=city.west)
    assert codes(forbidden) == ["not_the_arbiter"]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_problem SET final = false, version = version + 1")
    assert list(faults(Checked())) == []


def test_passing_around_is_counted_per_unit_and_the_recount_agrees(city: make.City) -> None:
    row = contested(city)
    assert check().differences == 0
    actions.move(problem=row, move="arbitrate", by=city.district, unit=city.street, reason="属地")
    assert check().differences == 0


def test_a_moved_arbiter_takes_its_cases_along(city: make.City) -> None:
    row = contested(city)
    city.east.path = city.west.path + city.east.path[-5:]
    city.east.save(update_fields=["path"])
    row.refresh_from_db()
    assert row.path == city.east.path


def test_a_unit_says_that_the_root_lies_higher(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    with pytest.raises(Refused) as refused:
        actions.move(
            problem=row, move="point_above", by=city.handler, above=city.street, reason="缺标准"
        )
    assert codes(refused) == ["not_above_you"]
    actions.move(
        problem=row, move="point_above", by=city.handler, above=city.east, reason="全区缺统一标准"
    )
    assert row.state == "accepted"
    assert check().differences == 0


def test_a_fix_above_sends_the_case_to_its_own_check_with_the_evidence(city: make.City) -> None:
    root = make.walk(city, make.problem(city, title="根源"), "verified")
    row = make.walk(city, make.problem(city), "accepted")
    actions.move(problem=row, move="fixed_above", by=SYSTEM, root=root)
    assert row.state == "reported"
    measure = Measure.objects.get(problem=row)
    assert root.number in measure.text
    assert measure.evidence.count() == 1
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="close", by=city.office)
    assert codes(refused) == ["wrong_state"]
    make.walk(city, row, "closed")
    assert list(faults(Checked())) == []
    assert check().differences == 0


def test_measures_of_its_own_keep_a_case_from_its_check(city: make.City) -> None:
    root = make.walk(city, make.problem(city, title="根源"), "verified")
    row = make.walk(city, make.problem(city), "in_progress")
    actions.move(problem=row, move="fixed_above", by=SYSTEM, root=root)
    assert row.state == "in_progress"
    make.walk(city, row, "closed")


def test_nobody_says_by_hand_that_it_was_fixed_above(city: make.City) -> None:
    root = make.walk(city, make.problem(city, title="根源"), "in_progress")
    row = make.walk(city, make.problem(city), "accepted")
    with pytest.raises(Forbidden) as forbidden:
        actions.move(problem=row, move="fixed_above", by=city.handler, root=root)
    assert codes(forbidden) == ["system_only"]
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="fixed_above", by=SYSTEM, root=root)
    assert codes(refused) == ["root_not_proven"]
