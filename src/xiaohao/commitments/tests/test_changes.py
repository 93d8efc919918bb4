"""Each field of an entry, and of a household and its needs, tells how it came to be what it is."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Entry, HouseholdNeed
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser
from xiaohao.commitments.tests.test_words import asked
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.models import Answer
from xiaohao.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def told(rows: list[dict[str, Any]], field: str) -> list[tuple[Any, Any]]:
    """From what to what, oldest first."""
    return [(row["before"], row["after"]) for row in reversed(rows) if row["field"] == field]


def walked(city: make.City) -> Entry:
    """An entry of which everything that can be changed was changed."""
    row = make.entry(city, plan="先摸底")
    second = make.actor("LEADER-2", city.street, Role.LEADER, 20)
    make.one_step(city, row)  # the plan's second version
    later = row.deadline.replace(year=row.deadline.year + 1)
    actions.move(entry=row, move="extend", by=city.office, deadline=later, reason="等审批")
    actions.move(entry=row, move="appoint", by=city.office, lead=second.post_code, reason="换岗")
    actions.move(entry=row, move="money", by=city.handler, planned="200万", arrived="50万",
                 reason="追加")  # fmt: skip
    actions.move(entry=row, move="money", by=city.handler, arrived="80万", spent="10万")
    files = make.files(row, city.handler)
    actions.move(entry=row, move="progress", by=city.handler, achieved="12", note="半", files=files)
    return row


def test_who_changed_what_of_an_entry_from_what_to_what(city: make.City) -> None:
    row = walked(city)
    rows = queries.entry_history(row)
    assert told(rows, "lead") == [(None, "LEADER"), ("LEADER", "LEADER-2")]
    assert [after for _before, after in told(rows, "deadline")][-1] == row.deadline
    assert told(rows, "plan") == [(None, "先摸底"), ("先摸底", "第一步摸底，第二步施工")]
    assert [Decimal(after) for _b, after in told(rows, "arrived")] == [500_000, 800_000]
    assert told(rows, "title") == [(None, row.title)]
    assert len(told(rows, "state")) == 2
    by = {row["field"]: row["by"] for row in rows}
    assert by["arrived"].endswith("HANDLER")
    assert by["lead"].endswith("OFFICE")
    assert all(row["at"] and row["entry"] for row in rows)


def test_the_last_value_of_each_field_is_what_the_entry_holds(city: make.City) -> None:
    row = walked(city)
    while row.state != "done":
        make.one_step(city, row)
    last = {one["field"]: one["after"] for one in reversed(queries.entry_history(row))}
    for name in ("planned", "arrived", "spent", "achieved", "promised"):
        assert Decimal(last[name]) == getattr(row, name), name
    assert last["done_at"] == row.done_at
    assert last["round"] if row.round > 1 else "round" not in last


def test_events_of_older_versions_are_read_by_what_they_tell(city: make.City) -> None:
    row = walked(city)
    fresh = {name: told(queries.entry_history(row), name) for name in ("lead", "arrived", "spent")}
    for event in Event.objects.filter(label="commitments.entry").order_by("id"):
        data = {name: value for name, value in event.data.items() if name != "changed"}
        with connection.cursor() as cursor:  # as it would have been written then
            cursor.execute("ALTER TABLE trail_event DISABLE TRIGGER USER")
        Event.objects.filter(pk=event.pk).update(data=data)
    old = {name: told(queries.entry_history(row), name) for name in fresh}
    assert old["lead"] == fresh["lead"]
    assert [after for _b, after in old["arrived"]] == [after for _b, after in fresh["arrived"]]


def test_what_became_of_a_need_and_what_the_household_said(city: make.City) -> None:
    need, problem = asked(city)
    home = need.household
    actions.give_aid(need=need, by=city.handler, day=clock.today(), text="临时救助", amount="800")
    actions.hear(need=need, by=city.office, answer="solved")
    make.walk(city, problem, "closed")
    actions.follow()
    rows = queries.household_history(home)
    key = f"need.{need.pk}"
    assert len(told(rows, f"{key}.state")) == 3
    assert told(rows, f"{key}.problem") == [(None, problem.number)]
    assert told(rows, f"{key}.text") == [(None, need.text)]
    assert "800" in told(rows, f"{key}.aid")[0][1]
    assert told(rows, f"{key}.word") == [(None, Answer.SOLVED.label)]
    assert told(rows, "visits") == [(0, 1)]
    assert "王秀英" not in str(rows)
    assert HouseholdNeed.objects.get(pk=need.pk).state == "fixed"


def test_the_pages_show_it_to_whoever_sees_the_thing_and_to_nobody_else(city: make.City) -> None:
    row = walked(city)
    need, _problem = asked(city)
    addresses = (f"/lists/{row.number}/", f"/visits/households/{need.household_id}/")
    client, stranger = browser(city.office), browser(city.stranger)
    for address in addresses:
        assert f"{address}changes/" in client.get(address).content.decode()
        page = client.get(f"{address}changes/")
        assert page.status_code == 200
        assert stranger.get(f"{address}changes/").status_code == 404
    only = client.get(f"{addresses[0]}changes/?field=lead").content.decode()
    assert "LEADER-2" in only
    assert "第二步施工" not in only


def test_a_long_history_asks_no_more_than_a_short_one(city: make.City) -> None:
    row = walked(city)
    with CaptureQueriesContext(connection) as short:
        queries.entry_history(row)
    for n in range(5):
        actions.move(entry=row, move="plan", by=city.handler, plan=f"第{n}版", reason="调整")
        actions.move(entry=row, move="money", by=city.handler, arrived=f"{81 + n}万")
    with CaptureQueriesContext(connection) as long:
        queries.entry_history(row)
    assert len(long) == len(short)
