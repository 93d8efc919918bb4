import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
from django.db.models.expressions import RawSQL
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.exchange.bringing import import_ledger, learn_columns, learn_units
from xiaohao.exchange.rules.due import due
from xiaohao.exchange.rules.ledger import read_ledger
from xiaohao.exchange.rules.ledger_cells import claims_done
from xiaohao.exchange.understanding import understand
from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.trail.queries import Checked, faults
from xiaohao.units import names
from xiaohao.units.models import Unit

HEADS = [
    "序号",
    "存在问题",
    "责任单位",
    "配合单位",
    "责任人",
    "整改措施",
    "整改时限",
    "整改情况",
    "是否销号",
]


def book(rows: Sequence[Any], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A workbook with these rows; the ranges are merged and say what stands in their first cell."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    sheet = made.add_worksheet("台账")
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(
                    index, column, cell, made.add_format({"num_format": "yyyy/m/d"})
                )
            elif cell is not None:
                sheet.write(index, column, cell)
    for top, left, bottom, right in merged:
        sheet.merge_range(top, left, bottom, right, rows[top][left])
    made.close()
    return target.getvalue()


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2019.9.13", "2019-09-13"), ("9月13日", "2019-09-13"), ("2019年9月", "2019-09-30"),
        ("2019年9月底前", "2019-09-30"), ("9月中旬", "2019-09-20"), (43721, "2019-09-13"),
        ("2019.9.1-2019.9.30", "2019-09-30"), ("2019年9月10日至10月8日", "2019-10-08"),
        ("9月10日至9月30日", "2019-09-30"), ("1月5日", "2020-01-05"), ("2019年底", "2019-12-31"),
        ("2019年10月31日前完成", "2019-10-31"), ("2019-9-13", "2019-09-13"),
        (dt.datetime(2019, 9, 13), "2019-09-13"),  # noqa: DTZ001 (as a sheet holds it)
        ("19.9.13", "2019-09-13"), ("19.9", "2019-09-30"), ("19-10-8前", "2019-10-08"),
        ("9.13", "2019-09-13"), (9.13, "2019-09-13"), (9.5, "2019-09-05"), ("10.8", "2019-10-08"),
        ("9.10至9.30", "2019-09-30"), ("九月底", "2019-09-30"), ("十二月底前完成", "2019-12-31"),
        ("九月三十日前", "2019-09-30"), ("十月中旬", "2019-10-20"), ("第三季度", "2019-09-30"),
        ("三季度末", "2019-09-30"), ("2020年第一季度内", "2020-03-31"), ("2019Q4", "2019-12-31"),
        ("上半年", "2019-06-30"), ("年底前", "2019-12-31"), ("年内", "2019-12-31"),
        ("国庆节前", "2019-09-30"), ("国庆前完成", "2019-09-30"), ("十一前", "2019-09-30"),
        ("2020年五一节前", "2020-04-30"), ("元旦前", "2019-12-31"), ("国庆节", "2019-10-01"),
        ("13/9/2019", "2019-09-13"), ("9/13/2019", "2019-09-13"),
    ],
)  # fmt: skip
def test_deadlines_as_people_write_them(said: Any, day: str) -> None:
    found = due(said, dt.date(2019, 9, 10))
    assert found
    assert str(found.day) == day


def test_deadlines_in_words() -> None:
    near = dt.date(2019, 9, 10)
    assert due("立行立改", near) == due("立行立改，即知即改", near)
    long = due("长期坚持", near)
    assert long
    assert long.word == "long"
    assert due("尽快", near) is None
    assert due("2019年13月", near) is None


@pytest.mark.parametrize(
    "said",
    [9.1, 9.3, 2.3, "13", "2.30", "1.2.3", "春节前", "中秋节前", "十一", "第五季度", "31/31/2019"],
)
def test_what_is_no_certain_day_is_not_read_as_one(said: Any) -> None:
    assert due(said, dt.date(2019, 9, 10)) is None


