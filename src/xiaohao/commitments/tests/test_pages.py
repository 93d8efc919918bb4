"""The pages and the API: they show, refuse with what was typed kept, and stay shut to strangers."""

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry, Household, HouseholdNeed, Round
from xiaohao.commitments.tests import make
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.kernel.crypto import fingerprint
from xiaohao.people.actions import hold_post, open_account
from xiaohao.people.models import Post, Token
from xiaohao.people.rules import GRANTS
from xiaohao.trail.actions import create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def browser(actor: Actor) -> Client:
    """Somebody logged in who holds the actor's post."""
    post = Post.objects.get(pk=actor.post_id)
    account, _password = open_account(by=SYSTEM, username=post.code, display_name=post.code)
    hold_post(by=SYSTEM, account=account, post=post)
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(get_user_model().objects.get(username=post.code))
    return client


def body(response: Any) -> str:
    return str(response.content.decode())


def test_an_entry_is_typed_refused_and_entered(city: make.City) -> None:
    client = browser(city.office)
    page = reverse("commitments_new")
    assert "包案领导岗位" in body(client.get(f"{page}?list=hazard"))
    typed = {"kind": "project", "title": "新增停车泊位", "planned": "很多钱", "measure": "个"}
    refused = client.post(page, typed)
    assert refused.status_code == 422
    for words in ("新增停车泊位", "很多钱", "请选择责任单位", "不是金额"):
        assert words in body(refused)
    typed |= {"unit": "120101", "lead": "LEADER", "deadline": "2019-12-31"}
    typed |= {"planned": "120万", "promised": "36"}
    assert client.post(page, typed).status_code == 302
    row = Entry.objects.get()
    shown = body(client.get(reverse("commitments_entry", args=[row.number])))
    assert "0 / 36 个" in shown
    listed = body(client.get(reverse("commitments_list"), {"list": "project", "q": "停车"}))
    assert row.number in listed
    assert "1200000" in listed.replace(",", "")
    assert row.number not in body(client.get(reverse("commitments_list"), {"list": "weak"}))


def test_a_move_keeps_files_after_a_refusal(city: make.City) -> None:
    row = make.walked(city, "under_way")
    client = browser(city.leader)
    page = reverse("commitments_move", args=[row.number, "report"])
    assert "承诺 36 个" in body(client.get(page))
    photo = make.picture(200)
    photo.name = "after.jpg"
    refused = client.post(page, {"version": row.version, "files": photo})
    assert refused.status_code == 422
    kept = row.uploads.get(name="after.jpg").pk
    assert f'value="{kept}"' in body(refused)
    typed = {"version": row.version, "kept": str(kept), "achieved": "36", "note": "完工"}
    assert client.post(page, typed).status_code == 302
    late = client.post(page, typed)
    assert late.status_code == 409
    assert "完工" in body(late)
    proof = row.proofs.get(stage="after")
    sent = client.get(reverse("commitments_proof", args=[row.number, proof.pk]))
    assert sent["Content-Type"] == "image/jpeg"
    sent.close()


@pytest.mark.parametrize("stop", ["entered", "under_way", "reported", "done"])
@pytest.mark.parametrize("kind", ["project", "village"])
def test_the_page_renders_at_every_stage(city: make.City, stop: str, kind: str) -> None:
    row = make.walked(city, stop, kind)
    response = browser(city.office).get(reverse("commitments_entry", args=[row.number]))
    assert row.title in body(response)


def test_a_problem_shows_where_it_came_from(city: make.City) -> None:
    row = make.entry(city, "hazard", promised="", measure="")
    actions.move(entry=row, move="register", by=city.operator)
    assert row.problem is not None
    client = browser(city.office)
    shown = body(client.get(reverse("ledger_problem", args=[row.problem.number])))
    assert reverse("commitments_entry", args=[row.number]) in shown
    assert row.problem.number in body(client.get(reverse("commitments_entry", args=[row.number])))


def test_a_round_a_household_a_visit_a_need(city: make.City) -> None:
    client = browser(city.handler)
    made = client.post(
        reverse("commitments_round_new"),
        {"title": "秋季走访", "unit": "120101", "deadline": "2019-10-31"},
    )
    round_ = Round.objects.get()
    assert made.headers["Location"] == reverse("commitments_round", args=[round_.pk])
    typed = {"unit": "120101", "rows": "1号楼101，王秀英\n1号楼102"}
    assert client.post(made.headers["Location"], typed).status_code == 302
    home = Household.objects.get(number="1号楼101")
    assert "王秀英" not in body(client.get(reverse("commitments_households")))
    page = reverse("commitments_visit", args=[home.pk])
    wrong = client.post(page, {"version": 1, "day": "2019-09-10", "needs.0.text": "缺低保"})
    assert wrong.status_code == 422
    assert "缺低保" in body(wrong)
    sent = {"version": 1, "day": "2019-09-10", "situation": ["alone"], "needs.0.kind": "minimum"}
    sent |= {"needs.0.text": "符合低保条件但不在册"}
    assert client.post(page, sent).status_code == 302
    need = HouseholdNeed.objects.get()
    assert need.state == "found"
    assert client.post(reverse("commitments_refer", args=[need.pk])).status_code == 302
    need.refresh_from_db()
    assert need.problem is not None
    aid = reverse("commitments_aid", args=[need.pk])
    assert client.post(aid, {"day": "2019-09-10", "text": ""}).status_code == 422
    given = {"day": "2019-09-10", "text": "临时救助", "amount": "800"}
    assert client.post(aid, given).status_code == 302
    shown = body(client.get(reverse("commitments_household", args=[home.pk])))
    assert need.problem.number in shown
    assert "临时救助" in shown
    assert need.problem.number in body(client.get(reverse("commitments_needs")))


