"""Whoever decides about more time sees what is asked, wherever he is led to decide."""

import datetime as dt

import pytest

from xiaohao.dashboards.queries.bench import bench
from xiaohao.dashboards.tests.make import browser
from xiaohao.kernel import calendar, clock
from xiaohao.ledger import actions, more_time
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk

pytestmark = pytest.mark.django_db
REASON = "等材料到货，供货方来函说明要晚两周"


def asked(at: City, days: int = 10) -> Problem:
    """A problem for which its unit asks for so many working days more."""
    row = walk(at, problem(at), "in_progress")
    assert row.deadline is not None
    until = calendar.add(row.deadline, days)
    actions.move(problem=row, move="ask_extension", by=at.handler, deadline=until, reason=REASON)
    return row


def test_what_is_asked_stands_where_it_is_decided() -> None:
    at = city()
    with clock.at(DAY):
        row = asked(at)
        found = more_time.asked(row)
        assert found is not None
        assert row.deadline is not None
        assert (found.before, found.until) == (row.deadline, calendar.add(row.deadline, 10))
        assert (found.days, found.granted, found.most) == (10, 0, 2)
        district = browser(at.district, "zh-hans")
        number = row.number
        for place in (
            f"/ledger/{number}/", f"/ledger/{number}/?panel=1", "/",
            f"/ledger/{number}/grant_extension/", f"/ledger/{number}/decline_extension/",
        ):  # fmt: skip
            page = district.get(place).content.decode()
            assert REASON in page, place
            assert f"{found.until.month}月{found.until.day}日" in page, place
            assert "延长 10 个工作日" in page, place
        sent = {"move": "grant_extension", "number": [number]}
        many = district.post("/ledger/bulk/", sent, follow=True).content.decode()
        assert REASON in many
        actions.move(problem=row, move="grant_extension", by=at.district)
        assert more_time.asked(row) is None
        assert f"/ledger/{number}/grant_extension/" not in district.get("/").content.decode()


def test_what_was_granted_before_counts() -> None:
    at = city()
    with clock.at(DAY):
        row = asked(at)
        actions.move(problem=row, move="grant_extension", by=at.district)
        until = row.deadline + dt.timedelta(days=30)  # type: ignore[operator]
        actions.move(
            problem=row, move="ask_extension", by=at.handler, deadline=until, reason=REASON
        )
        (task,) = [one for one in bench(at.district).tasks if one.section == "extension"]
        assert task.more is not None
        assert (task.more.granted, task.more.most, task.more.before) == (1, 2, row.deadline)
