"""What a hand writes in the lists of units and posts becomes the actions of their rooms."""

import datetime as dt
from typing import Any

import pytest

from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.models import Entered
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.test_every_list_returns import book
from xiaohao.exchange.tests.test_lists_back import Row, filled
from xiaohao.exchange.tests.test_lists_written import errors
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.tests.make import DAY, City, actor, city
from xiaohao.people.actions import set_in_use
from xiaohao.people.models import Post
from xiaohao.trail.queries import Checked, faults
from xiaohao.units import actions as units
from xiaohao.units.models import Line, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    with clock.at(DAY):
        town = city()
        for code, name in (("urban", "城管"), ("health", "卫健")):
            Line.objects.create(code=code, name=name)
    return town


@pytest.fixture
def clerk(town: City) -> Actor:
    """Whoever keeps units and posts of the city."""
    return actor("CLERK", town.city, Role.ADMINISTRATOR, 90)


def changed(content: bytes, by_code: dict[str, Row], new: tuple[Row, ...] = ()) -> bytes:
    """The workbook after a hand has been at the rows of these codes, and has added some."""
    heads = set(map(str, sheets(content)[0][1][0]))
    assert {key for row in (*by_code.values(), *new) for key in row} <= heads

    def change(rows: list[Row]) -> None:
        for row in rows:
            row.update(by_code.get(row["编码"], {}))
        rows += new

    return filled(content, change)


def units_book(by: Actor) -> bytes:
    return book(by, LISTS["units_list"])


def posts_book(by: Actor) -> bytes:
    return book(by, LISTS["people_posts"])


