import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from xiaohao.exchange import pages
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.kernel.acting import Role
from xiaohao.ledger.tests.make import City, city, problem, walk
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://x","领奖")'


@pytest.fixture
def town() -> City:
    return city()


def export(town: City, query: str = "", role: Role = Role.OFFICE) -> tuple[Any, bytes]:
    client = logged_in(holder(town.city, role))
    response = client.get(f"{reverse('exchange_ledger')}{query}")
    return response, response.getvalue()


def rows_of(content: bytes) -> list[dict[str, Any]]:
    (_, (head, *rows)), _about = sheets(content)
    return [dict(zip(map(str, head), row, strict=False)) for row in rows]


def test_what_the_list_shows_with_dates_as_dates(town: City) -> None:
    first = problem(town)
    walk(town, problem(town, title="井盖缺失"), "accepted")
    response, content = export(town)
    assert response["Content-Disposition"].startswith("attachment")
    newest, oldest = rows_of(content)
    assert oldest["编号"] == first.number
    assert newest["标题"] == "井盖缺失"
    assert newest["责任单位"] == town.street.name
    assert isinstance(newest["收到时间"], dt.datetime)
    assert isinstance(newest["整改期限"], dt.date)


def test_the_address_narrows_it(town: City) -> None:
    problem(town)
    walk(town, problem(town, title="井盖缺失"), "referred")
    _, content = export(town, "?state=referred")
    assert [row["标题"] for row in rows_of(content)] == ["井盖缺失"]


def test_text_stays_text(town: City) -> None:
    problem(town, title=FORMULA, text="+86 http://example.org 一直打来电话")
    _, content = export(town)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        table = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in table
    assert "<hyperlink" not in table
    assert "<autoFilter" in table
    assert 'state="frozen"' in table
    assert rows_of(content)[0]["标题"] == FORMULA


def test_nobody_gets_more_than_he_sees(town: City) -> None:
    walk(town, problem(town), "referred")
    client = logged_in(holder(town.west, Role.LEADER))
    content = client.get(reverse("exchange_ledger")).getvalue()
    assert rows_of(content) == []
    stranger = logged_in(holder(town.city, Role.ADMINISTRATOR))
    assert stranger.get(reverse("exchange_ledger")).status_code == 404


def test_too_many_rows_are_refused_with_advice(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_ROWS", 1)
    problem(town)
    problem(town)
    client = logged_in(holder(town.city, Role.OFFICE))
    assert client.get(reverse("exchange_ledger")).status_code == 422