def test_what_may_be_a_day_or_a_month_is_neither() -> None:
    assert due("12.5", dt.date(2012, 6, 1)) is None
    assert due("12.5", dt.date(2019, 12, 1)) == due("12月5日", dt.date(2019, 12, 1))


@given(st.text("0123456789年月日底前末第一二三四季度半上下国庆十元旦节./-Qq 至", max_size=14))
def test_no_deadline_makes_it_fall_over(said: str) -> None:
    found = due(said, dt.date(2019, 9, 10))
    assert found is None or found.word or found.day


def test_a_column_of_deadlines_tells_whether_the_day_stands_first() -> None:
    rows: list[list[Any]]
    rows = [["存在问题", "责任单位", "整改时限"], ["灯", "", "3/9/2019"], ["路", "", "13/9/2019"]]
    first, second = read_ledger("", rows, dt.date(2019, 9, 1)).entries
    assert (first.deadline, second.deadline) == (dt.date(2019, 9, 3), dt.date(2019, 9, 13))


def test_what_claims_to_be_done() -> None:
    assert all(map(claims_done, ["已销号", "已完成整改", "是", "√", "已整改到位。"]))
    assert not any(map(claims_done, ["未完成", "正在整改", "部分完成", "否", "基本完成", ""]))


@pytest.fixture
def town() -> City:
    made = city()
    made.east.name, made.east.short_name = "东城区城市管理委员会", "东城区城管委"
    made.east.save()
    heard = names.sound(made.east.short_name)
    terms = names.vector(made.east.name, made.east.short_name, "county", heard)
    Unit.objects.filter(pk=made.east.pk).update(search=RawSQL("%s::tsvector", [terms]))
    return made


def ledger(town: City) -> bytes:
    return book(
        [
            ["整改台账", *[None] * 8],
            [],
            HEADS,
            [1, "小区路灯不亮", town.street.name, "东城区城管委", "主任岗", "更换灯头", "2019.9.30",
             "已全部更换", "已销号"],
            [None, None, None, None, None, "定期巡查", "长期坚持", None, None],
            [2, "井盖缺失", "东城区城管委（牵头）、" + town.west.name, "", "",
             "1.补齐井盖；2.全面排查", "9月20日", "", "否"],
            [3, "停车难", "", "", "", "", "", "", ""],
        ],
        [(0, 0, 0, 8), (3, 0, 4, 0), (3, 1, 4, 1), (3, 2, 4, 2)],
    )  # fmt: skip


@pytest.mark.django_db
def test_a_ledger_as_offices_keep_it(town: City) -> None:
    with clock.at(DAY):
        report = import_ledger(by=town.office, source=ledger(town), name="台账.xlsx")
        assert report.as_data() == {
            "claimed_done": 1, "imported": 3, "refused": 0, "repeated": 0, "already": 0,
            "errors": [],
        }  # fmt: skip
        lamp, cover, parking = Problem.objects.order_by("pk")
        assert (lamp.state, cover.state, parking.state) == ("referred", "referred", "registered")
        assert lamp.unit == town.street
        assert lamp.cooperations.get().unit == town.east
        assert [m.text for m in lamp.measures.order_by("pk")] == ["更换灯头", "定期巡查"]
        assert lamp.measures.order_by("pk")[0].owner == "主任岗"
        assert lamp.deadline == dt.date(2019, 9, 30)
        assert lamp.closed_at is None
        assert cover.unit == town.east
        assert cover.cooperations.get().unit == town.west
        assert [m.text for m in cover.measures.order_by("pk")] == ["补齐井盖", "全面排查"]
        assert not list(faults(Checked()))
        assert check().differences == 0