def test_units_get_names_kinds_and_lines_by_the_sheet(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        words: dict[str, Any] = {
            "120101": {"名称": "致和街道", "简称": "致和", "条线": "卫健、城管"},
            "1202": {"简称": "西区"},
        }
        content = changed(units_book(clerk), words)
        report = import_list(by=clerk, source=content)
        assert [one.message for one in report.errors] == []
        assert report.changed == 2
        street, west = Unit.objects.get(code="120101"), Unit.objects.get(code="1202")
        assert (street.name, street.short_name) == ("致和街道", "致和")
        assert set(street.lines.values_list("code", flat=True)) == {"urban", "health"}
        assert (west.name, west.short_name) == ("单位1202", "西区")
        again = import_list(by=clerk, source=content)
        assert (again.changed, again.refused) == (0, 0)
        cleared = changed(units_book(clerk), {"120101": {"条线": "无"}})
        assert import_list(by=clerk, source=cleared).changed == 1
        assert not street.lines.exists()


def test_what_a_unit_may_not_become_is_refused_in_its_cell(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        words: dict[str, Any] = {
            "120101": {"条线": "没有的条线"},
            "1202": {"上级编码": "1201"},
            "1201": {"名称": "某" * 201, "类型": "没有的类型"},
        }
        report = import_list(by=clerk, source=changed(units_book(clerk), words))
        assert {(one.column, one.code) for one in report.errors} == {
            ("条线", "unknown_line"),
            ("上级编码", "list_fixed"),
            ("名称", "too_long"),
            ("类型", "unknown_choice"),
        }
        content = changed(units_book(clerk), {"1202": {"简称": "西区"}})
        handler = import_list(by=town.handler, source=content)
        assert {one.code for one in handler.errors} == {"not_permitted"}
        district = actor("EAST", town.east, Role.ADMINISTRATOR, 95)
        assert {one.code for one in import_list(by=district, source=content).errors} == {
            "no_such_unit"
        }


def test_a_unit_that_others_changed_since_is_left(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        content = changed(units_book(clerk), {"1202": {"简称": "西区"}})
        units.rename(by=clerk, unit=town.west, name="西岸区")
        assert errors(import_list(by=clerk, source=content))[0][2] == "list_stale"


def test_units_are_founded_by_the_sheet_once(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        new: tuple[Row, ...] = (
            {"编码": "120102", "名称": "春风街道办事处", "层级": "乡级", "上级编码": "1201",
             "条线": "城管"},
            {"编码": "120201", "名称": "临江街道办事处", "层级": "乡级", "上级": "单位1202",
             "设立日期": dt.date(2019, 1, 1)},
        )  # fmt: skip
        content = changed(units_book(clerk), {}, new)
        report = import_list(by=clerk, source=content)
        assert [one.message for one in report.errors] == []
        assert report.imported == 2
        first, second = (Unit.objects.get(code=code) for code in ("120102", "120201"))
        assert (first.parent_id, second.parent_id) == (town.east.pk, town.west.pk)
        assert [line.code for line in first.lines.all()] == ["urban"]
        assert (first.founded_on, second.founded_on) == (DAY.date(), dt.date(2019, 1, 1))
        assert set(Entered.objects.values_list("label", "thing_id")) == {
            ("units.unit", first.pk), ("units.unit", second.pk),
        }  # fmt: skip
        again = import_list(by=clerk, source=content)
        assert (again.imported, again.changed, again.refused) == (0, 0, 0)
        assert not list(faults(Checked()))


def test_new_units_come_in_under_new_ones_of_the_same_sheet(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        new: tuple[Row, ...] = (
            {"编码": "12030101", "名称": "和平社区", "层级": "村级", "上级": "新港街道办事处"},
            {"编码": "120301", "名称": "新港街道办事处", "层级": "乡级", "上级编码": "1203"},
            {"编码": "1203", "名称": "新港区", "层级": "县级", "上级编码": "12", "条线": "城管"},
        )
        content = changed(units_book(clerk), {}, new)
        reading = understand_list(clerk, content, "单位.xlsx")
        assert [one.row for one in reading.fresh] == [8, 7, 6]
        assert not Unit.objects.filter(code="1203").exists()  # a look writes nothing
        report = import_list(by=clerk, source=content)
        assert [one.message for one in report.errors] == []
        assert report.imported == 3
        village = Unit.objects.get(code="12030101")
        above = [Unit.objects.get(code=code).path for code in ("12", "1203", "120301")]
        assert all(village.path.startswith(path) for path in above)
        assert [len(path) for path in (*above, village.path)] == [5, 10, 15, 20]
        again = import_list(by=clerk, source=content)
        assert (again.imported, again.changed, again.refused) == (0, 0, 0)
        assert not list(faults(Checked()))


def test_under_a_new_unit_that_is_refused_nothing_comes_in(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        new: tuple[Row, ...] = (
            {"编码": "a1", "名称": "甲街道", "层级": "乡级", "上级编码": "a2"},
            {"编码": "a2", "名称": "乙区", "层级": "没有的层级", "上级编码": "12"},
            {"编码": "b1", "名称": "丙街道", "层级": "乡级", "上级编码": "b2"},
            {"编码": "b2", "名称": "丁区", "层级": "县级", "上级编码": "b1"},
            {"编码": "c1", "名称": "戊区", "层级": "县级", "上级编码": "c1"},
            {"编码": "d1", "名称": "己区", "层级": "县级", "上级编码": "d2"},
            {"编码": "d2", "名称": "庚街道", "层级": "乡级", "上级编码": "1201"},
        )
        content = changed(units_book(clerk), {}, new)
        report = import_list(by=clerk, source=content)
        assert {(one.row, one.column, one.code) for one in report.errors} == {
            (6, "上级编码", "superior_lost"),
            (7, "层级", "unknown_choice"),
            (8, "上级编码", "not_found"),
            (9, "上级编码", "not_found"),
            (10, "上级编码", "not_found"),
            (11, "上级编码", "level_too_high"),
        }
        taken = import_list(by=clerk, source=content, skip_refused=True)
        assert (taken.imported, taken.refused) == (1, 6)
        assert Unit.objects.get(code="d2").parent_id == town.east.pk


def test_a_new_unit_needs_a_superior_in_sight_and_a_level(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        new: tuple[Row, ...] = (
            {"编码": "x1", "名称": "甲", "层级": "没有的层级", "上级编码": "1201"},
            {"编码": "x2", "名称": "乙", "层级": "乡级", "上级": "没有这个区"},
            {"编码": "x3", "名称": "丙", "层级": "乡级", "上级编码": "1201", "设立日期": "去年"},
            {"编码": "x4", "名称": "丁", "层级": "乡级", "上级编码": "1201", "条线": "没有的"},
        )
        report = import_list(by=clerk, source=changed(units_book(clerk), {}, new))
        assert [(one.column, one.code) for one in report.errors] == [
            ("层级", "unknown_choice"),
            ("上级", "not_found"),
            ("设立日期", "bad_day"),
            ("条线", "unknown_line"),
        ]
        assert not Unit.objects.filter(code__startswith="x").exists()


def test_posts_are_opened_and_taken_out_of_use_by_the_sheet(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        new: tuple[Row, ...] = (
            {"编码": "EAST-CHECK", "岗位名称": "东区核验岗", "角色": "核验员", "单位": "1201"},
        )
        content = changed(posts_book(clerk), {"STRANGER": {"已启用": "否"}}, new)
        with pytest.raises(Refused) as refused:
            import_list(by=town.office, source=content)
        assert [one.code for one in refused.value.unmet] == ["no_list"]
        report = import_list(by=clerk, source=content)
        assert [one.message for one in report.errors] == []
        assert (report.imported, report.changed) == (1, 1)
        post = Post.objects.get(code="EAST-CHECK")
        assert (post.title, post.role, post.unit) == ("东区核验岗", Role.VERIFIER, town.east)
        assert not Post.objects.get(code="STRANGER").is_active
        again = import_list(by=clerk, source=content)
        assert (again.imported, again.changed, again.refused) == (0, 0, 0)
        assert not list(faults(Checked()))


def test_a_post_is_changed_only_where_a_sheet_may(town: City, clerk: Actor) -> None:
    with clock.at(DAY):
        words: dict[str, Any] = {
            "STRANGER": {"已启用": "也许"},
            "LEADER": {"角色": "管理员"},
            "HANDLER": {"担任者": "admin"},
        }
        new: tuple[Row, ...] = (
            {"编码": "NEW", "岗位名称": "某岗", "角色": "没有的角色", "单位": "1201"},
            {"编码": "NEW-2", "岗位名称": "某岗", "角色": "核验员", "单位": "没有这个单位"},
        )
        report = import_list(by=clerk, source=changed(posts_book(clerk), words, new))
        assert {(one.column, one.code) for one in report.errors} == {
            ("已启用", "bad_answer"),
            ("角色", "list_fixed"),
            ("担任者", "list_fixed"),
            ("角色", "unknown_role"),
            ("单位", "not_found"),
        }
        content = changed(posts_book(clerk), {"STRANGER": {"已启用": "否"}})
        stranger = Post.objects.select_related("unit").get(code="STRANGER")
        set_in_use(by=clerk, post=stranger, in_use=True)
        assert errors(import_list(by=clerk, source=content))[0][2] == "list_stale"
