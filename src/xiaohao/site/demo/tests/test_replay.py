"""The month's plan: 427 in, 157 struck off, and everything in an order that can happen."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from xiaohao.kernel import calendar
from xiaohao.kernel.clock import ZONE, local_day
from xiaohao.site.demo import city as cities
from xiaohao.site.demo import replay, shifts
from xiaohao.site.demo.tests import divisions


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> replay.Plan:
    return replay.plan(cities.build(divisions.write(tmp_path_factory.mktemp("divisions"))))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_month_has_the_published_figures(tmp_path: Path, seed: int) -> None:
    plan = replay.plan(cities.build(divisions.write(tmp_path)), seed)
    assert (len(plan.drafts), plan.closed()) == (427, 157)


def test_steps_are_in_order_and_before_the_reference_day_ends(plan: replay.Plan) -> None:
    moments = [step.at for step in plan.steps]
    assert moments == sorted(moments)
    assert moments[-1] <= replay.REFERENCE
    assert moments[0].date() >= replay.FIRST_DAY


def test_messages_come_before_what_is_done_about_them(plan: replay.Plan) -> None:
    come: set[int] = set()
    for step in plan.steps:
        if step.what == "message":
            assert step.message == len(come), "numbered in the order of arrival"
            come.add(step.message)
        elif step.message is not None:
            assert step.message in come


def test_most_messages_are_triaged_the_same_working_day(plan: replay.Plan) -> None:
    came = {step.message: step.at for step in plan.steps if step.what == "message"}
    triaged = {step.message: step.at for step in plan.steps if step.what == "triage"}
    same = [local_day(at) <= calendar.add(local_day(came[n]), 0) for n, at in triaged.items()]
    assert 0.93 < sum(same) / len(same) < 0.985
    assert 5 <= len(came) - len(triaged) <= 12


def test_everything_that_goes_wrong_in_life_goes_wrong_here(plan: replay.Plan) -> None:
    done = Counter(step.what for step in plan.steps)
    for what in (
        "return",
        "fail",
        "ask_extension",
        "grant_extension",
        "decline_extension",
        "merge",
    ):
        assert done[what] >= 2, what
    answers = Counter(step.args["answer"] for step in plan.steps if step.what == "answer")
    assert answers["solved"] > 100
    assert answers["not"] >= 4
    joins = [step for step in plan.steps if step.what == "triage" and step.args["as"] == "join"]
    assert len(joins) > 40
    twice = Counter(step.case for step in plan.steps if step.what == "return")
    assert max(twice.values()) == 2


def test_nobody_verifies_his_own_work(plan: replay.Plan) -> None:
    who = {step.what: step.who.split("-")[0] for step in plan.steps}
    assert who["pass"] == who["fail"] == "VERIFIER"
    assert who["report"] == "LEADER"
    assert who["triage"] == "OPERATOR"
    assert who["close"] == "OFFICE"


def test_office_hours_pass_only_while_offices_are_open() -> None:
    friday = dt.datetime(2019, 9, 27, 17, 0, tzinfo=ZONE)
    later = shifts.after(friday, 1)  # half an hour on Friday, the rest on Sunday, a working day
    assert later == dt.datetime(2019, 9, 29, 9, 10, tzinfo=ZONE)
    assert shifts.working(dt.datetime(2019, 9, 14, 12, 0, tzinfo=ZONE)).day == 16
