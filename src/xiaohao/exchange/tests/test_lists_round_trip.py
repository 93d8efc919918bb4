"""A list that goes out as a workbook comes back as the same records, whatever stands in them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry, Household, Plan, Visit
from xiaohao.commitments.models.household import NeedKind, Situation
from xiaohao.commitments.tests.make import round_
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.lists.base import book_of
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules.cells import BROKEN
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.make import workbook
from xiaohao.exchange.tests.test_round_trip import kept as whatever
from xiaohao.kernel import clock
from xiaohao.ledger.tests.make import DAY, City, city

pytestmark = pytest.mark.django_db


def kept(most: int) -> st.SearchStrategy[str]:
    """A text as it is kept, but for the sheets' own words for a broken cell."""
    return whatever(most).filter(lambda text: text not in BROKEN)


TRIES = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try reads workbooks apart
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(10**9), places=2)
QUANTITY = st.none() | st.tuples(AMOUNTS.filter(lambda n: n < 10**8), kept(20))
ENTRY = st.fixed_dictionaries({
    "kind": st.sampled_from(["project", "petition", "hazard", "weak", "village"]),
    "title": kept(200),
    "text": st.just("") | kept(2000),
    "deadline": st.dates(dt.date(2019, 9, 20), dt.date(2021, 9, 1)),
    "planned": st.none() | AMOUNTS,
    "quantity": QUANTITY,
    "plan": st.just("") | kept(2000),
})  # fmt: skip
NEED = st.fixed_dictionaries({
    "kind": st.sampled_from(NeedKind.values),
    "text": kept(200).map(lambda text: " ".join(text.split())),
})  # fmt: skip
VISIT = st.fixed_dictionaries({
    "day": st.dates(dt.date(2019, 8, 1), DAY.date()),
    "situation": st.lists(st.sampled_from(Situation.values), min_size=1, unique=True),
    "note": st.just("") | kept(500),
    "needs": st.lists(NEED, max_size=3),
})  # fmt: skip


def once(made: dict[str, Any]) -> str:
    """Of weak units and hard villages one each, of the other lists as many as come."""
    return made["kind"] if made["kind"] in {"weak", "village"} else str(made)


def entered(town: City, made: dict[str, Any]) -> Entry:
    values = dict(made)
    quantity = values.pop("quantity")
    if quantity:
        values |= {"promised": quantity[0], "measure": quantity[1]}
    return actions.enter(by=town.office, unit=town.street, lead="LEADER", **values)


def book(town: City, page: str) -> bytes:
    what = LISTS[page]
    with book_of(town.office, what, what.rows(town.office, QueryDict()), []) as file:
        return file.read()


def as_new(content: bytes, *sheet_numbers: int, empty: tuple[str, ...]) -> bytes:
    """The workbook with the rows of some sheets as a hand would add them: without these cells."""
    found: dict[str, Sequence[Sequence[Any]]] = {}
    for n, (name, rows) in enumerate(sheets(content)):
        made = [list(row) for row in rows]
        if n in sheet_numbers:
            bare = [place for place, cell in enumerate(rows[0]) if str(cell) in empty]
            for row in made[1:]:
                for place in bare:
                    row[place] = None
        found[name] = made
    return workbook(found)


def entries() -> list[Any]:
    rows = Entry.objects.order_by("title", "text", "deadline", "planned", "kind", "pk")
    plans = dict(Plan.objects.order_by("number").values_list("entry_id", "text"))
    return [
        (e.kind, e.title, e.text, e.unit_id, e.lead_id, e.deadline, e.planned, e.promised,
         e.measure, plans.get(e.pk))
        for e in rows
    ]  # fmt: skip


@TRIES
@given(made=st.lists(ENTRY, min_size=1, max_size=4, unique_by=once))
def test_entries(made: list[dict[str, Any]]) -> None:
    with clock.at(DAY), transaction.atomic():
        town = city()
        inner = transaction.savepoint()
        for one in made:
            entered(town, one)
        before = entries()
        content = book(town, "commitments_list")
        reading = understand_list(town.office, content, "清单.xlsx")
        assert [remark.message for remark in reading.remarks] == []
        assert (reading.same, len(reading.changed), len(reading.fresh)) == (len(made), 0, 0)
        transaction.savepoint_rollback(inner)
        # Without numbers the same rows are new ones, and make the same entries.
        bare = as_new(
            content, 0, empty=("编号", "状态", "到位（元）", "支出（元）", "列入时间", "版本")
        )
        report = import_list(by=town.office, source=bare, name="清单.xlsx")
        assert [error.message for error in report.errors] == []
        assert report.imported + report.already == len(made)
        assert set(entries()) == set(before)
        again = import_list(by=town.office, source=bare, name="清单.xlsx")
        assert (again.imported, again.already) == (0, len(made))
        transaction.set_rollback(True)


def visits() -> list[Any]:
    rows = Visit.objects.order_by("household__number", "pk")
    return [
        (v.household.number, v.day, v.situation, v.note,
         [(need.kind, need.text) for need in v.need_rows.order_by("pk")])
        for v in rows
    ]  # fmt: skip


@TRIES
@given(made=st.dictionaries(kept(120), st.lists(VISIT, max_size=2, unique_by=str), min_size=1,
                            max_size=3))  # fmt: skip
def test_households_and_their_visits(made: dict[str, list[dict[str, Any]]]) -> None:
    with clock.at(DAY), transaction.atomic():
        town = city()
        row = round_(town)
        actions.list_households(
            round_=row, by=town.office, unit=town.street, rows=[(number, "") for number in made]
        )
        inner = transaction.savepoint()
        for number, seen in made.items():
            home = Household.objects.get(round=row, number=number)
            for one in seen:
                actions.visit(household=home, by=town.office, **one)
        before = visits()
        content = book(town, "commitments_households")
        reading = understand_list(town.office, content, "走访.xlsx")
        assert [remark.message for remark in reading.remarks] == []
        assert reading.same == len(made) + len(before)
        assert not reading.changed
        assert not reading.fresh
        transaction.savepoint_rollback(inner)
        empty = ("走访编号", "岗位")
        counts = ("走访次数", "需求数", "最近走访", "版本")
        report = import_list(
            by=town.office, source=without(as_new(content, 1, empty=empty), counts)
        )
        assert [error.message for error in report.errors] == []
        assert report.imported == len(before)
        assert visits() == before
        transaction.set_rollback(True)


def without(content: bytes, heads: tuple[str, ...]) -> bytes:
    """The workbook without these columns of its first sheet: what a hand took out is not read."""
    (name, rows), *others = sheets(content)
    keep = [n for n, cell in enumerate(rows[0]) if str(cell) not in heads]
    return workbook({name: [[row[n] for n in keep] for row in rows], **dict(others)})
