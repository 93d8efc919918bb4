from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from xiaohao.exchange import actions, jobs, pages
from xiaohao.exchange.models import Batch, Draft
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests import make
from xiaohao.exchange.wording import SENTENCES
from xiaohao.intake.models import Message
from xiaohao.kernel.acting import Role
from xiaohao.people.models import Holding
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db
BAD = ["104", "", "", "某一天", "这一行的时间读不出来，应当列出。", ""]


@pytest.fixture
def office() -> Holding:
    from xiaohao.ledger.tests.make import unit  # noqa: PLC0415

    return holder(unit("12"), Role.OFFICE)


@pytest.fixture
def browser(office: Holding) -> Client:
    return logged_in(office)


def send(browser: Client, content: bytes, name: str = "热线.xlsx") -> Any:
    file = SimpleUploadedFile(name, content)
    return browser.post(reverse("exchange_import"), {"file": file}, follow=True)


def test_choose_look_say_yes_and_see_what_became_of_it(browser: Client) -> None:
    assert browser.get(reverse("exchange_import")).status_code == 200
    look = send(browser, make.sheet([*make.ROWS, BAD]))
    shown = look.content.decode()
    assert "留言详情" in shown
    assert "路灯不亮" in shown
    assert "某一天" in shown
    assert not Message.objects.exists()
    result = browser.post(look.redirect_chain[-1][0], {"skip": ""}, follow=True)
    assert result.redirect_chain[-1][0] == reverse("exchange_batch", args=[Batch.objects.get().pk])
    assert "某一天" in result.content.decode()
    assert Message.objects.count() == 3
    earlier = browser.get(reverse("exchange_import")).content.decode()
    assert "热线.xlsx" in earlier
    assert "共 1 条" in earlier


def test_a_refused_row_keeps_the_file_out_until_it_is_mended_or_left_out(browser: Client) -> None:
    content = make.sheet([*make.ROWS, BAD])
    here = send(browser, content).redirect_chain[-1][0]
    shown = browser.get(here).content.decode()
    assert 'name="import"' not in shown
    assert 'name="skip"' in shown
    kept = browser.post(here, {"import": ""}, follow=True)
    assert kept.redirect_chain[-1][0] == here
    assert not Message.objects.exists()
    copy = browser.get(f"{here}marked.xlsx").getvalue()
    assert "某一天" in str(sheets(copy)[0][1][4][-1])
    again = send(browser, make.mended(copy, "D5", "2019-09-05")).redirect_chain[-1][0]
    browser.post(again, {"import": ""})
    assert Message.objects.count() == 4
    assert Batch.objects.get().refused == 0
    aside = logged_in(holder(Unit.objects.create(code="99", name="别处", path="zz"), Role.OFFICE))
    assert aside.get(f"{here}marked.xlsx").status_code == 404


def test_a_file_thrown_away_leaves_nothing(browser: Client) -> None:
    look = send(browser, make.sheet())
    browser.post(look.redirect_chain[-1][0], {"give_up": ""})
    assert not Draft.objects.exists()
    assert not Message.objects.exists()
    assert browser.get(look.redirect_chain[-1][0]).status_code == 404


def test_what_cannot_be_read_is_refused_above_the_form(browser: Client) -> None:
    answer = send(browser, b"#!/bin/sh\n", "x.xlsx")
    assert answer.status_code == 422
    assert ".xlsx" in answer.content.decode()
    assert not Draft.objects.exists()


def test_heads_without_a_row_are_no_import(browser: Client) -> None:
    for rows in ([], [[None, " ", ""]], [make.HEAD]):
        answer = send(browser, make.sheet(rows))
        assert answer.status_code == 422
        assert str(SENTENCES["no_rows"]) in answer.content.decode()
    assert not Draft.objects.exists()


def test_where_no_row_can_be_taken_no_button_offers_to(browser: Client) -> None:
    look = send(browser, make.sheet([BAD]))
    assert "某一天" in look.content.decode()
    assert 'name="import"' not in look.content.decode()
    assert 'name="give_up"' in look.content.decode()


def test_nobody_sees_another_ones_upload(browser: Client, office: Holding) -> None:
    look = send(browser, make.sheet())
    address = look.redirect_chain[-1][0]
    other = logged_in(holder(office.post.unit, Role.OFFICE))
    assert other.get(address).status_code == 404
    assert other.post(address, {"import": ""}).status_code == 404
    assert not Message.objects.exists()


def test_an_import_is_seen_from_above_not_from_beside(browser: Client, office: Holding) -> None:
    look = send(browser, make.sheet())
    browser.post(look.redirect_chain[-1][0], {"import": ""})
    address = reverse("exchange_batch", args=[Batch.objects.get().pk])
    aside = Unit.objects.create(code="99", name="别处", level="city", path="zzzzz")
    assert logged_in(holder(aside, Role.OFFICE)).get(address).status_code == 404
    assert logged_in(holder(office.post.unit, Role.OFFICE)).get(address).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICE])
def test_posts_that_may_not_import_find_no_page(office: Holding, role: Role) -> None:
    client = logged_in(holder(office.post.unit, role))
    assert client.get(reverse("exchange_import")).status_code == 404


def test_a_large_file_goes_on_apart_and_tells_how_far_it_is(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "INLINE", 2)
    look = send(browser, make.sheet())
    address = look.redirect_chain[-1][0]
    browser.post(address, {"import": ""})
    browser.post(address, {"import": ""})
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE task_name LIKE 'exchange%'")
        assert cursor.fetchall() == [("exchange.finish",)]
    key = Draft.objects.get().key
    progress = browser.get(reverse("exchange_progress", args=[key]))
    assert "0" in progress.content.decode()
    assert jobs.finish(str(key)) == Batch.objects.get().pk
    onward = browser.get(reverse("exchange_progress", args=[key]))
    result = reverse("exchange_batch", args=[Batch.objects.get().pk])
    assert onward["HX-Redirect"] == result
    assert browser.get(address)["Location"] == result
    assert Message.objects.count() == 3


def test_an_import_that_failed_says_so_and_can_be_tried_again(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = send(browser, make.sheet())
    draft = Draft.objects.get()

    def fail(**_rows: Any) -> None:
        raise RuntimeError("the disk is full")

    actions.begin(draft=draft)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "receive_batch", fail)
        with pytest.raises(RuntimeError):
            actions.finish(key=str(draft.key))
    draft.refresh_from_db()
    assert draft.state == Draft.State.FAILED
    assert draft.fault in browser.get(look.redirect_chain[-1][0]).content.decode()
    browser.post(look.redirect_chain[-1][0], {"import": ""})
    assert Message.objects.count() == 3