@pytest.mark.django_db
def test_the_same_file_twice_adds_nothing_and_a_changed_row_is_told(town: City) -> None:
    with clock.at(DAY):
        import_ledger(by=town.office, source=ledger(town), name="a.xlsx")
        again = import_ledger(by=town.office, source=ledger(town), name="b.xlsx")
        assert (again.imported, again.already, again.refused) == (0, 3, 0)
        rows = [HEADS, [9, "停车难", "", "", "", "划出车位", "2019.10.1", "", ""]]
        changed = import_ledger(by=town.office, source=book(rows), name="c.xlsx")
        assert (changed.imported, changed.already) == (0, 1)
        assert [error.code for error in changed.errors] == ["row_changed"]
        assert Problem.objects.count() == 3


@pytest.mark.django_db
def test_one_bad_row_keeps_the_file_out_unless_skipped(town: City) -> None:
    rows = [
        HEADS,
        [1, "路灯不亮", town.street.name, "", "", "", "马上", "", ""],
        [2, "井盖缺失", "财政金融办", "", "", "", "", "", ""],
        [3, "停车难", "", "", "", "", "", "", ""],
    ]
    with clock.at(DAY):
        out = import_ledger(by=town.office, source=book(rows), name="a.xlsx")
        assert (out.imported, out.refused) == (0, 2)
        assert Problem.objects.count() == 0
        assert [(e.row, e.column, e.code) for e in out.errors] == [
            (2, "整改时限", "deadline_unreadable"),
            (3, "责任单位", "unit_unknown"),
        ]
        part = import_ledger(by=town.office, source=book(rows), name="a.xlsx", skip_refused=True)
        assert (part.imported, part.refused) == (1, 2)


@pytest.mark.django_db
def test_all_that_is_wrong_in_a_row_is_told_at_once(town: City) -> None:
    rows = [
        HEADS,
        [1, "路灯不亮", "财政金融办", "不知名办", "", "换灯", "马上", "", ""],
        ["XH-A-77", "停车难", town.street.name, "", "", "", "2019.9.30", "", ""],
        ["XH-A-77", "停车很难", "财政金融办", "", "", "", "", "", ""],
        ["XH-A-77", "停车太难", "", "", "", "", "马上", "", ""],
    ]
    with clock.at(DAY):
        reading = understand(town.office, book(rows), "a.xlsx")
    assert sorted((r.row or 0, r.column, r.code) for r in reading.remarks) == [
        (2, "整改时限", "deadline_unreadable"),
        (2, "责任单位", "unit_unknown"),
        (2, "配合单位", "unit_unknown"),
        (4, "序号", "problem_twice"),
        (4, "责任单位", "unit_unknown"),
        (5, "序号", "problem_twice"),
        (5, "整改时限", "deadline_unreadable"),
    ]
    assert (len(reading.fresh), reading.refused) == (1, 3)
    assert set(reading.names) >= {"财政金融办", "不知名办"}  # asked for on the preview


@pytest.mark.django_db
def test_a_row_that_is_refused_stands_in_the_way_of_no_copy(town: City) -> None:
    rows = [
        HEADS,
        ["XH-A-77", "停车难", "", "", "", "", "马上", "", ""],
        ["XH-A-77", "停车难", "", "", "", "", "2019.9.30", "", ""],
    ]
    with clock.at(DAY):
        reading = understand(town.office, book(rows), "a.xlsx")
    assert [(r.row, r.code) for r in reading.remarks] == [(2, "deadline_unreadable")]
    assert len(reading.fresh) == 1


@pytest.mark.django_db
def test_a_sheet_of_heads_alone_is_refused(town: City) -> None:
    with clock.at(DAY), pytest.raises(Refused) as refused:
        understand(town.office, book([["整改台账"], HEADS, [None, " "]]), "a.xlsx")
    assert refused.value.unmet[0].code == "no_rows"


