"""A list's workbook comes back to the units that it went out with, whoever else is called so."""

from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xiaohao.commitments.actions import list_households
from xiaohao.commitments.models import Entry, Household
from xiaohao.commitments.tests import make as promised
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.lists.base import book_of
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.make import workbook
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger.actions import move
from xiaohao.ledger.tests.make import DAY, City, actor, city, problem, rename, unit, walk
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.people.models import Post
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db
COUNTED = ("走访时限", "最近走访", "走访次数", "需求数")  # of a household: what nobody fills in
SPENT = ("到位（元）", "支出（元）")
NAMES = st.sampled_from(["海滨街道", "民政局", "河东区", "河东区海滨街道"])
SHORT = st.sampled_from(["", "海滨", "街道"])


def book(by: Actor, page: str, **keys: str) -> bytes:
    what = LISTS[page]
    with book_of(by, what, what.rows(by, QueryDict(), **keys), []) as file:
        return file.read()


def rows(content: bytes) -> list[dict[str, Any]]:
    """The rows of the first sheet by the words above them."""
    _name, (head, *below) = sheets(content)[0]
    return [dict(zip(map(str, head), row, strict=False)) for row in below]


def anew(content: bytes, *emptied: str) -> bytes:
    """The first sheet as somebody fills it in anew: without what only records have."""
    name, (head, *below) = sheets(content)[0]
    places = [list(map(str, head)).index(one) for one in emptied]
    made = [[None if n in places else one for n, one in enumerate(row)] for row in below]
    return workbook({name: [head, *made]})


def twins(town: City) -> Unit:
    """A second street in the other district, called like the first, with posts called alike."""
    twin = unit("120201", town.west, "township")
    rename(town.east, "河东区")
    rename(town.west, "河西区")
    for one in (town.street, twin):
        rename(one, "海滨街道")
    actor("TWIN", twin, Role.LEADER, 77)
    Post.objects.filter(role=Role.LEADER).update(title="主任")
    return twin


def peopled() -> tuple[City, list[Unit], dict[str, str]]:
    """A city of twins with something in the lists that name units or posts."""
    town = city()
    twin = twins(town)
    promised.entry(town)
    promised.entry(town, unit=twin, lead="TWIN", title="另一处泊位")
    programme = drive(town, lead_unit=town.east)
    row = walk(town, problem(town, programme=programme), "accepted")
    move(problem=row, move="assign", by=town.office, partners=[twin], lead="LEADER")
    return town, [town.city, town.east, town.west, town.street, twin], {"code": programme.code}


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try reads workbooks apart
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(called=st.lists(st.tuples(NAMES, SHORT), min_size=4, max_size=4))
def test_whatever_units_are_called_each_list_comes_back_to_them(
    called: list[tuple[str, str]],
) -> None:
    with clock.at(DAY), transaction.atomic():
        town, units, keys = peopled()
        round_ = promised.round_(town)
        for one, (name, short) in zip(units[1:], called, strict=True):
            rename(one, name, short)
        empty = transaction.savepoint()
        for at in (units[3], units[4]):
            named = [("3号楼", "王秀英")]
            list_households(round_=round_, by=town.office, unit=at, rows=named)
        for page in ("commitments_list", "commitments_households", "programmes_list",
                     "programmes_lists"):  # fmt: skip
            content = book(town.office, page, **keys if page == "programmes_lists" else {})
            reading = understand_list(town.office, content, "x.xlsx")
            assert (reading.remarks, reading.changed, reading.fresh) == ([], [], []), page
            assert reading.same, page
        homes = anew(book(town.office, "commitments_households"), "走访户编号", "版本", *COUNTED)
        where = list(Household.objects.order_by("pk").values_list("unit", "round", "number"))
        transaction.savepoint_rollback(empty)
        made = import_list(by=town.office, source=homes)
        assert (made.imported, [one.message for one in made.errors]) == (len(where), [])
        back = Household.objects.order_by("pk").values_list("unit", "round", "number")
        assert list(back) == where
        transaction.set_rollback(True)


def test_entries_filled_in_anew_stand_with_the_twin_that_was_meant() -> None:
    with clock.at(DAY):
        town, (*_above, street, twin), _keys = peopled()
        content = book(town.office, "commitments_list")
        told = {row["单位"] for row in rows(content)}
        assert told == {"河东区海滨街道", "河西区海滨街道"}
        assert {row["包案领导"] for row in rows(content)} == {f"{name} · 主任" for name in told}
        before = Entry.objects.count()
        new = anew(content, "编号", "状态", "列入时间", "版本", *SPENT)
        report = import_list(by=town.office, source=new)
    assert [one.message for one in report.errors] == []
    assert report.imported == 2
    made = Entry.objects.order_by("pk")[before:]
    assert {one.unit_id for one in made} == {street.pk, twin.pk}
    assert all(one.lead.unit_id == one.unit_id for one in made)


def test_the_bare_name_of_a_twin_is_no_unit() -> None:
    """What would be a guess is refused, and the refusal says whom it may mean."""
    with clock.at(DAY):
        town, _units, _keys = peopled()
        promised.household(town)
        content = book(town.office, "commitments_households")
        name, (head, *_below) = sheets(anew(content, "走访户编号", "版本", *COUNTED))[0]
        said = {"走访户": "9号", "村（社区）": "海滨街道", "走访轮次": "九月大走访"}
        line = [said.get(str(one)) for one in head]
        report = import_list(by=town.office, source=workbook({name: [head, line]}))
    assert report.imported == 0
    assert report.refused == 1
    assert "河西区" in " ".join(one.message for one in report.errors)


def test_another_name_of_the_same_unit_is_no_change() -> None:
    with clock.at(DAY):
        town, (*_above, street, twin), _keys = peopled()
        content = book(town.office, "commitments_list")
        name, (head, *below) = sheets(content)[0]
        at = {str(one): n for n, one in enumerate(head)}["单位"]
        said = [list(row) for row in below]
        for row in said:
            row[at] = street.code if str(row[at]).startswith("河东区") else twin.code
        reading = understand_list(town.office, workbook({name: [head, *said]}), "x.xlsx")
    assert (reading.remarks, reading.changed, reading.fresh) == ([], [], [])
    assert reading.same == 2
