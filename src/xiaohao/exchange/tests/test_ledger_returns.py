"""Every form in which the ledger goes out comes back and adds nothing, whatever stands in it."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.tests.test_ledger_import import book
from xiaohao.exchange.tests.test_round_trip import PROBLEM, Twins, listed, told, twins, whole
from xiaohao.exchange.understanding import LedgerReading, understand
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.actions import register_many
from xiaohao.ledger.columns import COLUMNS
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, actor, problem, rename, walk
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db
FORMS = {"shown": "exchange_shown", "whole": "exchange_ledger", "lines": "exchange_shown_csv"}
SHOWN = st.lists(st.sampled_from(list(COLUMNS)), min_size=1, unique=True).map(",".join)


@pytest.fixture
def town() -> Twins:
    return twins()


def sent(browser: Client, form: str, query: str = "", language: str = "zh-hans") -> bytes:
    answer = browser.get(reverse(FORMS[form]) + query, headers={"accept-language": language})
    assert answer.status_code == 200
    return b"".join(answer)


def office(town: Twins) -> Client:
    return logged_in(holder(town.city, Role.OFFICE))


def counts(reading: LedgerReading) -> tuple[int, int, int]:
    return len(reading.fresh), reading.already, reading.refused


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try reads workbooks apart
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    made=st.lists(PROBLEM, min_size=1, max_size=4),
    columns=st.just("") | SHOWN,
    language=st.sampled_from(["zh-hans", "en"]),
    last=st.sampled_from(["closed", "withdrawn", "in_progress"]),
    reader=st.sampled_from(["city", "east"]),
)
def test_whatever_goes_out_comes_back_as_it_stands(
    made: list[dict[str, Any]], columns: str, language: str, last: str, reader: str
) -> None:
    with clock.at(DAY), transaction.atomic(), override(language):
        town = twins()
        programme = drive(town)
        register_many(by=town.office, rows=[listed(town, one, programme) for one in made])
        ended = problem(town, title=made[0]["title"])
        if last == "withdrawn":
            actions.move(problem=ended, move="withdraw", by=town.office, reason="录错了")
        else:
            walk(town, ended, last)
        before = list(told(whole()))
        browser = logged_in(holder(getattr(town, reader), Role.OFFICE))
        by = town.office if reader == "city" else town.district
        rows = Problem.objects.visible_to(by).count()
        for form in FORMS:
            query = f"?columns={columns}" if columns and form != "whole" else ""
            content = sent(browser, form, query, language)
            name = "ledger.csv" if form == "lines" else "ledger.xlsx"
            reading = understand(by, content, name) if rows else None
            if reading is None:
                continue
            said = [one for one in reading.remarks if one.code != "row_withdrawn"]
            assert [(one.row, one.column, one.message) for one in said if one.row] == []
            assert counts(reading) == (0, rows, 0), form
            report = import_ledger(by=by, source=content, name=name)
            assert (report.imported, report.already, report.refused) == (0, rows, 0)
        assert list(told(whole())) == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("form", ["shown", "lines"])
def test_a_cell_that_was_edited_is_told_and_brings_nothing_in(town: Twins, form: str) -> None:
    with clock.at(DAY):
        row = walk(town, problem(town, title="路灯不亮"), "in_progress")
        other = problem(town, title="=1+1")
        browser = office(town)
        content = sent(browser, "lines", "?columns=title,unit,deadline,reporters,waited,next")
        text = content.decode()
        assert row.number in text
        lines = [line.split(",") for line in text.removeprefix("\ufeff").splitlines()[:3]]
        assert [line[0] for line in lines[1:]] == [other.number, row.number]
        lines[2][1:3] = ["路灯还是不亮", "单位1202"]
        lines[2][5] = "99"  # goes on by itself
        if form == "lines":
            given = "\n".join(map(",".join, lines)).encode()
            reading = understand(town.office, given, "a.csv")
        else:
            reading = understand(town.office, book(lines), "a.xlsx")
    assert counts(reading) == (0, 2, 0)
    assert reading.edited == 1
    assert [(one.row, one.column, one.code) for one in reading.remarks] == [
        (3, "问题", "row_differs"), (3, "责任单位", "row_differs"),
    ]  # fmt: skip
    assert "路灯不亮" in reading.remarks[0].message
    assert reading.remarks[0].problem == row.number


def test_a_number_of_nobody_or_of_another_area_is_refused(town: Twins) -> None:
    with clock.at(DAY):
        row = walk(town, problem(town, title="路灯不亮"), "referred")
        rows = [
            ["编号", "问题表现", "责任单位", "整改时限"],
            [Problem.number_of(row.year, row.pk + 5), "井盖缺失", "", "马上"],
            [row.number, row.text, "海滨街道", ""],
            [Problem.number_of(row.year - 1, row.pk), "停车难", "", ""],
        ]
        reading = understand(town.office, book(rows), "a.xlsx")
        assert counts(reading) == (0, 1, 2)
        assert sorted((one.row, one.column, one.code) for one in reading.remarks if one.row) == [
            (2, "整改时限", "deadline_unreadable"),
            (2, "编号", "number_unknown"),
            (4, "编号", "number_unknown"),
        ]
        west = actor("WEST", town.west, Role.OFFICE)
        foreign = understand(west, book([rows[0], rows[2]]), "a.xlsx")
        assert counts(foreign) == (0, 0, 1)
        said = {one.code: one.message for one in foreign.remarks}
        assert "路灯不亮" not in said["number_unknown"]  # nor that there is such a one
        out = import_ledger(by=west, source=book([rows[0], rows[2]]), skip_refused=True)
        assert (out.imported, out.refused) == (0, 1)


def test_a_form_with_its_old_number_and_a_new_text_is_told_and_not_lost(town: Twins) -> None:
    with clock.at(DAY):
        row = problem(town, title="路灯不亮")
        rows = [["编号", "问题", "责任单位"], [row.number, "河道里漂着垃圾", ""]]
        reused = understand(town.office, book(rows), "a.xlsx")
        assert counts(reused) == (0, 0, 1)
        (said,) = reused.remarks
        assert (said.code, said.column) == ("number_reused", "编号")
        assert row.number in said.message
        assert "路灯不亮" in said.message
        rows[1][0] = ""
        assert counts(understand(town.office, book(rows), "a.xlsx")) == (1, 0, 0)


def test_a_sheet_without_its_texts_comes_back_too(town: Twins) -> None:
    with clock.at(DAY):
        row = walk(town, problem(town), "in_progress")
        content = sent(office(town), "shown", "?columns=reporters,waited")
        assert counts(understand(town.office, content, "a.xlsx")) == (0, 1, 0)
        rows = [["编号", "反映人数"], [row.number, 7], ["甲-1", 3]]
        reading = understand(town.office, book(rows), "a.xlsx")
    assert counts(reading) == (0, 1, 1)
    assert [(one.row, one.code) for one in reading.remarks] == [
        (2, "row_differs"), (3, "problem_empty"),
    ]  # fmt: skip


def test_twins_are_told_apart_for_the_city_and_need_not_be_in_their_district(town: Twins) -> None:
    rename(town.east, "河东区")
    rename(town.west, "河西区")
    with clock.at(DAY):
        made = [{**BARE, "unit": name} for name in ("street", "twin", "east")]
        programme = drive(town)
        register_many(by=town.office, rows=[listed(town, one, programme) for one in made])
        city = sent(office(town), "lines", "?columns=unit&sort=received").decode()
        east = logged_in(holder(town.east, Role.OFFICE))
        district = sent(east, "lines", "?columns=unit").decode()
    assert sorted(line.split(",")[1] for line in city.splitlines()[1:]) == [
        "河东区", "河东区海滨街道", "河西区海滨街道",
    ]  # fmt: skip
    assert sorted(line.split(",")[1] for line in district.splitlines()[1:]) == [
        "河东区", "海滨街道",
    ]  # fmt: skip


BARE: dict[str, Any] = {
    "title": "路灯不亮", "text": "小区门口的路灯不亮", "place": "", "channel": "web",
    "source": "self", "urgent": False, "track": "ledger", "received_at": DAY,
    "deadline": DAY.date(), "measures": [], "category": None, "programme": False, "helpers": [],
}  # fmt: skip
