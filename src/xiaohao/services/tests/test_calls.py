"""Lists and calls through the actions: who may what, when it is late, what is counted."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.http import QueryDict

from xiaohao.figures.queries import Scope, check, table
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale
from xiaohao.ledger.models import Problem
from xiaohao.services import actions, queries
from xiaohao.services.models import Call, Service
from xiaohao.services.tests import make
from xiaohao.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def codes(said: pytest.ExceptionInfo[Answer]) -> set[str]:
    return {one.code for one in said.value.unmet}


def test_a_list_binds_once_published_and_changes_with_a_reason(town: make.City) -> None:
    row = make.draft(town)
    with pytest.raises(Refused) as said:
        actions.publish(row=row, by=town.district)
    assert codes(said) == {"list_empty"}
    first = make.promise(town, row)
    second = make.promise(town, row, title="上门办理残疾证", measure="便民服务", days="0")
    third = make.promise(town, row, title="夜间清运", measure="基层减负")
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert first.measure_id == third.measure_id != second.measure_id
    with pytest.raises(Refused) as said:
        make.called(town, first)
    assert codes(said) == {"binds_nobody"}
    with pytest.raises(Forbidden):
        actions.publish(row=row, by=town.stranger)
    actions.publish(row=row, by=town.district)
    with pytest.raises(Refused) as said:
        make.promise(town, row)
    assert codes(said) == {"not_draft"}
    service = queries.find_service(town.district, first.pk)
    with pytest.raises(Refused) as said:
        actions.change_service(service=service, by=town.district, days="5")
    assert codes(said) == {"reason_missing"}
    actions.change_service(service=service, by=town.district, days="5", reason="人手不足")
    newest = queries.service_history(service)[0]
    assert (newest["field"], newest["before"], newest["after"]) == ("days", 3, 5)
    with pytest.raises(Stale):
        actions.withdraw_service(service=service, by=town.district, reason="不再提供", version=1)
    actions.withdraw_service(service=service, by=town.district, reason="不再提供")
    with pytest.raises(Refused) as said:
        make.called(town, queries.find_service(town.district, first.pk))
    assert codes(said) == {"binds_nobody"}


def test_every_odd_input_of_a_service_is_named(town: make.City) -> None:
    with pytest.raises(Refused) as said:
        actions.add_service(
            to=make.draft(town), by=town.district, title="", what="", audience="all", days="many",
            department="没有的部门", post="X", measure="",
        )  # fmt: skip
    assert codes(said) == {
        "title_missing", "what_missing", "audience_odd", "days_odd", "no_such_unit", "measure_odd",
    }  # fmt: skip


def test_a_draft_is_seen_by_those_who_keep_it(town: make.City) -> None:
    row = make.draft(town)
    assert queries.find_list(town.district, row.pk) == row
    with pytest.raises(NotFound):
        queries.find_list(town.stranger, row.pk)
    make.promise(town, row)
    actions.publish(row=row, by=town.district)
    assert queries.find_list(town.stranger, row.pk) == row


def test_each_side_makes_its_own_moves(town: make.City) -> None:
    call = make.called(town)
    for who in (town.district, town.office, town.stranger):
        with pytest.raises(Forbidden):
            actions.move(call=call, move="take", by=who)
    actions.move(call=call, move="take", by=town.handler)
    with pytest.raises(Refused) as said:
        actions.move(call=call, move="deliver", by=town.handler, note="没有照片，因为天黑")
    assert codes(said) == {"evidence_missing"}
    make.one_step(town, call)
    for who in (town.handler, town.leader, town.office):
        with pytest.raises(Answer) as bad:
            actions.move(call=call, move="grade", by=who, grade=5)
        assert bad.value.status == 403
    with pytest.raises(Refused) as said:
        actions.move(call=call, move="grade", by=town.district, grade=2)
    assert codes(said) == {"words_missing"}
    actions.move(call=call, move="grade", by=town.district, grade=2, words="来得太晚")
    assert (call.state, call.grade) == ("graded", 2)


def test_who_also_holds_a_post_of_the_department_does_not_grade(town: make.City) -> None:
    call = make.walked(town, "delivered")
    post = make.actor("TWO-POSTS", town.east, Role.OFFICE, 77)
    both = type(post)(**{
        name: getattr(post, name) for name in post.__dataclass_fields__
    } | {"elsewhere": (town.street.path,)})  # fmt: skip
    with pytest.raises(Refused) as said:
        actions.move(call=call, move="grade", by=both, grade=5)
    assert codes(said) == {"own_service"}


def test_for_whom_it_is_is_sealed_and_each_look_is_recorded(town: make.City) -> None:
    call = make.called(town, needed="王秀英家的灯坏了，电话13812345678")
    kept = Call.objects.get(pk=call.pk)
    assert "王秀英" not in kept.needed
    assert "13812345678" not in kept.needed
    assert "王秀英".encode() not in bytes(kept.sealed or b"")
    for who in (town.district, town.handler):
        assert actions.look_at_name(call=call, by=who) == "王秀英"
    for who in (town.office, town.stranger, town.verifier):
        with pytest.raises(Forbidden):
            actions.look_at_name(call=call, by=who)
    assert Event.objects.filter(label="services.name", thing_id=call.pk).count() == 2
    actions.move(call=call, move="decline", by=town.handler, reason="不属于我们")
    with pytest.raises(Forbidden):
        actions.look_at_name(call=call, by=town.handler)


def test_what_was_not_delivered_stands_again_and_buys_no_time(town: make.City) -> None:
    call = make.walked(town, "delivered")
    due = call.due
    actions.move(call=call, move="not_delivered", by=town.district, words="没有人来")
    assert (call.state, call.round, call.due, call.delivered_on) == ("called", 2, due, None)
    with pytest.raises(Refused) as said:
        actions.move(call=call, move="decline", by=town.handler, reason="不来了")
    assert codes(said) == {"taken_before"}
    with clock.at(make.DAY + dt.timedelta(days=10)):
        make.one_step(town, call)
        make.one_step(town, call)
        assert call.is_late(clock.today())
    assert check().differences == 0


def test_late_and_ungraded_are_right_at_every_moment(town: make.City) -> None:
    call, other = make.called(town), make.walked(town, "delivered")
    assert call.due == dt.date(2019, 9, 16)  # 13 September was a holiday
    last = dt.datetime(2019, 9, 16, 23, 59, tzinfo=clock.ZONE)
    for moment, late in ((last, False), (last + dt.timedelta(minutes=1), True)):
        with clock.at(moment):
            assert call.is_late(clock.today()) is late
            assert queries.calls_of(town.office, QueryDict("which=late")).exists() is late
            found = table(["services.late"], [town.street], Scope())[town.street.pk]
            assert found["services.late"] == int(late)
    grade_by = other.grade_by
    assert grade_by is not None
    for days, over in ((0, False), (1, True)):
        with clock.at(clock.start_of(grade_by + dt.timedelta(days=days))):
            assert other.is_ungraded(clock.today()) is over
            assert queries.calls_of(town.office, QueryDict("which=ungraded")).exists() is over


def test_only_a_promise_not_kept_goes_onto_the_ledger(town: make.City) -> None:
    good = make.walked(town, "graded")
    with pytest.raises(Refused) as said:
        actions.move(call=good, move="register", by=town.district)
    assert codes(said) == {"not_failed"}
    bad = make.walked(town, "graded", grade=1)
    with pytest.raises(Forbidden) as barred:
        actions.move(call=bad, move="register", by=town.handler)
    assert "own_service" in codes(barred)
    actions.move(call=bad, move="register", by=town.district, note="派人看了一眼就走")
    problem = Problem.objects.get()
    assert bad.problem == problem
    assert bad.state == "graded"
    assert bad.number in problem.text
    with pytest.raises(Refused) as said:
        actions.move(call=bad, move="register", by=town.district)
    assert codes(said) == {"on_ledger"}
    late = make.called(town)
    with clock.at(make.DAY + dt.timedelta(days=30)):
        actions.move(call=late, move="register", by=town.district)
    assert late.state == "called"
    assert check().differences == 0


def test_figures_recount_and_small_numbers_are_not_told(town: make.City) -> None:
    row = make.service(town)
    for state in ("called", "taken", "delivered"):
        make.walked(town, state, row)
    for grade in (5, 5, 4, 3):
        make.walked(town, "graded", row, grade)
    declined = make.called(town, row)
    actions.move(call=declined, move="decline", by=town.handler, reason="不属于我们")
    gone = make.called(town, row)
    actions.move(call=gone, move="withdraw", by=town.district, reason="呼错了")
    assert check().differences == 0
    (found,) = queries.numbers_by_service(Call.objects.all(), [row.pk]).values()
    assert (found.calls, found.delivered, found.in_time, found.declined) == (8, 5, 5, 1)
    assert (found.graded, found.mean, found.share) == (4, None, 1.0)
    kept = table(["services.calls", "services.graded"], [town.street], Scope())[town.street.pk]
    assert kept == {"services.calls": 8, "services.graded": 4}
    make.walked(town, "graded", row, 4)
    (found,) = queries.numbers_by_service(Call.objects.all(), [row.pk]).values()
    assert found.mean == pytest.approx(4.2)
    (told,) = queries.everybodys([make.service(town).pk]).values()
    assert told.calls == "0"


def test_each_number_is_the_list_behind_it(town: make.City) -> None:
    row = make.service(town)
    for state in ("called", "taken", "delivered", "graded"):
        make.walked(town, state, row)
    (found,) = queries.numbers_by_service(Call.objects.all(), [row.pk]).values()
    with clock.at(make.DAY + dt.timedelta(days=30)):
        (found,) = queries.numbers_by_service(Call.objects.all(), [row.pk]).values()
        for which in ("delivered", "in_time", "late", "declined", "graded", "ungraded", "failed"):
            rows = queries.calls_of(town.office, QueryDict(f"service={row.pk}&which={which}"))
            assert rows.count() == getattr(found, which), which
        assert queries.calls_of(town.office, QueryDict(f"service={row.pk}")).count() == found.calls
    assert Service.objects.get().calls.count() == 4