@pytest.mark.django_db
def test_a_slip_is_proposed_and_what_is_confirmed_is_remembered(town: City) -> None:
    slip = "东城区城市管理委员会会"
    rows = [HEADS, [1, "井盖缺失", slip, "", "", "", "", "", ""]]
    with clock.at(DAY):
        reading = understand(town.office, book(rows), "a.xlsx")
        match = reading.names[slip]
        assert match.unit == town.east
        assert 0.5 < match.confidence < 0.9
        assert reading.refused == 1
        learn_units(by=town.office, names={slip: town.east.code})
        assert understand(town.office, book(rows), "a.xlsx").fresh[0].listed.unit == town.east


@pytest.mark.django_db
def test_a_mapping_once_changed_is_remembered_for_the_same_heads(town: City) -> None:
    rows = [["序号", "问题", "牵头", "说明"], [1, "路灯不亮", "x", "小区门口的路灯不亮了"]]
    with clock.at(DAY):
        first = understand(town.office, book(rows), "a.xlsx")
        layout = first.sheets[0].layout
        assert layout
        learn_columns(by=town.office, heads=layout.heads, columns={1: "title", 3: "text"})
        entry = understand(town.office, book(rows), "a.xlsx").fresh[0].entry
        assert (entry.title, entry.text) == ("路灯不亮", "小区门口的路灯不亮了")
        other = understand(town.district, book(rows), "a.xlsx").fresh[0].entry
        assert other.text == "路灯不亮"


@pytest.mark.django_db
def test_heads_in_two_rows_and_slips_in_them(town: City) -> None:
    rows = [
        ["问题表现", "责任单位", "整改措施", None, None],
        [None, None, "具体措施", "责任人", "完成时限"],
        ["路灯不亮", town.street.name, "更换灯头", "科长岗", "2019.9.20"],
    ]
    with clock.at(DAY):
        reading = understand(
            town.office, book(rows, [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 4)]), "a.xlsx"
        )
        (measure,) = reading.fresh[0].listed.measures
        assert (measure.text, measure.owner) == ("更换灯头", "科长岗")
        assert measure.deadline == dt.date(2019, 9, 20)


@pytest.mark.django_db
def test_who_may_not_and_what_is_no_ledger(town: City) -> None:
    with pytest.raises(Forbidden):
        import_ledger(by=town.handler, source=ledger(town), name="a.xlsx")
    with pytest.raises(Refused) as refused:
        import_ledger(by=town.office, source=book([["a", "b"], [1, 2]]), name="a.xlsx")
    assert refused.value.unmet[0].code == "no_ledger"


@pytest.mark.django_db
def test_a_blank_between_two_units_parts_them(town: City) -> None:
    both = f"{town.east.name} {town.west.name}"
    row = [1, "路灯不亮", both, "", "", "换灯", "2019.9.30", "", ""]
    reading = understand(town.office, book([HEADS, row]), "x.xlsx")
    ((one,), refused) = (reading.fresh, reading.refused)
    assert (one.unit, list(one.helpers), refused) == (town.east, [town.west], 0)
    content = book([HEADS, row])
    assert import_ledger(by=town.office, source=content, name="x.xlsx").imported == 1
    assert import_ledger(by=town.office, source=content, name="x.xlsx").already == 1


@pytest.mark.django_db
def test_a_blank_on_the_way_to_one_unit_parts_nothing(town: City) -> None:
    Unit.objects.filter(pk=town.street.pk).update(name="民政局", short_name="")
    for way in (f"{town.east.name} 民政局", f"{town.city.name} {town.east.name}"):
        row = [1, "路灯不亮", way, "", "", "", "", "", ""]
        reading = understand(town.office, book([HEADS, row]), "x.xlsx")
        assert not any(one.helpers for one in reading.fresh)
        assert way in reading.names  # as one name: known, or asked about


@pytest.mark.django_db
def test_a_blank_in_what_is_known_by_half_parts_nothing(town: City) -> None:
    half = f"{town.east.name} 某某办"
    row = [1, "路灯不亮", half, "", "", "", "", "", ""]
    reading = understand(town.office, book([HEADS, row]), "x.xlsx")
    assert half in reading.names
    assert not any(one.helpers for one in reading.fresh)
