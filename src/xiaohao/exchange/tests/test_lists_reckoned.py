"""Lists of what units pass to each other, and of what is reckoned, as workbooks."""

import datetime as dt

import pytest
from django.test import Client

from xiaohao.commitments.tests import make as promised
from xiaohao.escalation.tests import make as escalation
from xiaohao.exchange.tests.test_lists import address, book
from xiaohao.figures.actions import freeze
from xiaohao.figures.queries import ask
from xiaohao.intake.actions import set_aside
from xiaohao.intake.rules.sender import Sender
from xiaohao.intake.tests import make as intake
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.actions import move
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, actor, city, problem, rename, unit, walk
from xiaohao.lookback.tests.make import NEXT, rechecked
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.triage.actions import set_duty
from xiaohao.triage.models import Category
from xiaohao.units.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


def returned_twice(town: City) -> Problem:
    """A problem that the street and then another one of the same name gave back."""
    twin = unit("120201", town.west, "township")
    rename(town.east, "河东区")
    rename(town.west, "河西区")
    for one in (town.street, twin):
        rename(one, "海滨街道")
    row = walk(town, problem(town), "referred")
    other = actor("TWIN", twin, Role.HANDLER, 78)
    move(problem=row, move="return", by=town.handler, reason="=不归我们", better_unit=twin)
    move(problem=row, move="refer", by=town.operator, unit=twin)
    move(problem=row, move="return", by=other, reason="也不归我们", better_unit=town.street)
    assert row.state == "arbitration"
    return row


def office(town: City) -> Client:
    return logged_in(holder(town.city, Role.OFFICE))


def test_cases_to_decide_say_who_gave_them_back_and_why(town: City) -> None:
    with clock.at(DAY):
        row = returned_twice(town)
        first, second = book(office(town), address("escalation_arbitration"))["裁决"]
        stranger = logged_in(holder(unit("13"), Role.OFFICE))
        outside = book(stranger, address("escalation_arbitration"))
    assert (first["编号"], first["由谁裁决"]) == (row.number, "单位12")
    assert (first["退回单位"], second["退回单位"]) == ("河东区海滨街道", "河西区海滨街道")
    assert (first["退回理由"], second["退回理由"]) == ("=不归我们", "也不归我们")
    assert first["建议承办单位"] == "河西区海滨街道"
    assert outside["裁决"] == []


def test_what_was_given_back_and_who_passes_how_much(town: City) -> None:
    with clock.at(DAY):
        row = returned_twice(town)
        browser = office(town)
        back = book(browser, address("escalation_given_back", f"?number={row.number}"))["退回去向"]
        rates = book(browser, address("escalation_passing"))["推转情况"]
    assert {one["退回的单位"] for one in back} == {"河东区海滨街道", "河西区海滨街道"}
    assert {one["编号"] for one in back} == {row.number}
    assert {one["单位"] for one in rates} == {"河东区", "河西区"}
    assert [one["退回率"] for one in rates] == [1.0, 1.0]


def test_rates_of_joint_calls_and_each_called_department(town: City) -> None:
    with clock.at(DAY):
        summons = escalation.called(town)
        browser = office(town)
        (rates,) = book(browser, address("escalation_departments"))["部门"]
        (one,) = book(browser, address("escalation_summonses"))["被吹哨部门"]
    assert rates["编码"] == summons.unit.code
    assert one["吹哨编号"] == summons.call.number
    assert one["状态"] == "待答复"


def test_each_rung_of_the_ladder_has_a_row(town: City) -> None:
    with clock.at(DAY):
        row = walk(town, problem(town), "in_progress")
        rows = book(office(town), address("notices_ladder"))["催办阶梯"]
        late = book(office(town), address("notices_ladder", "?show=late"))["催办阶梯"]
    assert rows[0]["编号"] == row.number
    assert rows[0]["整改期限"] == row.deadline
    assert len([one["催办级次"] for one in rows]) == 6
    assert late == []


def test_estimates_are_a_sheet_of_units_and_one_of_categories(town: City) -> None:
    rechecked(town)
    with clock.at(NEXT):
        found = book(logged_in(holder(town.east, Role.OFFICE)), address("lookback_estimates"))
    whole, *_below = found["按单位"]
    assert (whole["编码"], whole["已复核"]) == (town.east.code, 1)
    assert whole["真实销号率"] == "", "one re-check is too few to tell"
    assert "按类别" in found


def test_visits_figures_and_what_was_frozen(town: City) -> None:
    with clock.at(DAY):
        promised.household(town)
        browser = office(town)
        by = holder(town.city, Role.OFFICE).post.actor()
        frozen = freeze(metric="ledger.registered", asked=ask(by), stated="通报第1期", by=by)
        visits = book(browser, address("commitments_visits"))["分单位走访情况"]
        metrics = book(browser, address("figures_list"))["指标"]
        (kept,) = book(browser, address("figures_frozen_list"))["定格数字"]
    assert [one["编码"] for one in visits] == [town.city.code, town.east.code]
    assert {one["走访占比"] for one in visits} == {0}
    assert "commitments.households" in {one["指标代码"] for one in metrics}
    values = {one["指标代码"]: one["数值"] for one in metrics}
    assert values["commitments.households"] == 1
    assert kept["定格编号"] == frozen.number
    assert kept["用在何处"] == "通报第1期"


def test_suggestions_go_out_without_who_wrote_them(town: City) -> None:
    with clock.at(DAY):
        who = Sender(name="王小明", phone="13812345678")
        sent = intake.message(text="建议把路灯改成感应的，请联系13812345678王小明", sender=who)
        set_aside(message=sent, by=town.operator)
        (row,) = book(office(town), address("intake_suggestions"))["建议"]
    assert "感应" in row["建议原文"]
    assert "13812345678" not in str(row)
    assert "王小明" not in str(row)
    assert isinstance(row["收到时间"], dt.datetime)


def test_who_answers_for_what_and_the_lines(town: City) -> None:
    category = Category.objects.order_by("code")[0]
    line = Line.objects.create(code="civil", name="民政")
    town.street.lines.add(line)
    with clock.at(DAY):
        set_duty(unit=town.street, category=category, words=["路灯"], by=town.office)
        browser = office(town)
        (duty,) = book(browser, address("triage_duties"))["职责清单"]
        (lines,) = book(browser, address("units_lines"))["条线"]
        (bearer,) = book(browser, address("units_line", code="civil"))["条线单位"]
    assert (duty["编码"], duty["识别词"]) == (town.street.code, "路灯")
    assert (lines["条线代码"], lines["条线内单位数"]) == ("civil", 1)
    assert bearer["编码"] == town.street.code


def test_words_made_for_a_cell_are_said_in_the_readers_language(town: City) -> None:
    with clock.at(DAY):
        row = returned_twice(town)
        back = book(office(town), address("escalation_given_back", f"?number={row.number}"))
        metrics = book(office(town), address("figures_list"))
    assert {one["退回方式"] for one in back["退回去向"]} == {"承办单位退回"}
    assert {"自然日", "百分比"} <= {one["计数单位"] for one in metrics["指标"]}
