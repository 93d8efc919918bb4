"""Triage by programs: read, decide, undo, correct; a token of the unit gets nothing."""

from typing import Any

import pytest
from django.test import Client

from xiaohao.intake import actions
from xiaohao.intake.models import State
from xiaohao.intake.tests.make import SENDER, TEXT, City, actor, city, message
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.people.tests.make import token as token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> City:
    return city()


def token(who: Actor) -> str:
    return token_of(Post.objects.get(pk=who.post_id))


def call(client: Client, token: str, method: str, address: str, body: object = None) -> Any:
    """One call of the API: status and body."""
    send = getattr(client, method)
    given = {} if method == "get" else {"data": body or {}, "content_type": "application/json"}
    said = send(f"/api/v1{address}", headers={"Authorization": f"Bearer {token}"}, **given)
    return said.status_code, said.json()


def test_programs_triage_as_people_do(client: Client, at: City):
    desk = token(at.operator)
    row = message(place_unit=at.street)
    status, page = call(client, desk, "get", "/messages?state=waiting")
    assert (status, [one["id"] for one in page["items"]]) == (200, [row.pk])
    _status, whole = call(client, desk, "get", f"/messages/{row.pk}")
    assert whole["text"] == TEXT
    assert whole["unit"] is None or whole["unit"]["confidence"] < 1
    address = f"/messages/{row.pk}/triage"
    wrong = call(client, desk, "post", address, {"do": "refer", "version": 1})
    assert (wrong[0], wrong[1]["errors"][0]["code"]) == (422, "unit_missing")
    stale = call(client, desk, "post", address, {"do": "reply", "version": 9, "reply": "好"})
    assert stale[0] == 409
    right = {"do": "refer", "version": 1, "unit": at.street.code}
    done = call(client, desk, "post", address, right)
    assert (done[0], done[1]["state"]) == (200, State.REFERRED)
    assert done[1]["problem"] == Problem.objects.get().number


def test_programs_hold_undo_correct_and_look(client: Client, at: City):
    desk = token(at.operator)
    row = message()
    held = {"do": "suggest", "version": 1, "hold": True}
    assert call(client, desk, "post", f"/messages/{row.pk}/triage", held)[1]["state"] == "decided"
    assert call(client, desk, "post", f"/messages/{row.pk}/undo")[1]["state"] == "waiting"
    now = {"do": "suggest", "version": 3}
    assert call(client, desk, "post", f"/messages/{row.pk}/triage", now)[0] == 200
    back = call(client, desk, "post", f"/messages/{row.pk}/correct", {"reason": "是问题"})
    assert back[1]["state"] == "waiting"
    who = call(client, desk, "post", f"/messages/{row.pk}/sender", {"reason": "回访"})
    assert who == (200, {"name": SENDER.name, "phone": SENDER.phone, "email": SENDER.email})
    taken = call(client, desk, "post", "/messages", {"text": TEXT, "phone": "12345678"})
    assert taken[0] == 201


def test_a_token_of_the_unit_complained_of_gets_nothing(client: Client, at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    for who in (at.handler, at.leader, at.stranger):
        held = token(who)
        for method, address in (
            ("get", "/messages"), ("get", f"/messages/{row.pk}"),
            ("post", f"/messages/{row.pk}/sender"), ("post", f"/messages/{row.pk}/triage"),
        ):  # fmt: skip
            given = {"reason": "x", "do": "reply", "version": 1}
            status, body = call(client, held, method, address, given)
            assert status in {403, 404}, address
            assert SENDER.phone not in str(body)
        number = Problem.objects.get().number
        assert SENDER.phone not in str(call(client, held, "get", f"/problems/{number}"))


def test_another_districts_office_finds_no_message_of_this_one(client: Client, at: City):
    row = message(place_unit=at.street)
    held = token(actor("WEST-OFFICE", at.west, Role.OFFICE, 8))
    assert call(client, held, "get", "/messages")[1]["items"] == []
    for method, address in (("get", ""), ("post", "/sender"), ("post", "/undo")):
        answer = call(client, held, method, f"/messages/{row.pk}{address}", {"reason": "看看"})
        assert answer[0] == 404
