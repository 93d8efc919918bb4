"""A citizen writes, keeps his receipt, follows his message, and says whether it is solved."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from xiaohao.intake import actions
from xiaohao.intake.models import Message
from xiaohao.intake.queries import sender_of
from xiaohao.intake.tests.make import City
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import picture, walk
from xiaohao.site.tests.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "小区东门外的路灯三个月不亮，老人晚上看不清路。"
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
WIDTHS = pytest.mark.parametrize("width", ["desk", "phone"])


def written(walker: Walker, at: City, width: str) -> Page:
    """The receipt's page, after a message with a place and a photo was sent."""
    page = walker.opens("/board/", width=width)
    page.get_by_label("您遇到了什么问题？").fill(TEXT)
    place = page.get_by_role("combobox", name="地点")
    place.press_sequentially(at.street.code)
    page.get_by_role("option", name=at.street.name).click()
    photo = FilePayload(name="lamp.jpg", mimeType="image/jpeg", buffer=picture(70).read())
    page.locator("#id_photos").set_input_files([photo])
    page.get_by_label("电话").fill("13812345678")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/board/sent/")
    return page


@WIDTHS
def test_from_the_board_to_the_receipt_to_the_status(
    walker: Walker, at: City, width: str, tmp_path: Path
) -> None:
    # Given a citizen who writes, names a place, adds a photo and his number
    walker.reads_aloud(walker.opens("/board/", width=width))
    page = written(walker, at, width)
    # When it has been received, once, with his number sealed and the photo kept
    message = Message.objects.get()
    assert (message.place_unit, message.photos.count()) == (at.street, 1)
    assert sender_of(message).phone == "13812345678"
    # Then he reads his code, and the file of the receipt has the hash that is printed
    walker.reads_aloud(page)
    found = CODE.search(page.locator(".code-large").inner_text())
    assert found
    with page.expect_download() as download:
        page.get_by_role("button", name="下载回执").click()
    file = tmp_path / "receipt.txt"
    download.value.save_as(file)
    expect(page.locator(".hash")).to_have_text(hashlib.sha256(file.read_bytes()).hexdigest())
    # And the link with the code opens its status without leaving the code in the address
    page.get_by_role("link", name="进度链接").click()
    expect(page.locator(".timeline")).to_contain_text("已收到您的留言")
    assert found[0] not in page.url
    walker.reads_aloud(page)
    # And the receipt is found genuine
    page.goto(walker.address + "/board/check-receipt/")
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("status").first).to_contain_text("回执真实")
    walker.reads_aloud(page)


@WIDTHS
def test_a_refused_form_keeps_what_was_typed(walker: Walker, width: str) -> None:
    page = walker.opens("/board/", width=width)
    page.get_by_label("您遇到了什么问题？").fill("灯坏")
    page.get_by_label("电话").fill("没有号码")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("内容太短")
    expect(page.get_by_label("您遇到了什么问题？")).to_have_value("灯坏")
    expect(page.get_by_label("电话")).to_have_value("没有号码")
    walker.reads_aloud(page)
    walker.complaints.clear()  # the browser notes the 422


@WIDTHS
def test_what_others_have_reported_is_joined_with_one_tap(
    walker: Walker, at: City, width: str
) -> None:
    # Given a problem that the office has put on the ledger
    known = actions.receive(text=TEXT, place_unit=at.street).message
    actions.confirm(message=known, by=at.operator, unit=at.street, title="东门外路灯不亮")
    # When somebody else begins to type the same
    page = walker.opens("/board/", width=width)
    page.get_by_label("您遇到了什么问题？").press_sequentially(TEXT)
    offered = page.get_by_role("button", name="我也遇到了")
    expect(offered).to_be_visible()
    walker.reads_aloud(page)
    # Then one tap makes him a reporter with a code of his own
    offered.click()
    page.wait_for_url("**/board/sent/")
    assert Problem.objects.get().reporters == 2


@WIDTHS
def test_his_no_opens_the_problem_again(walker: Walker, at: City, width: str) -> None:
    # Given a fix that another unit has checked
    message = actions.receive(text=TEXT, place_unit=at.street).message
    actions.confirm(message=message, by=at.operator, unit=at.street, title="东门外路灯不亮")
    problem = Problem.objects.get()
    walk(at, problem, "awaiting")
    # When he looks with his code and says that it is not solved
    page = walker.opens("/board/status/", width=width)
    page.get_by_label("查询码").fill(message.code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name="请您评价")).to_be_visible()
    walker.reads_aloud(page)
    page.get_by_text("没有解决", exact=True).click()
    page.get_by_role("group", name="办理结果").get_by_text("不满意").click()
    page.get_by_label("您还想说的话").fill("灯还是不亮")
    page.get_by_role("button", name="提交评价").click()
    # Then he is told what happens now, and the problem is open again
    expect(page.get_by_text("问题已重新打开").first).to_be_visible()
    problem.refresh_from_db()
    assert problem.state == "reopened"
