"""A measure is amended: what it may become, what is told of it, what the database lets through."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Answer, Stale
from xiaohao.ledger import actions
from xiaohao.ledger.history import field_history
from xiaohao.ledger.models import Measure, Problem
from xiaohao.ledger.queries import facts_of, offers
from xiaohao.ledger.rules import AMENDABLE, Facts, MeasureFact, State, Task, amended
from xiaohao.ledger.rules.schedule import in_order, short_by
from xiaohao.ledger.scheduling import in_turn
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.standings import STANDINGS
from xiaohao.ledger.tests.test_changes import planned, told
from xiaohao.trail.models import Event
from xiaohao.trail.queries import events_of

TODAY = dt.date(2019, 9, 10)  # a Tuesday; the 13th is a holiday
DAYS = st.dates(TODAY, TODAY + dt.timedelta(days=60))


def fact(key: int, days: int = 1, after: tuple[int, ...] = (), day: int = 20) -> MeasureFact:
    """A measure that is not done, with a deadline in September."""
    end = dt.date(2019, 9, day)
    return MeasureFact(key, f"措施{key}", 1, False, 0, days, end, None, "城管科", after)  # noqa: FBT003


def facts(*rows: MeasureFact, due: dt.date | None = dt.date(2019, 9, 30)) -> Facts:
    return Facts(State.IN_PROGRESS, TODAY, "0001", due=due, measures=rows)


def codes(all_of: Facts, which: int, **typed: Any) -> list[tuple[str, str | None]]:
    """What stands against an amendment, and where."""
    row = next(m for m in all_of.measures if m.id == which)
    return [(need.code, need.field) for need in amended(all_of, row, typed).needs]


def test_only_what_becomes_another_is_changed() -> None:
    whole = facts(fact(7))
    found = amended(whole, whole.measures[0], {"text": "换灯", "owner": "城管科", "days": 1})
    assert (found.values, found.needs) == ({"text": "换灯"}, [])
    assert codes(whole, 7, text="措施7") == [("nothing_amended", "text")]


def test_each_field_is_judged_as_when_it_was_laid_down() -> None:
    whole = facts(fact(7), fact(8))
    assert codes(whole, 8, text=" ", owner="") == [
        ("measure_text_missing", "text"), ("measure_owner_missing", "owner"),
    ]  # fmt: skip
    assert codes(whole, 8, days=0) == [("measure_days_wrong", "days")]
    assert codes(whole, 8, days=None) == [("measure_days_wrong", "days")]
    assert codes(whole, 8, deadline=dt.date(2019, 9, 9)) == [("deadline_past", "deadline")]
    assert codes(whole, 8, deadline=dt.date(2021, 9, 9)) == [("deadline_too_far", "deadline")]
    assert codes(whole, 8, after=(9,)) == [("no_such_predecessor", "after")]
    assert codes(facts(fact(7), due=None), 7, deadline=None) == [("deadline_missing", "deadline")]


def test_no_measure_waits_for_itself_however_far_round() -> None:
    whole = facts(fact(1), fact(2, 1, (1,)), fact(3, 1, (2,)))
    assert codes(whole, 1, after=(3,)) == [("measures_circle", "after")]
    assert codes(whole, 1, after=(1,)) == [("measures_circle", "after")]
    apart = facts(fact(1, day=16), fact(2, 1, (1,), 17), fact(3, 1, (2,), 18))
    assert codes(apart, 3, after=(1, 2)) == []


def test_its_deadline_leaves_room_for_its_own_days() -> None:
    whole = facts(fact(1, day=19), fact(2, 2, (1,), day=23))
    assert codes(whole, 2, days=3) == [("deadline_too_soon", "deadline")]
    assert codes(whole, 2, days=3, deadline=dt.date(2019, 9, 24)) == []
    assert codes(whole, 2, after=(), deadline=dt.date(2019, 9, 11)) == []


def test_what_waits_for_it_keeps_its_days() -> None:
    """Until the 20th, two days from the 19th on: the 18th is the last day for what comes first."""
    whole = facts(fact(1, day=17), fact(2, 2, (1,), day=20))
    assert codes(whole, 1, deadline=dt.date(2019, 9, 18)) == []
    assert codes(whole, 1, deadline=dt.date(2019, 9, 19)) == [("follower_too_soon", "deadline")]
    [need] = amended(whole, whole.measures[0], {"deadline": dt.date(2019, 9, 19)}).needs
    assert dict(need.about) == {"n": 2, "measure": "措施2", "day": "2019-09-23"}


def test_a_deadline_left_out_is_scheduled_back() -> None:
    whole = facts(fact(1, day=17), fact(2, 2, (1,), day=20), due=dt.date(2019, 9, 20))
    found = amended(whole, whole.measures[0], {"deadline": None})
    assert found.values == {"deadline": dt.date(2019, 9, 18)}
    assert codes(whole, 1, deadline=None, days=8) == [("does_not_fit", "deadline")]


def test_what_is_late_may_still_be_worded_better() -> None:
    late = MeasureFact(1, "换灯", 1, False, 0, 3, dt.date(2019, 9, 2), None, "城管科", ())  # noqa: FBT003
    whole = facts(late, due=dt.date(2019, 9, 6))
    assert codes(whole, 1, text="换成节能灯", deadline=late.deadline) == []
    assert codes(whole, 1, deadline=dt.date(2019, 9, 12)) == []
    assert codes(whole, 1, days=5, deadline=dt.date(2019, 9, 30)) == [("does_not_fit", "deadline")]


@given(st.data())
def test_what_is_let_through_has_an_order_and_lacks_no_more(
    data: st.DataObject,
) -> None:
    count = data.draw(st.integers(1, 6))
    keys = st.sets(st.integers(1, count), max_size=3).map(sorted).map(tuple)
    rows = [
        MeasureFact(
            key, "措施", 1, False, 0, data.draw(st.integers(1, 8)), data.draw(DAYS), None, "科",  # noqa: FBT003
            tuple(k for k in data.draw(keys) if k < key),
        )
        for key in range(1, count + 1)
    ]  # fmt: skip
    whole = facts(*rows, due=data.draw(DAYS))
    chosen = data.draw(st.sampled_from(rows))
    typed = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "days": st.integers(1, 8), "after": keys, "deadline": st.none() | DAYS,
            },
        )
    )  # fmt: skip
    found = amended(whole, chosen, typed)
    if found.needs:  # each at the field where it can be put right
        assert {need.field for need in found.needs} <= set(AMENDABLE)
        return
    tasks = [Task(m.id, m.days, m.after) for m in rows]
    place = rows.index(chosen)
    became = replace(chosen, **found.values)
    tasks[place] = Task(chosen.id, became.days, became.after)
    now, was = in_order(tasks), in_order([Task(m.id, m.days, m.after) for m in rows])
    assert now is not None
    assert was is not None
    assert whole.due is not None
    assert short_by(now, TODAY, whole.due) <= short_by(was, TODAY, whole.due)


@pytest.fixture
def city(db: None) -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def amend(row: Problem, by: Actor, measure: Measure, **more: Any) -> Problem:
    more = {"reason": "现场情况有变"} | more
    return actions.move(problem=row, move="amend_measure", by=by, measure=measure.pk, **more)


def struck_out(row: Problem, by: Actor, measure: Measure) -> None:
    given: dict[str, Any] = {"measure": measure.pk, "reason": "不必要"}
    actions.move(problem=row, move="drop_measure", by=by, **given)


def refused(row: Problem, by: Actor, measure: Measure, **more: Any) -> list[str]:
    """The codes of a refusal, which writes nothing."""
    events = Event.objects.count()
    with pytest.raises(Answer) as said:
        amend(Problem.objects.get(pk=row.pk), by, measure, **more)
    assert Event.objects.count() == events
    assert all(str(one.message) for one in said.value.unmet)
    return [one.code for one in said.value.unmet]


def test_the_history_shows_what_it_was_and_what_it_is(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    day = second.deadline
    before = row.version
    amend(row, city.handler, second, text="换节能灯", days=3, after=[], deadline="2019-09-25")
    amend(row, city.leader, second, owner="节能办", after=[first.pk], reason="换人负责")
    second.refresh_from_db()
    assert (second.text, second.owner, second.days, second.after) == (
        "换节能灯", "节能办", 3, [first.pk],
    )  # fmt: skip
    assert (row.version, second.version) == (before + 2, 3)
    rows, key = field_history(row), f"measure.{second.pk}"
    assert told(rows, f"{key}.text") == [(None, "换灯"), ("换灯", "换节能灯")]
    assert told(rows, f"{key}.owner") == [(None, "物业科"), ("物业科", "节能办")]
    assert told(rows, f"{key}.days") == [(None, 2), (2, 3)]
    assert told(rows, f"{key}.deadline") == [(None, day), (day, dt.date(2019, 9, 25))]
    assert told(rows, f"{key}.after") == [
        (None, "停电检修"), ("停电检修", None), (None, "停电检修"),
    ]  # fmt: skip
    assert told(rows, f"{key}.reason") == [(None, "现场情况有变"), (None, "换人负责")]
    assert len(told(rows, key)) == 1  # it has been open all the while
    kinds = [e.kind for e in events_of(second.trail_label(), second.pk)]
    assert kinds == ["plan", "amend_measure", "amend_measure"]


def test_a_measure_may_come_to_wait_for_a_later_one(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    assert refused(row, city.handler, first, after=[second.pk]) == ["measures_circle"]
    amend(row, city.handler, second, after=[])
    late = second.deadline + dt.timedelta(days=1)
    amend(row, city.handler, first, after=[second.pk], deadline=late)
    assert refused(row, city.handler, second, after=[first.pk]) == ["measures_circle"]
    by_id = {m.id: m for m in facts_of(row).measures}
    assert by_id[first.pk].after == (second.pk,)


def test_what_was_struck_out_stands_between_no_longer(city: make.City) -> None:
    """The third waited for the second, which waited for the first: now for the first."""
    row = planned(city)
    first, second = row.measures.order_by("id")
    day = second.deadline + dt.timedelta(days=5)
    third = {"text": "验收", "owner": "科室", "deadline": day, "after": [2]}
    actions.move(problem=row, move="add_measures", by=city.handler, measures=[third])
    last = row.measures.latest("id")
    struck_out(row, city.handler, second)
    assert refused(row, city.handler, last, after=[first.pk]) == ["nothing_amended"]
    assert refused(row, city.handler, last, after=[second.pk]) == ["no_such_predecessor"]
    assert refused(row, city.handler, first, after=[last.pk]) == ["measures_circle"]
    assert refused(row, city.handler, second, text="又要了") == ["no_such_measure"]


def test_who_may_not_lay_down_may_not_amend(city: make.City) -> None:
    row = planned(city)
    first = row.measures.earliest("id")
    assert refused(row, city.stranger, first, text="别的") == ["not_your_unit"]
    assert refused(row, city.verifier, first, text="别的") == ["not_permitted"]
    assert refused(row, city.handler, first, text="别的", reason=" ") == ["reason_missing"]
    other = make.walk(city, make.problem(city), "in_progress").measures.get()
    assert refused(row, city.handler, other, text="别的") == ["no_such_measure"]


def test_what_is_done_stands(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    measure = row.measures.get()
    make.one_step(city, row)
    assert refused(row, city.handler, measure, text="别的") == ["no_open_measure", "measure_done"]
    offer = next(o for o in offers(row, city.handler) if o.move.name == "amend_measure")
    assert not offer.allowed
    make.walk(city, row, "reported")
    assert refused(row, city.handler, measure, text="别的") == ["wrong_state"]


def test_a_late_second_is_told(city: make.City) -> None:
    row = planned(city)
    first = row.measures.earliest("id")
    seen = Problem.objects.get(pk=row.pk)
    amend(row, city.handler, first, text="先到")
    with pytest.raises(Stale):
        amend(seen, city.handler, first, text="后到")
    first.refresh_from_db()
    assert first.text == "先到"


def forced(measure: Measure, assignments: str) -> bool:
    """Whether the database lets a measure be written so, past the application."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE ledger_measure SET {assignments}, version = version + 1 WHERE id = %s",  # noqa: S608 (words of this file)
                [measure.pk],
            )
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


