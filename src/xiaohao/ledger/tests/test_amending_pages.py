"""Where a measure is amended on pages and in the API: what is shown, kept, told and led to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_changes import planned
from xiaohao.ledger.tests.test_pages import logged_in, token
from xiaohao.ledger.tests.test_programmes import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def test_its_page_shows_what_stands_and_keeps_what_was_typed(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    client = logged_in(city.handler)
    page = reverse("ledger_move", args=[row.number, "amend_measure"])
    link = f"{page}?measure={second.pk}"
    problem = reverse("ledger_problem", args=[row.number])
    assert link in client.get(problem).content.decode()
    body = client.get(link).content.decode()
    assert 'value="换灯"' in body
    assert body.count(" required") == len(("text", "owner", "days", "reason"))
    assert f'value="{second.deadline.isoformat()}"' in body
    assert f'<input type="checkbox" name="after" value="{first.pk}"' in body
    assert f'href="?measure={first.pk}"' in body
    assert client.get(f"{page}?measure=0").status_code == 404
    typed: dict[str, Any] = {
        "version": row.version, "measure": second.pk, "text": "换节能灯", "owner": "",
        "days": "2", "deadline": second.deadline.isoformat(), "after": [first.pk],
        "reason": "节能要求",
    }  # fmt: skip
    answer = client.post(page, typed)
    assert answer.status_code == 422
    assert "换节能灯" in answer.content.decode()
    assert "节能要求" in answer.content.decode()
    assert client.post(page, typed | {"owner": "物业科"}).status_code == 302
    shown = client.get(problem).content.decode()
    assert "换灯 → 换节能灯" in shown
    late = client.post(page, typed | {"owner": "物业科", "text": "又换"})
    assert late.status_code == 409
    assert "停电检修" in late.content.decode()
    second.refresh_from_db()
    assert (second.text, second.after) == ("换节能灯", [first.pk])


def test_an_empty_deadline_on_the_page_is_scheduled_back(city: make.City) -> None:
    row = planned(city)
    measure = row.measures.latest("id")
    assert row.due is not None
    page = reverse("ledger_move", args=[row.number, "amend_measure"])
    typed = {
        "version": row.version, "measure": measure.pk, "text": measure.text, "days": "2",
        "owner": measure.owner, "deadline": "", "after": [], "reason": "不必等",
    }  # fmt: skip
    assert logged_in(city.handler).post(page, typed).status_code == 302
    measure.refresh_from_db()
    assert (measure.deadline, measure.after) == (row.due, [])


def test_a_post_without_the_move_finds_no_link(city: make.City) -> None:
    row = planned(city)
    problem = reverse("ledger_problem", args=[row.number])
    assert "amend_measure" not in logged_in(city.verifier).get(problem).content.decode()


def test_the_schedules_lead_to_where_a_measure_is_amended(city: make.City) -> None:
    """On both schedules, drawn and as a table: what is open, for those who may."""
    parking = drive(city)
    row = planned(city)
    actions.move(problem=row, move="assign", by=city.office, programme=parking.code)
    first, second = row.measures.order_by("id")
    make.one_step(city, row)
    form = reverse("ledger_move", args=[row.number, "amend_measure"])
    pages = [
        reverse("ledger_schedule", args=[row.number]),
        reverse("programmes_schedule", args=[parking.code]),
    ]
    handler, verifier = logged_in(city.handler), logged_in(city.verifier)
    for page in pages:
        body = handler.get(page).content.decode()
        assert body.count(f'href="{form}?measure={second.pk}"') == len(("drawn", "table")), page
        assert f"{form}?measure={first.pk}" not in body
        assert form not in verifier.get(page).content.decode()


def test_a_program_amends_only_what_it_names(city: make.City) -> None:
    row = planned(city)
    first, second = row.measures.order_by("id")
    client = logged_in(city.handler)
    sent: dict[str, Any] = {
        "move": "amend_measure", "version": row.version, "measure": second.pk,
        "reason": "换人负责", "owner": "节能办",
    }  # fmt: skip

    def post(body: dict[str, Any]) -> Any:
        return client.post(
            f"/api/v1/problems/{row.number}/moves", json.dumps(body),
            content_type="application/json", headers=secret,
        )  # fmt: skip

    secret = token(city.handler)
    answer = post(sent)
    assert answer.status_code == 200, answer.content
    found = next(m for m in answer.json()["measures"] if m["id"] == second.pk)
    assert (found["owner"], found["text"], found["after"]) == ("节能办", "换灯", [first.pk])
    assert post(sent).status_code == 409
    again = sent | {"version": row.version + 1, "after": []}
    assert post(again).json()["measures"][1]["after"] == []
    circle = {**again, "version": row.version + 2, "after": [second.pk]}
    refusal = post(circle)
    assert refusal.status_code == 422
    assert [one["code"] for one in refusal.json()["errors"]] == ["measures_circle"]
