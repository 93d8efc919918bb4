"""Notices for programs: a token sees and does what its post may, and nothing else."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.notices import actions
from xiaohao.notices.models import Follow, Notice
from xiaohao.notices.tests.make import DAY, City, city, handed, post_of
from xiaohao.people.tests.make import with_token

DEADLINE = DAY.date()


@pytest.fixture
def at(db: None) -> Iterator[City]:
    with clock.at(DAY):
        yield city()


@pytest.fixture
def row(at: City) -> Problem:
    """A problem that is due today; its handler and leader were told."""
    found = handed(at, DEADLINE)
    assert actions.climb() == 1
    return found


def api(code: str, method: str, address: str, sent: dict[str, Any] | None = None) -> Any:
    """The answer to a program of that post."""
    return Client(headers={"accept-language": "en"}).generic(
        method,
        f"/api/v1{address}",
        b"" if sent is None else json.dumps(sent).encode(),
        "application/json",
        **with_token(post_of(code)),
    )


def test_notices_are_listed_and_marked_read(at: City, row: Problem) -> None:
    (notice,) = api("HANDLER", "GET", "/notices").json()["items"]
    assert notice["problem"] == row.number
    assert (notice["kind"], notice["words"], notice["read_at"]) == ("reminder", "Due today", None)
    assert api("STRANGER", "GET", "/notices").json() == {"items": [], "next": None}
    up_to = {"up_to": notice["id"]}
    assert api("STRANGER", "POST", "/notices/read", up_to).json() == {"count": 0}
    assert api("HANDLER", "POST", "/notices/read", up_to).json() == {"count": 1}
    assert api("HANDLER", "POST", "/notices/read", up_to).json() == {"count": 0}
    assert api("HANDLER", "GET", "/notices?unread=true").json()["items"] == []
    assert Notice.objects.get(post__code="LEADER").read_at is None


def test_without_a_token_nothing_is_told(at: City, row: Problem) -> None:
    for address in ("/notices", "/ladder"):
        assert Client().get(f"/api/v1{address}").status_code == 401
    assert Client().put(f"/api/v1/problems/{row.number}/follow").status_code == 401


def test_the_ladder_of_ones_scope(at: City, row: Problem) -> None:
    (ladder,) = api("OFFICE", "GET", "/ladder").json()["items"]
    assert (ladder["problem"], ladder["deadline"]) == (row.number, DEADLINE.isoformat())
    assert (ladder["overdue"], ladder["rests"]) == (False, False)
    standing = {one["rung"]: one["standing"] for one in ladder["rungs"]}
    assert standing["due"] == "sent"
    assert standing["late_1"] == standing["late_10"] == "ahead"
    told = {one["rung"]: set(one["to"]) for one in ladder["rungs"]}
    assert told["due"] == {"HANDLER", "LEADER"}
    assert told["late_10"] == {"DISTRICT", "OFFICE"}
    assert api("OFFICE", "GET", "/ladder?show=late").json()["items"] == []
    assert api("STRANGER", "GET", "/ladder").json()["items"] == []


def test_following_by_the_api(at: City, row: Problem) -> None:
    address = f"/problems/{row.number}/follow"
    for _ in range(2):
        answer = api("OFFICE", "PUT", address).json()
        assert answer == {"problem": row.number, "following": True}
    assert Follow.objects.filter(until=None).count() == 1
    for method in ("PUT", "DELETE"):
        assert api("STRANGER", method, address).status_code == 404
    assert api("OFFICE", "DELETE", address).json()["following"] is False
    assert not Follow.objects.filter(until=None).exists()


def test_more_time_by_the_api_is_refused_with_a_code_and_ends_at_two(
    at: City, row: Problem
) -> None:
    day = DEADLINE

    def asks(code: str = "HANDLER", **given: str) -> Any:
        row.refresh_from_db()
        sent = {"move": "ask_extension", "version": row.version, **given}
        return api(code, "POST", f"/problems/{row.number}/moves", sent)

    def codes(answer: Any) -> set[str]:
        assert answer.status_code == 422
        return {one["code"] for one in answer.json()["errors"]}

    later = (day + dt.timedelta(days=3)).isoformat()
    assert codes(asks(deadline=later)) == {"reason_missing"}
    assert codes(asks(deadline=day.isoformat(), reason="x")) == {"deadline_not_later"}
    assert asks("STRANGER", deadline=later, reason="x").status_code == 404
    for _ in range(2):
        day += dt.timedelta(days=7)
        assert asks(deadline=day.isoformat(), reason="下雨").status_code == 200
        row.refresh_from_db()
        ledger.move(problem=row, move="grant_extension", by=at.district, note="")
    day += dt.timedelta(days=7)
    assert codes(asks(deadline=day.isoformat(), reason="下雨")) == {"extensions_used_up"}
