"""The pages: they show, refuse with what was typed kept, and stay shut to strangers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xiaohao.dashboards import queries as dashboards
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.services import actions
from xiaohao.services.models import Call, Service, ServiceList
from xiaohao.services.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def at(unit: Any, role: Role) -> Client:
    """Somebody at a post of that kind there, who reads Chinese."""
    client = logged_in(holder(unit, role))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


def body(response: Any) -> str:
    return str(response.content.decode())


def test_a_list_is_begun_filled_published_and_closed(town: make.City) -> None:
    office = at(town.east, Role.OFFICE)
    refused = office.post(reverse("services_new"), {"title": "为民清单", "year": "今年"})
    assert refused.status_code == 422
    assert "为民清单" in body(refused)
    assert "请填写 2000" in body(refused)
    assert (
        office.post(reverse("services_new"), {"title": "清单", "year": "2019"}).status_code == 302
    )
    row = ServiceList.objects.get()
    add = reverse("services_add", args=[row.pk])
    typed = {"measure": "减负", "title": "上门换锁", "what": "换锁", "audience": "people"}
    bad = office.post(add, typed | {"department": "没有的单位", "days": "很快"})
    assert bad.status_code == 422
    for words in ("上门换锁", "没有的单位", "很快"):
        assert words in body(bad)
    good = typed | {"department": town.street.code, "days": "0"}
    assert office.post(add, good).status_code == 302
    page = reverse("services_list", args=[row.pk])
    assert "上门换锁" in body(office.get(page))
    assert "当场办结" in body(office.get(page))
    step = reverse("services_step", args=[row.pk, "publish"])
    assert office.post(step, {"version": 99}).status_code == 409
    assert office.post(step, {"version": 1}).status_code == 302
    assert at(town.west, Role.LEADER).get(page).status_code == 200
    assert office.post(add, good).status_code == 422
    close = reverse("services_step", args=[row.pk, "close"])
    assert at(town.west, Role.OFFICE).post(close, {"version": 2}).status_code == 404
    assert office.post(close, {"version": 2}).status_code == 302


def test_a_service_is_changed_and_withdrawn_with_a_reason(town: make.City) -> None:
    row = make.service(town)
    office = at(town.east, Role.OFFICE)
    page = reverse("services_change", args=[row.pk])
    typed = {"title": row.title, "what": "改了", "audience": "both", "days": "4", "version": "1"}
    typed["department"] = town.street.code
    refused = office.post(page, typed)
    assert refused.status_code == 422
    assert "改了" in body(refused)
    assert "请写明理由" in body(refused)
    assert office.post(page, typed | {"reason": "口径统一"}).status_code == 302
    stale = office.post(page, typed | {"reason": "再改", "what": "又改"})
    assert stale.status_code == 409
    assert "又改" in body(stale)
    changes = body(office.get(reverse("services_service_changes", args=[row.pk])))
    assert "改了" in changes
    away = reverse("services_withdraw", args=[row.pk])
    assert office.post(away, {"version": "2"}).status_code == 422
    assert office.post(away, {"version": "2", "reason": "职能划转"}).status_code == 302
    assert "职能划转" in body(office.get(reverse("services_service", args=[row.pk])))


def test_a_call_goes_its_way_over_the_pages(town: make.City) -> None:
    row = make.service(town)
    caller, street = at(town.east, Role.OFFICE), at(town.street, Role.HANDLER)
    new = reverse("services_call_new", args=[row.pk])
    refused = caller.post(new, {"needed": "", "who": "王秀英"})
    assert refused.status_code == 422
    assert "王秀英" in body(refused)
    assert street.post(new, {"needed": "给自己修灯"}).status_code == 422
    assert caller.post(new, {"needed": "灯不亮", "who": "王秀英"}).status_code == 302
    call = Call.objects.get()
    page = reverse("services_call", args=[call.number])
    assert "王秀英" not in body(street.get(page))
    assert "王秀英" in body(street.post(reverse("services_name", args=[call.number])))
    assert at(town.west, Role.LEADER).get(page).status_code == 404

    def move(client: Client, name: str, version: int, **typed: Any) -> Any:
        there = reverse("services_move", args=[call.number, name])
        return client.post(there, {"version": version, **typed})

    assert caller.get(reverse("services_move", args=[call.number, "take"])).status_code == 200
    assert move(caller, "take", 1).status_code == 403
    assert move(street, "take", 1).status_code == 302
    bare = move(street, "deliver", 2, note="已修好，天黑没拍照")
    assert bare.status_code == 422
    assert "天黑没拍照" in body(bare)
    photo = SimpleUploadedFile("a.jpg", make.picture().read())
    assert move(street, "deliver", 1, note="已修好", files=photo).status_code == 409
    photo.seek(0)
    assert move(street, "deliver", 2, note="已修好", files=photo).status_code == 302
    proof = call.proofs.get()
    shown = reverse("services_proof", args=[call.number, proof.pk])
    answer: Any = caller.get(shown)
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    odd = move(caller, "grade", 3, grade="1", words="")
    assert odd.status_code == 422
    assert move(caller, "grade", 3, grade="5", words="很快").status_code == 302
    whole = body(caller.get(page))
    assert "5/5" in whole
    assert "很快" in whole
    assert "王秀英" not in whole
    assert body(caller.get(reverse("services_call_changes", args=[call.number])))


def test_each_tab_shows_its_own_and_figures_lead_to_their_calls(town: make.City) -> None:
    call = make.called(town)
    actions.move(call=call, move="decline", by=town.handler, reason="不属于我们职责")
    office, street = at(town.city, Role.OFFICE), at(town.street, Role.LEADER)
    calls = reverse("services_calls")
    assert "不属于我们职责" in body(office.get(calls, {"tab": "declined"}))
    assert call.number not in body(street.get(calls, {"tab": "declined"}))
    assert call.number in body(street.get(calls, {"tab": "to"}))
    assert call.number in body(office.get(calls, {"figure": "services.declined"}))
    assert call.number not in body(office.get(calls, {"which": "delivered"}))
    assert office.get(calls, {"service": "x", "which": "nothing"}).status_code == 200


def test_what_waits_lies_on_the_bench(town: make.City) -> None:
    call = make.called(town)

    def held(actor: Any) -> set[str]:
        return {one.key for one in dashboards.bench(actor).sections if one.count}

    assert "service" in held(town.handler)
    assert "service_grade" not in held(town.district)
    make.one_step(town, call)
    make.one_step(town, call)
    assert "service" not in held(town.handler)
    assert "service_grade" in held(town.district)
    assert "service_grade" not in held(town.office)
    make.one_step(town, call)
    assert "service_grade" not in held(town.district)


def test_a_broken_promise_shows_on_its_problem(town: make.City) -> None:
    call = make.walked(town, "graded", grade=1)
    actions.move(call=call, move="register", by=town.district)
    assert call.problem is not None
    office = at(town.east, Role.OFFICE)
    shown = body(office.get(reverse("ledger_problem", args=[call.problem.number])))
    assert call.number in shown
    here = body(office.get(reverse("services_call", args=[call.number])))
    assert call.problem.number in here


def test_everybody_reads_what_binds_and_no_small_number(town: make.City) -> None:
    row = make.service(town)
    hidden = make.draft(town)
    make.promise(town, hidden, title="还没公布的")
    for _ in range(4):
        make.walked(town, "graded", row)
    page = reverse("services_public")
    shown = body(Client(headers={"accept-language": "zh-hans"}).get(page))
    assert row.title in shown
    assert "还没公布的" not in shown
    assert "&lt;5" in shown
    assert "数量太少，看不出" in shown
    make.walked(town, "graded", row)
    more = body(Client().get(page))
    assert "5.0" in more
    assert "王秀英" not in more
    assert "灯不亮" not in more
    board = Client().post(reverse("intake_board"), {"draft": "1", "text": "我想要这项服务"})
    assert "我想要这项服务" in body(board)
    assert Service.objects.count() == 2
