import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xiaohao.exchange.models import Batch, Draft, Habit
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.test_ledger_import import HEADS, book
from xiaohao.exchange.wording import SENTENCES
from xiaohao.kernel.acting import Role
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import City, city, problem
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


@pytest.fixture
def browser(town: City) -> Client:
    return logged_in(holder(town.city, Role.OFFICE))


def send(browser: Client, rows: Sequence[Any]) -> Any:
    file = SimpleUploadedFile("台账.xlsx", book(rows))
    return browser.post(reverse("exchange_import_ledger"), {"file": file}, follow=True)


def test_choose_look_and_take_in(browser: Client, town: City) -> None:
    assert browser.get(reverse("exchange_import_ledger")).status_code == 200
    good = [1, "路灯不亮", town.street.name, "", "", "换灯", "2019.9.30", "", "已销号"]
    look = send(browser, [HEADS, good])
    shown = look.content.decode()
    assert "路灯不亮" in shown
    assert "存在问题" in shown
    assert '<td class="quiet" data-label="例如">1</td>' in shown
    here = look.redirect_chain[-1][0]
    result = browser.post(here, {"import": ""}, follow=True)
    assert result.redirect_chain[-1][0] == reverse("exchange_batch", args=[Batch.objects.get().pk])
    assert Problem.objects.get().state == "referred"
    assert Batch.objects.get().claimed == 1
    assert "台账.xlsx" in browser.get(reverse("exchange_import_ledger")).content.decode()


def test_what_an_import_brought_is_a_list_of_the_ledger(browser: Client, town: City) -> None:
    problem(town, title="另一件事")
    rows = [[n, f"路灯{n}", town.street.name, "", "", "", "2019.9.30", "", ""] for n in (1, 2)]
    look = send(browser, [HEADS, *rows])
    done = browser.post(look.redirect_chain[-1][0], {"import": ""}, follow=True).content.decode()
    there = f"{reverse('ledger_list')}?import={Batch.objects.get().pk}"
    for page in (done, browser.get(reverse("exchange_import_ledger")).content.decode()):
        assert f'href="{there}"' in page
    shown = browser.get(there).content.decode()
    assert "路灯1" in shown
    assert "路灯2" in shown
    assert "另一件事" not in shown
    assert "台账.xlsx" in shown  # the chip
    assert browser.get(f"{there}&state=closed").content.decode().count("路灯1") == 0
    east = logged_in(holder(town.east, Role.OFFICE))
    for address in (there, f"{reverse('ledger_list')}?import=x", f"{there}0000"):
        assert east.get(address).status_code == 404
    street = logged_in(holder(town.street, Role.HANDLER))
    assert street.get(there).status_code == 404  # sees the problems, not who brought them


def test_a_file_that_waits_is_found_again_by_whoever_sent_it(browser: Client, town: City) -> None:
    row = [1, "路灯不亮", town.street.name, "", "", "", "2019.9.30", "", ""]
    look = send(browser, [HEADS, row])
    here = look.redirect_chain[-1][0]
    assert here in browser.get(reverse("exchange_import_ledger")).content.decode()
    other = logged_in(holder(town.city, Role.OFFICE))
    assert here not in other.get(reverse("exchange_import_ledger")).content.decode()
    browser.post(here, {"import": ""})
    assert here not in browser.get(reverse("exchange_import_ledger")).content.decode()


def test_bad_rows_come_back_marked_and_can_be_left_out(browser: Client, town: City) -> None:
    rows = [
        HEADS,
        [1, "路灯不亮", town.street.name, "", "", "", "马上", "", ""],
        [2, "停车难", "", "", "", "", "", "", ""],
    ]
    look = send(browser, rows)
    here = look.redirect_chain[-1][0]
    draft = Draft.objects.get()
    content = browser.get(reverse("exchange_marked", args=[draft.key])).getvalue()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        comments = archive.read("xl/comments1.xml").decode()
    assert "马上" in comments
    assert 'ref="G2"' in comments
    ((_, copied),) = sheets(content)
    assert copied[1][1] == "路灯不亮"
    assert "马上" in str(copied[1][len(HEADS)])
    browser.post(here, {"import": ""})
    assert not Problem.objects.exists()
    assert Batch.objects.count() == 0
    look = send(browser, rows)
    browser.post(look.redirect_chain[-1][0], {"skip": ""})
    assert Problem.objects.get().title == "停车难"


def test_a_unit_is_confirmed_and_columns_are_mapped(browser: Client, town: City) -> None:
    look = send(browser, [HEADS, [1, "路灯不亮", "某某办", "", "", "", "", "", ""]])
    here = look.redirect_chain[-1][0]
    assert "某某办" in look.content.decode()
    said = {"units": "", "name": "某某办", "code": "", "other": town.street.name}
    browser.post(here, said)
    assert Habit.objects.get(kind="unit").said == {"code": town.street.code}
    chosen = {"columns": "", "sheet": "0", "column-1": "text", "column-2": ""}
    shown = browser.post(here, chosen, follow=True).content.decode()
    assert "路灯不亮" in shown
    assert Habit.objects.get(kind="heads").said["columns"]["2"] == ""
    browser.post(here, {"usual": "", "sheet": "0"})
    assert not Habit.objects.filter(kind="heads").exists()


def test_others_do_not_find_it(browser: Client, town: City) -> None:
    send(browser, [HEADS, [1, "路灯不亮", "", "", "", "", "", "", ""]])
    key = Draft.objects.get().key
    stranger = logged_in(holder(town.west, Role.OFFICE))
    for name in ("exchange_ledger_draft", "exchange_marked"):
        assert stranger.get(reverse(name, args=[key])).status_code == 404


def test_every_fault_of_a_row_stands_on_the_page_and_in_the_marked_copy(browser: Client) -> None:
    look = send(browser, [HEADS, [1, "路灯不亮", "甲甲办、乙乙办", "", "", "", "马上", "", ""]])
    content = browser.get(reverse("exchange_marked", args=[Draft.objects.get().key])).getvalue()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        comments = archive.read("xl/comments1.xml").decode()
    ((_, copied),) = sheets(content)
    for said in ("甲甲办", "乙乙办", "马上"):
        assert f"“{said}”" in look.content.decode()
        assert f"“{said}”" in comments
        assert f"“{said}”" in str(copied[1][len(HEADS)])


def test_heads_without_a_row_are_refused(browser: Client) -> None:
    response = send(browser, [HEADS])
    assert response.status_code == 422
    assert str(SENTENCES["no_rows"]) in response.content.decode()
    assert not Draft.objects.exists()


def test_what_is_no_ledger_is_refused_with_advice(browser: Client) -> None:
    response = send(browser, [["a", "b"], [1, 2]])
    assert response.status_code == 422
    assert "问题表现" in response.content.decode()


def test_what_rather_is_a_list_of_messages_is_said(browser: Client, town: City) -> None:
    heads = ["编号", "来信时间", "来信标题", "来信内容", "类别"]
    row = ["A1", "2019-09-10", "路灯不亮", "小区门口路灯坏了三个月没有人修", "城市管理"]
    assert "像是群众留言" in send(browser, [heads, row]).content.decode()
    good = [1, "路灯不亮", town.street.name, "", "", "换灯", "2019.9.30", "", ""]
    assert "像是群众留言" not in send(browser, [HEADS, good]).content.decode()
