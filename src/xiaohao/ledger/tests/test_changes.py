"""Measures and programmes tell how each of their fields came to be what it is."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns.models import Programme
from xiaohao.kernel import clock
from xiaohao.ledger import actions, scheduling
from xiaohao.ledger.history import field_history
from xiaohao.ledger.models import Problem
from xiaohao.ledger.programme_history import programme_history
from xiaohao.ledger.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def told(rows: list[dict[str, Any]], field: str) -> list[tuple[Any, Any]]:
    """From what to what, oldest first."""
    return [(row["before"], row["after"]) for row in reversed(rows) if row["field"] == field]


def planned(city: make.City) -> Problem:
    """A problem with two measures, of which the second waits for the first."""
    row = make.walk(city, make.problem(city), "accepted")
    day = clock.today() + dt.timedelta(days=5)
    one = {"text": "停电检修", "owner": "城管科", "deadline": day}
    later = day + dt.timedelta(days=7)
    two = {"text": "换灯", "owner": "物业科", "deadline": later, "days": 2, "after": [1]}
    return actions.move(problem=row, move="plan", by=city.handler, measures=[one, two])


def test_a_measure_tells_how_it_was_laid_down_and_what_became_of_it(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    sent = actions.upload(problem=row, by=city.handler, name="a.jpg", stream=make.picture())
    actions.move(
        problem=row, move="finish_measure", by=city.handler, measure=first.pk, files=[sent.pk],
        note="线路已换",
    )  # fmt: skip
    actions.move(
        problem=row, move="drop_measure", by=city.handler, measure=second.pk, reason="不必要"
    )
    rows = field_history(row)
    key = f"measure.{second.pk}"
    assert told(rows, f"{key}.text") == [(None, "换灯")]
    assert told(rows, f"{key}.owner") == [(None, "物业科")]
    assert told(rows, f"{key}.deadline") == [(None, second.deadline)]
    assert told(rows, f"{key}.days") == [(None, 2)]
    assert told(rows, f"{key}.after") == [(None, "停电检修")]
    assert told(rows, f"{key}.reason") == [(None, "不必要")]
    assert told(rows, f"measure.{first.pk}.note") == [(None, "线路已换")]
    assert len(told(rows, key)) == 2
    assert {one["by"] for one in rows if one["field"].startswith(key)} == {"单位120101 · HANDLER"}


def test_the_page_of_a_measure_shows_all_of_it_and_nothing_else(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    whole, one = field_history(row), field_history(row, f"measure.{second.pk}")
    assert {change["field"].split(".")[1] for change in one} == {str(second.pk)}
    assert len(one) == 6  # state, text, owner, deadline, days, order
    assert [change for change in whole if change["field"] == f"measure.{first.pk}.text"]


def test_what_failed_its_check_is_open_again_in_the_history(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    actions.move(problem=row, move="fail", by=city.verifier, reason="没换")
    (measure,) = row.measures.all()
    raw = [(c["raw_before"], c["raw_after"]) for c in field_history(row, f"measure.{measure.pk}")]
    assert [pair for pair in raw if set(pair) <= {None, "open", "done"}] == [
        ("done", "open"), ("open", "done"), (None, "open"),
    ]  # fmt: skip


def test_a_programme_tells_who_changed_its_date_and_its_plan(city: make.City) -> None:
    final = clock.today() + dt.timedelta(days=60)
    given: dict[str, Any] = {"name": "停车难", "name_en": "Parking", "lead_unit": city.east}
    programme = campaigns.set_up(
        by=city.office, code="parking", final=final, origin="local", **given
    )
    make.problem(city, programme=programme)
    actions.lay_plan(programme=programme, by=city.office, text="第一版", seen=0)
    actions.lay_plan(programme=programme, by=city.office, text="第二版", seen=1)
    later = final + dt.timedelta(days=10)
    given |= {"lead_unit": city.west}
    campaigns.revise(programme=programme, by=city.office, version=1, final=later, **given)
    rows = programme_history(Programme.objects.get())
    assert told(rows, "final") == [(None, final), (final, later)]
    east, west = city.east.shown, city.west.shown
    assert told(rows, "lead_unit") == [(None, east), (east, west)]
    assert told(rows, "plan") == [(None, "第一版"), ("第一版", "第二版")]
    assert {row["by"] for row in rows} == {"单位12 · OFFICE"}


def test_a_schedule_with_room_lacks_no_days(city: make.City) -> None:
    row = planned(city)
    lanes = scheduling.lanes(row, row.measures.order_by("id"))
    assert all(lane.slot and lane.slot.slack > 0 for lane in lanes)
    assert scheduling.lacking(lanes) == 0