AMENDMENTS = ["text = 'x'", "owner = 'x'", "deadline = deadline + 1", "days = 3", "after = '{}'"]


def test_the_database_lets_through_exactly_this(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    other = make.walk(city, make.problem(city), "in_progress").measures.get()
    assert all(forced(second, one) for one in AMENDMENTS)
    for never in (
        "round = 2",
        f"problem_id = {other.problem_id}",
        "text = 'x', done_at = now()",
        "text = 'x', dropped_at = now()",
        f"after = '{{{other.pk}}}'",
        f"after = '{{{second.pk}}}'",
        "after = '{0}'",
        "days = 0",
    ):
        assert not forced(second, never), never
    assert not forced(first, f"after = '{{{second.pk}}}'")


@pytest.mark.parametrize("stop", ["referred", "reported", "verified", "closed"])
def test_the_database_lets_nothing_be_amended_elsewhere(city: make.City, stop: str) -> None:
    """What a sheet laid down stands until a unit says that it is its own."""
    row = make.walk(city, make.problem(city), stop)
    if stop == "referred":
        day = TODAY + dt.timedelta(days=9)
        measure = Measure.objects.create(
            problem=row, round=1, text="换灯", owner="科", deadline=day, version=1
        )
    else:
        measure = row.measures.get()
    assert not any(forced(measure, one) for one in AMENDMENTS[:4])


def test_the_database_keeps_what_is_done_or_struck_out(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    struck_out(row, city.handler, second)
    make.one_step(city, row)
    for measure in (first, second):
        assert not any(forced(measure, one) for one in AMENDMENTS[:4])
    assert not forced(second, "dropped_at = NULL")
    assert not forced(second, "reason = '别的'")


def test_a_plan_that_came_with_a_sheet_is_amended_before_the_work_begins(city: make.City) -> None:
    row = STANDINGS["accepted with a plan"](city)
    second = row.measures.latest("id")
    amend(row, city.handler, second, text="加固井盖", owner="市政科")
    second.refresh_from_db()
    assert (row.state, second.text, second.owner) == ("accepted", "加固井盖", "市政科")
    assert told(field_history(row), f"measure.{second.pk}.text")[-1] == ("措施1", "加固井盖")
    actions.move(problem=row, move="plan", by=city.handler)
    assert row.state == "in_progress"
    bare = make.walk(city, make.problem(city), "accepted")
    assert not next(o for o in offers(bare, city.handler) if o.move.name == "amend_measure").allowed


def test_what_waits_for_another_is_done_after_it(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    sent = actions.upload(problem=row, by=city.handler, name="a.jpg", stream=make.picture())
    with pytest.raises(Answer) as refused:
        actions.move(
            problem=row, move="finish_measure", by=city.handler, measure=second.pk, files=[sent.pk]
        )
    assert [(one.code, one.field) for one in refused.value.unmet] == [("measure_waits", "measure")]
    assert f"“{first.text}”" in str(refused.value.unmet[0].message)
    assert [key for key, _text in in_turn(row)] == [first.pk, second.pk]
    with pytest.raises(DatabaseError, match="waits for one that is not done"), transaction.atomic():
        Measure.objects.filter(pk=second.pk).update(done_at=clock.now())
    Measure.objects.filter(pk=first.pk).update(dropped_at=clock.now(), reason="不再需要")
    Measure.objects.filter(pk=second.pk).update(done_at=clock.now())  # nothing stands before it
