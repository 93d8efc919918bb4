"""Sheets in and out for programs: looked at first, all or nothing, twice the same adds nothing."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from xiaohao.exchange.tests.test_ledger_import import book
from xiaohao.kernel.acting import Role
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import City, city
from xiaohao.people.tests.make import post, with_token

pytestmark = pytest.mark.django_db
HEADS = ["序号", "存在问题", "责任单位", "整改措施", "整改时限"]
GOOD = [1, "路口信号灯损坏三个月无人维修", "单位120101", "更换信号灯", "2030年9月1日"]
BAD = [2, "楼道堆放杂物影响通行", "没有这个单位", "清理", "2030年9月1日"]


@pytest.fixture
def at() -> City:
    return city()


def sent(client: Client, where: str, rows: list[Any], token: dict[str, Any], **more: str) -> Any:
    file = SimpleUploadedFile("台账.xlsx", book([HEADS, *rows]))
    return client.post(f"/api/v1/imports/{where}", {"file": file, **more}, **token)


def test_a_ledger_is_looked_at_then_comes_in_once(at: City) -> None:
    client, token = Client(), with_token(post(at.city, Role.OFFICE))
    looked = sent(client, "ledger/preview", [GOOD, BAD], token).json()
    assert (looked["imported"], looked["refused"]) == (1, 1)
    assert looked["errors"][0]["row"] == 3
    assert "没有这个单位" in looked["errors"][0]["message"]
    assert not Problem.objects.exists()
    kept_out = sent(client, "ledger", [GOOD, BAD], token).json()
    assert (kept_out["imported"], kept_out["batch"]) == (0, None)
    assert not Problem.objects.exists()
    taken = sent(client, "ledger", [GOOD, BAD], token, skip_refused="true").json()
    assert (taken["imported"], taken["refused"]) == (1, 1)
    assert taken["batch"]
    again = sent(client, "ledger", [GOOD], token).json()
    assert (again["imported"], again["already"]) == (0, 1)
    assert Problem.objects.count() == 1


def test_who_may_not_import_is_refused_and_so_is_what_is_no_workbook(at: City) -> None:
    client, handler = Client(), with_token(post(at.street, Role.HANDLER))
    assert sent(client, "ledger", [GOOD], handler).status_code == 403
    assert sent(client, "ledger/preview", [GOOD], handler).status_code == 403
    office = with_token(post(at.city, Role.OFFICE))
    file = SimpleUploadedFile("台账.xlsx", b"MZ no workbook")
    wrong = client.post("/api/v1/imports/ledger", {"file": file}, **office)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["code"]
    assert client.post("/api/v1/imports/ledger", {}, **office).status_code == 422


def test_a_list_goes_out_and_comes_back_as_it_was(at: City) -> None:
    client, token = Client(), with_token(post(at.city, Role.OFFICE))
    lists = {row["list"]: row for row in client.get("/api/v1/exports", **token).json()}
    assert "units_list" in lists
    answer = client.get("/api/v1/exports/units_list", **token)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # as it says itself
    names = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert any("单位1201" in map(str, row) for row in names)
    file = SimpleUploadedFile("units.xlsx", content)
    looked = client.post("/api/v1/imports/list/preview", {"file": file}, **token).json()
    assert (looked["imported"], looked["changed"], looked["refused"]) == (0, 0, 0)
    assert looked["already"] >= 4
    assert client.get("/api/v1/exports/no_such", **token).status_code == 404
    keyed = next(row for row in lists.values() if row["key"])
    assert client.get(f"/api/v1/exports/{keyed['list']}", **token).status_code == 404
