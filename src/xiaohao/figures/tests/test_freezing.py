"""A stated figure stands: it is found again as it was, and what came since is told."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold_all, freeze
from xiaohao.figures.models import Frozen
from xiaohao.figures.tests.make import (
    DUE,
    FLOW,
    HALF,
    OVERDUE,
    PART,
    RATE,
    STOCK,
    TOOK,
    declared,
    delta,
    move,
    unit,
)
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import NotFound, Refused
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("weight")]
DAY = dt.date(2019, 9, 5)


@pytest.fixture(autouse=True)
def _declared() -> None:
    declared()


def moment(day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2019, 9, day, hour, tzinfo=clock.ZONE)


@pytest.fixture
def tree() -> Iterator[list[Unit]]:
    """A root with two units; four things on the 3rd and 4th of September."""
    root = unit()
    a, b = unit(root), unit(root)
    with clock.at(moment(3)):
        add([delta(FLOW, a, 1), delta(FLOW, b, 2), delta(PART, a, 1), delta(STOCK, a, 1)])
        add([delta(TOOK, a, 1, days=4), delta(DUE, a, 1, day=dt.date(2019, 9, 4))])
    with clock.at(moment(4)):
        add([delta(FLOW, a, 3), delta(FLOW, b, 4), delta(STOCK, b, 2), delta(TOOK, b, 2, days=9)])
    with clock.at(moment(5)):
        yield [root, a, b]


def stated(metric: str, at: Unit, **scope: Any) -> Frozen:
    asked = queries.Asked(at, queries.Scope(**scope), clock.now(), {})
    return freeze(metric=metric, asked=asked, stated="简报第3期", by=SYSTEM)


@pytest.mark.parametrize(
    ("metric", "value", "records"),
    [(FLOW, "4", 4), (STOCK, "2", 2), (RATE, "0.2500", 4), (HALF, "4", 2), (OVERDUE, "1", 1)],
)
def test_every_kind_of_figure_freezes_and_holds(
    tree: list[Unit], metric: str, value: str, records: int
) -> None:
    frozen = stated(metric, tree[0])
    assert frozen.value == value
    assert frozen.lots[-1]["records"] == records
    for step in (fold_all, lambda: move(tree[1], tree[2]), fold_all):
        found = queries.verify(Frozen.objects.get())
        assert found.holds, (found.value, found.lots)
        step()
    assert list(faults(Checked())) == []


def test_what_came_later_is_told_and_the_stated_value_stays(tree: list[Unit]) -> None:
    root, a, b = tree
    frozen = stated(FLOW, root)
    with clock.at(moment(5, 18)):
        add([delta(FLOW, b, 5)])
    with clock.at(moment(7)):
        add([delta(FLOW, a, 6, day=DAY), delta(FLOW, a, 1, -1, day=DAY), delta(FLOW, a, 9)])
        found = queries.verify(frozen)
    assert found.holds
    assert (frozen.value, found.now, found.came, found.went) == ("4", 5, 2, 1)
    assert {(one.thing_id, one.why) for one in found.later} == {
        (5, "that_day"), (6, "late"), (1, "corrected"),
    }  # fmt: skip


def test_a_stock_moves_on_and_says_which_records_left(tree: list[Unit]) -> None:
    root, a, _ = tree
    frozen = stated(OVERDUE, root)
    with clock.at(moment(8)):
        add([delta(DUE, a, 1, -1, day=dt.date(2019, 9, 4)), delta(DUE, a, 7, day=DAY)])
        found = queries.verify(frozen)
    assert (found.holds, found.now, found.came, found.went) == (True, 0, 0, 1)
    assert [(one.thing_id, one.why) for one in found.later] == [(1, "left")]


def test_times_taken_back_later_change_the_median_as_known_now(tree: list[Unit]) -> None:
    root, a, _ = tree
    frozen = stated(HALF, root)
    with clock.at(moment(8)):
        add([delta(TOOK, a, 1, -1, days=4), delta(TOOK, a, 11, days=50)])
        found = queries.verify(frozen)
    assert (found.holds, found.value, found.now) == (True, "4", 9)
    assert [(one.thing_id, one.why) for one in found.later] == [(1, "corrected")]


def test_a_change_behind_the_application_breaks_it(tree: list[Unit]) -> None:
    frozen = stated(FLOW, tree[0])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE figures_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE figures_entry SET thing_id = 77 WHERE thing_id = 4")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE figures_entry ENABLE TRIGGER USER")
    found = queries.verify(frozen)
    assert found.value == frozen.value
    assert not found.holds


def test_the_database_keeps_it_as_it_is(tree: list[Unit]) -> None:
    frozen = stated(FLOW, tree[0])
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Frozen.objects.filter(pk=frozen.pk).update(value="5")
    asked = queries.Asked(tree[0], queries.Scope(), clock.now(), {})
    with pytest.raises(Refused):
        freeze(metric=FLOW, asked=asked, stated="  ", by=SYSTEM)


def test_pages_freeze_check_and_keep_it_from_others(tree: list[Unit]) -> None:
    _, a, b = tree
    inside, outside = (people.holder(at, Role.OFFICE) for at in (a, b))
    client: Client = people.logged_in(inside)
    page = f"/figures/{FLOW}/?unit={a.code}&asof=2019-09-04"
    assert client.post(page, {"stated": ""}).status_code == 422
    answer = client.post(page, {"stated": "简报第3期"})
    frozen = Frozen.objects.get()
    assert answer.headers["Location"] == f"/figures/frozen/{frozen.number}/"
    assert (frozen.value, frozen.unit_id, frozen.post_id) == ("2", a.pk, inside.post_id)
    shown = client.get(f"/figures/frozen/{frozen.number}/?check=1")
    assert shown.status_code == 200
    assert shown.context["result"]["tone"] == "green"
    assert frozen.number in client.get("/figures/frozen/").content.decode()
    stranger: Client = people.logged_in(outside)
    assert stranger.get(f"/figures/frozen/{frozen.number}/").status_code == 404
    assert frozen.number not in stranger.get("/figures/frozen/").content.decode()
    with pytest.raises(NotFound):
        queries.frozen_of(outside.post.actor(), frozen.number)


def test_programs_freeze_and_check_as_well(tree: list[Unit]) -> None:
    headers: Any = people.with_token(people.holder(tree[0], Role.OFFICE).post)
    body = {"metric": HALF, "stated": "通报"}
    made = Client().post("/api/v1/figures/frozen", body, "application/json", **headers)
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    found = Client().get(f"/api/v1/figures/frozen/{number}/verify", **headers).json()
    assert (found["holds"], found["stated"], found["now"]) == (True, "4", 4)
    items = Client().get("/api/v1/figures/frozen", **headers).json()["items"]
    assert [one["number"] for one in items] == [number]
