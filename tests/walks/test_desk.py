"""The operator works the queue off without a mouse, takes calls, and looks at a sender."""

import re

import pytest
from playwright.sync_api import expect

from xiaohao.intake.models import Message, State
from xiaohao.intake.tests.make import SENDER, City, message
from xiaohao.ledger.models import Problem
from xiaohao.site.tests.walker import Walker
from xiaohao.trail.models import Event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_queue_is_worked_off_by_keys(walker: Walker, at: City) -> None:
    # Given two messages, about which triage does not know enough
    first, second = message(), message(text="公园的健身器材坏了，没有人来修")
    page = walker.opens_as(at.operator, "/triage/")
    walker.reads_aloud(page)
    # When the operator confirms with nothing filled in, he is told, and nothing happens
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("请选择能办这件事的单位")
    walker.complaints.clear()  # the browser notes the 422
    # When he goes to the unit with one key, names it, and confirms
    page.keyboard.press("e")
    page.keyboard.type(at.street.code)
    expect(page.get_by_role("option", name=at.street.name)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    # Then the next one is in hand, and the first can be taken back with one key
    page.wait_for_url(re.compile(f"/triage/{second.pk}/"))
    expect(page.locator(".toast-line")).to_contain_text(at.street.name)
    walker.reads_aloud(page)
    page.keyboard.press("u")
    page.wait_for_url(re.compile(f"/triage/{first.pk}/"))
    first.refresh_from_db()
    assert first.state == State.WAITING
    assert not Problem.objects.exists()
    # And j and s go to the next and set it aside
    page.keyboard.press("j")
    page.wait_for_url(re.compile(f"/triage/{second.pk}/"))
    page.keyboard.press("s")
    page.wait_for_url(re.compile("done="))
    second.refresh_from_db()
    assert second.state == State.DECIDED


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_pages_of_the_desk_read_well(walker: Walker, at: City, width: str) -> None:
    row = message()
    for place in ("/triage/", f"/messages/{row.pk}/", "/messages/", "/suggestions/", "/calls/"):
        walker.reads_aloud(walker.opens_as(at.operator, place, width))


def test_a_call_is_taken_by_keys(walker: Walker, at: City) -> None:
    page = walker.opens_as(at.operator, "/calls/")
    page.keyboard.type("小区的电梯停了两天，老人下不了楼")
    page.keyboard.press("Alt+n")
    page.keyboard.type("李女士")
    page.keyboard.press("Tab")
    page.keyboard.type("13900001111")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".code-read")).to_be_visible()
    row = Message.objects.get()
    shown = page.locator(".code-read").inner_text()
    assert row.code in shown.replace("-", "")
    walker.reads_aloud(page)


def test_a_sender_is_looked_at_for_a_reason(walker: Walker, at: City) -> None:
    row = message(text="小区门口的路灯三个月没有亮")
    page = walker.opens_as(at.operator, f"/messages/{row.pk}/")
    expect(page.get_by_text(SENDER.phone)).to_have_count(0)
    page.get_by_label("查看理由").fill("电话核实地点")
    page.get_by_role("button", name="查看留言人").click()
    expect(page.get_by_text(SENDER.phone)).to_be_visible()
    assert Event.objects.get(label="intake.contact").data["reason"] == "电话核实地点"
    walker.reads_aloud(page)