def test_the_coverage_page_leads_to_its_records(city: make.City) -> None:
    home = make.household(city)
    actions.visit(household=home, by=city.handler, day="2019-09-10", situation=["none"])
    client = browser(city.office)
    shown = body(client.get(reverse("commitments_visits")))
    assert "figure=commitments.visited" in shown
    records = client.get(
        reverse("commitments_households"), {"figure": "commitments.visited", "unit": "1201"}
    )
    assert home.number in body(records)
    needs = {"figure": "commitments.needs", "unit": "1201"}
    assert "没有符合条件的需求" in body(client.get(reverse("commitments_needs"), needs))


def test_a_name_is_shown_for_a_reason_alone(city: make.City) -> None:
    home = make.household(city)
    client = browser(city.office)
    page = reverse("commitments_household", args=[home.pk])
    assert "王秀英" not in body(client.get(page))
    assert client.post(page, {"reason": ""}).status_code == 422
    assert "王秀英" in body(client.post(page, {"reason": "核对"}))


def test_the_picker_offers_posts_of_ones_own_area(city: make.City) -> None:
    shown = body(browser(city.office).get(reverse("commitments_posts"), {"q": "lead"}))
    assert 'data-value="LEADER"' in shown


def headers(actor: Actor) -> dict[str, str]:
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


def test_the_api_enters_moves_and_refuses_with_codes(city: make.City) -> None:
    client, office, handler = Client(), headers(city.office), headers(city.handler)

    def post(page: str, given: dict[str, Any], who: dict[str, str]) -> Any:
        return client.post(page, json.dumps(given), "application/json", headers=who)

    wrong = post("/api/v1/lists", {"list": "project", "title": "泊位"}, office)
    assert wrong.status_code == 422
    given = {"list": "project", "title": "泊位", "unit": "120101", "lead": "LEADER"}
    given |= {"deadline": "2019-12-31", "planned": "1700万"}
    made = post("/api/v1/lists", given, office)
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    assert made.json()["planned"] == "17000000.00"
    moved = post(f"/api/v1/lists/{number}/moves", {"move": "start", "version": 1}, handler)
    assert moved.json()["state"] == "under_way"
    stale = post(f"/api/v1/lists/{number}/moves", {"move": "start", "version": 1}, handler)
    assert stale.status_code == 409
    listed = client.get("/api/v1/lists?list=project&state=open", headers=handler).json()
    assert [one["number"] for one in listed["items"]] == [number]
    strange = client.get(f"/api/v1/lists/{number}", headers=headers(city.stranger))
    assert strange.status_code == 404


def test_the_api_takes_visits(city: make.City) -> None:
    client, handler = Client(), headers(city.handler)

    def post(page: str, given: dict[str, Any]) -> Any:
        return client.post(page, json.dumps(given), "application/json", headers=handler)

    round_ = post(
        "/api/v1/visits/rounds", {"title": "走访", "unit": "120101", "deadline": "2019-10-31"}
    ).json()
    rows = {"unit": "120101", "rows": [{"number": "1-1", "name": "王秀英"}]}
    listed = post(f"/api/v1/visits/rounds/{round_['id']}/households", rows)
    assert listed.json() == {"fresh": 1, "there": 0}
    homes = client.get("/api/v1/visits/households?state=waiting", headers=handler)
    assert "王秀英" not in body(homes)
    key = homes.json()["items"][0]["id"]
    needs = [{"kind": "medical", "text": "大病自付部分过高"}]
    visit = {"day": "2019-09-10", "situation": ["ill"], "needs": needs}
    found = post(f"/api/v1/visits/households/{key}/visits", visit)
    assert found.status_code == 201, found.content
    need = found.json()[0]
    assert need["problem"].startswith("XH-")
    aid = {"day": "2019-09-10", "text": "临时救助", "amount": 500}
    assert post(f"/api/v1/visits/needs/{need['id']}/aids", aid).status_code == 201
    again = post(f"/api/v1/visits/needs/{need['id']}/referral", {})
    assert again.status_code == 422


def test_the_api_tells_the_changes_of_entries_and_households(city: make.City) -> None:
    row = make.walked(city, "under_way", "weak")
    home = make.household(city)
    client, office = Client(), headers(city.office)
    plans = client.get(f"/api/v1/lists/{row.number}/history?field=plan", headers=office).json()
    assert [(one["before"], one["after"]) for one in plans] == [(None, "第一步摸底，第二步施工")]
    every = client.get(f"/api/v1/lists/{row.number}/history", headers=office).json()
    assert {"state", "deadline", "plan"} <= {one["field"] for one in every}
    told = client.get(f"/api/v1/visits/households/{home.pk}/history", headers=office).json()
    assert [one["after"] for one in told if one["field"] == "number"] == [home.number]
    assert "王秀英" not in str(told)
