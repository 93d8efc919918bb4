"""The ledger's pages and API, as people and programs meet them."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.kernel.crypto import fingerprint
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.people.models import Holding, Token
from xiaohao.people.rules import GRANTS
from xiaohao.trail.actions import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def logged_in(actor: Actor) -> Client:
    account = get_user_model().objects.create_user(username=actor.post_code)
    held = Holding(account=account, post_id=actor.post_id, during=(dt.date(2019, 1, 1), None))
    create(thing=held, by=SYSTEM, kind="hold")
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def token(actor: Actor) -> dict[str, str]:
    raw = f"raw-{actor.post_code}"
    row = Token(
        post_id=actor.post_id,
        prefix=raw[:8],
        secret_hash=fingerprint(raw, "token"),
        scopes=sorted(GRANTS[actor.role]),
        created_at=clock.now(),
    )
    create(thing=row, by=SYSTEM, kind="issue")
    return {"authorization": f"Bearer {raw}", "accept-language": "en"}


def test_the_list_shows_what_the_post_may_see(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "referred")
    seen = logged_in(city.handler).get(reverse("ledger_list"))
    assert row.number in seen.content.decode()
    unseen = logged_in(city.stranger).get(reverse("ledger_list"))
    assert row.number not in unseen.content.decode()
    page = reverse("ledger_problem", args=[row.number])
    assert logged_in(city.leader).get(page).status_code == 200
    client = Client()
    client.force_login(get_user_model().objects.get(username="STRANGER"))
    assert client.get(page).status_code == 404


def test_a_move_is_made_on_its_page_and_a_late_second_is_told(city: make.City) -> None:
    logged_in(city.handler)
    row = make.problem(city)
    client = logged_in(city.operator)
    page = reverse("ledger_move", args=[row.number, "refer"])
    assert 'name="unit"' in client.get(page).content.decode()
    typed = {"version": 1, "unit": "120101", "deadline": "2019-09-20", "reason": "离得最近"}
    assert client.post(page, typed).status_code == 302
    late = client.post(page, typed)
    assert late.status_code == 409
    assert "离得最近" in late.content.decode()
    assert Problem.objects.get(pk=row.pk).version == 2


def test_a_refusal_keeps_what_was_typed_and_the_files_sent(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "in_progress")
    client = logged_in(city.handler)
    page = reverse("ledger_move", args=[row.number, "finish_measure"])
    photo = make.picture()
    photo.name = "after.jpg"
    refused = client.post(
        page, {"version": row.version, "measure": "", "note": "换了新灯", "files": photo}
    )
    assert refused.status_code == 422
    body = refused.content.decode()
    assert "换了新灯" in body
    kept = row.uploads.get().pk
    assert f'value="{kept}"' in body
    measure = row.measures.get().pk
    done = client.post(
        page, {"version": row.version, "measure": measure, "note": "换了新灯", "kept": str(kept)}
    )
    assert done.status_code == 302
    assert row.evidence.count() == 1
    shown = client.get(reverse("ledger_evidence", args=[row.number, row.evidence.get().pk]))
    assert shown["Content-Type"] == "image/jpeg"
    shown.close()


@pytest.mark.parametrize("stop", ["registered", "in_progress", "reported", "closed"])
def test_the_problem_page_renders_at_every_stage(city: make.City, stop: str) -> None:
    row = make.problem(city)
    make.walk(city, row, stop)
    client = logged_in(city.office)
    for suffix in ("", "?panel=1"):
        response = client.get(reverse("ledger_problem", args=[row.number]) + suffix)
        assert response.status_code == 200
        assert row.title in response.content.decode()


def test_the_api_lists_moves_and_refuses_with_codes(city: make.City) -> None:
    row = make.problem(city)
    client, headers = Client(), token(city.operator)
    listed = client.get("/api/v1/problems", headers=headers).json()
    assert [item["number"] for item in listed["items"]] == [row.number]
    moves = f"/api/v1/problems/{row.number}/moves"
    body = {"move": "refer", "version": 1}
    answer = client.post(moves, json.dumps(body), "application/json", headers=headers)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["unit_missing"]
    body |= {"unit": "120101"}
    answer = client.post(moves, json.dumps(body), "application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "referred"
    stale = client.post(moves, json.dumps(body), "application/json", headers=headers)
    assert stale.status_code == 409
    assert stale.json()["changes"][0]["kind"] == "refer"
    strange = client.get(f"/api/v1/problems/{row.number}", headers=token(city.stranger))
    assert strange.status_code == 404
    assert client.get("/api/v1/problems").status_code == 401


def test_evidence_comes_by_the_api(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "in_progress")
    client, headers = Client(), token(city.handler)
    photo = make.picture()
    photo.name = "after.jpg"
    sent = client.post(f"/api/v1/problems/{row.number}/files", {"file": photo}, headers=headers)
    assert sent.status_code == 201
    body = {
        "move": "finish_measure",
        "version": row.version,
        "measure": row.measures.get().pk,
        "files": [sent.json()["id"]],
    }
    made = client.post(
        f"/api/v1/problems/{row.number}/moves",
        json.dumps(body),
        "application/json",
        headers=headers,
    )
    assert made.status_code == 200, made.content
    assert made.json()["measures"][0]["evidence"] == 1


def test_a_filter_that_there_is_not_says_so_and_shows_what_there_is(city: make.City) -> None:
    make.problem(city)
    browser = logged_in(city.office)
    page = browser.get(f"{reverse('ledger_list')}?category=zzz&urgent=1").content.decode()
    assert "There is no category “zzz”." in page
    assert 'href="?category=urban&amp;urgent=1"' in page
    page = browser.get(f"{reverse('ledger_list')}?state=zzz").content.decode()
    assert "There is no state “zzz”." in page
    page = browser.get(f"{reverse('ledger_list')}?category=urban&state=open").content.decode()
    assert "Choose one of these" not in page
