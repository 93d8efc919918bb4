"""Every list goes out as a workbook: what its page shows, for whom it is shown, and no more."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xiaohao.commitments.actions import visit
from xiaohao.commitments.tests import make as commitments
from xiaohao.escalation.tests import make as escalation
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.intake.rules.sender import Sender
from xiaohao.intake.tests import make as intake
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.lookback.actions import find_relapses
from xiaohao.lookback.tests.make import rechecked
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.services.tests import make as services
from xiaohao.triage.models import Category
from xiaohao.units.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


def book(browser: Client, address: str) -> dict[str, list[dict[str, Any]]]:
    """The sheets of a workbook, each row by the words above it."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content[:500]
    found = {}
    for name, rows in sheets(answer.getvalue()):
        head, *below = rows or [[]]
        found[name] = [dict(zip(map(str, head), row, strict=False)) for row in below]
    return found


def address(page: str, query: str = "", **keys: str) -> str:
    return reverse(LISTS[page].address, kwargs=keys or None) + query


def test_messages_go_out_without_who_wrote_them(town: City) -> None:
    with clock.at(DAY):
        who = Sender(name="王小明", phone="13812345678")
        intake.message(text="=路灯坏了，请打13812345678找王小明", sender=who)
        browser = logged_in(holder(town.city, Role.OFFICE))
        rows = book(browser, address("intake_messages"))["留言"]
    assert len(rows) == 1
    text = rows[0]["留言"]
    assert text.startswith("=路灯坏了")
    whole = str(rows)
    assert "13812345678" not in whole
    assert "王小明" not in whole
    assert isinstance(rows[0]["收到时间"], dt.datetime)


def test_the_three_lists_are_three_sheets_of_one_workbook(town: City) -> None:
    with clock.at(DAY):
        programme = drive(town)
        row = walk(town, problem(town, programme=programme), "in_progress")
        walk(town, problem(town, title="不在其中"), "referred")
        browser = logged_in(holder(town.city, Role.OFFICE))
        found = book(browser, address("programmes_lists", code=programme.code))
        page = browser.get(reverse("programmes_lists", args=[programme.code]))
    assert list(found)[:3] == ["问题清单", "责任清单", "整改清单"]
    assert [one["编号"] for one in found["问题清单"]] == [row.number]
    assert [one["编号"] for one in found["责任清单"]] == [row.number]
    measures = row.measures.order_by("pk")
    assert [one["整改措施"] for one in found["整改清单"]] == [one.text for one in measures]
    assert [one["措施期限"] for one in found["整改清单"]] == [m.deadline for m in measures]
    assert address("programmes_lists", code=programme.code) in page.content.decode()


def test_calls_roots_and_rechecks(town: City) -> None:
    with clock.at(DAY):
        called = escalation.called(town)
        root = escalation.pointed(town)
        recheck, _photo = rechecked(town)
        browser = logged_in(holder(town.city, Role.OFFICE))
        calls = book(browser, address("escalation_calls"))["吹哨报到"]
        roots = book(browser, address("escalation_roots"))["病根上移"]
        checks = book(browser, address("lookback_rechecks"))["复核"]
        rounds = book(browser, address("lookback_rounds"))
        none = book(browser, address("lookback_rechecks", "?result=fixed&number=XH-2019-1"))
    assert calls[0]["编号"] == called.call.number
    assert calls[0]["部门"] == called.unit.shown
    assert [one["病根"] for one in roots] == [root.title]
    assert recheck.problem.number in {one["编号"] for one in checks}
    (first, *_about) = rounds.values()
    assert first[0]["轮次"] == recheck.round.number
    assert next(iter(none.values())) == []


def test_units_with_nobody_in_post(town: City) -> None:
    with clock.at(DAY):
        walk(town, problem(town), "accepted")
        rows = book(logged_in(holder(town.city, Role.OFFICE)), address("ledger_unattended"))
        outside = book(logged_in(holder(town.west, Role.OFFICE)), address("ledger_unattended"))
    (row,) = rows["无人在岗"]
    assert (row["编码"], row["未办结问题"], row["其中超期"]) == (town.street.code, 1, 0)
    assert outside["无人在岗"] == []


def test_relapses_go_out_with_what_came_before(town: City) -> None:
    category = Category.objects.order_by("code")[0]
    with clock.at(DAY):
        old = walk(town, problem(town, category=category, place="幸福里3号"), "closed")
    with clock.at(DAY + dt.timedelta(days=9)):
        new = problem(town, category=category, place="幸福里 3号")
        find_relapses()
        rows = book(logged_in(holder(town.city, Role.OFFICE)), address("lookback_relapses"))
        outside = book(logged_in(holder(town.west, Role.OFFICE)), address("lookback_relapses"))
    (row,) = rows["问题复发"]
    assert (row["再次出现"], row["此前销号"], row["销号后天数"]) == (new.number, old.number, 9)
    assert outside["问题复发"] == []


def test_closings_by_verifying_post_go_out_as_counted(town: City) -> None:
    with clock.at(DAY):
        recheck, _photo = rechecked(town)
    with clock.at(recheck.done_at or DAY):
        browser = logged_in(holder(town.east, Role.OFFICE))
        rows = book(browser, address("lookback_verifiers", "?wave=30"))
        outside = book(logged_in(holder(town.west, Role.OFFICE)), address("lookback_verifiers"))
    (row,) = rows["按核验岗位看销号"]
    assert (row["岗位"], row["经其核验销号"], row["已复核"]) == ("VERIFIER", 2, 1)
    assert (row["虚假销号"], row["虚假销号率（估计，%）"]) == (0, "数量太少，看不出")
    assert outside["按核验岗位看销号"] == []


def test_commitments_households_and_needs(town: City) -> None:
    with clock.at(DAY):
        entry = commitments.walked(town, "done")
        home = commitments.household(town, commitments.round_(town, unit=town.street))
        needs = [{"kind": "minimum", "text": "=符合条件但不在册"}]
        visit(household=home, by=town.handler, day=DAY.date(), situation=["ill"], needs=needs)
        browser = logged_in(holder(town.city, Role.OFFICE))
        (entries, *_) = book(browser, address("commitments_list")).values()
        (homes, *_) = book(browser, address("commitments_households")).values()
        (found, *_) = book(browser, address("commitments_needs")).values()
    assert entries[0]["编号"] == entry.number
    assert [one["走访户"] for one in homes] == [home.number]
    assert [one["需求"] for one in found] == ["=符合条件但不在册"]


def test_service_lists_and_calls(town: City) -> None:
    with clock.at(DAY):
        call = services.walked(town, "graded")
        browser = logged_in(holder(town.city, Role.OFFICE))
        (promises, *_) = book(browser, address("services_lists")).values()
        (calls, *_) = book(browser, address("services_calls", "?which=graded")).values()
        (none, *_) = book(browser, address("services_calls", "?which=declined")).values()
        outside = logged_in(holder(town.west, Role.OFFICE))
        (others, *_) = book(outside, address("services_calls")).values()
    assert [one["服务事项"] for one in promises] == [call.service.title]
    assert [(one["编号"], one["评价"]) for one in calls] == [(call.number, 5)]
    assert none == others == []


def test_each_list_has_its_link_and_its_workbook_only_for_whom_it_is_shown(town: City) -> None:
    with clock.at(DAY):
        programme = drive(town)
        Line.objects.create(code="civil", name="民政")
        keys = {"programmes_lists": {"code": programme.code}, "units_line": {"code": "civil"}}
        for role in (Role.OFFICE, Role.ADMINISTRATOR):
            held = holder(town.city, role)
            browser, actor = logged_in(held), held.post.actor()
            for page, what in LISTS.items():
                at = address(page, **keys.get(page, {}))
                shown = browser.get(reverse(page, kwargs=keys.get(page)) + "?q=x&cursor=")
                wanted = 200 if what.may(actor) else 404
                answer = browser.get(at)
                answer.getvalue()  # reads the file to its end, and closes it
                assert answer.status_code == wanted, (role, page)
                assert shown.status_code == wanted, (role, page)
                assert (f'href="{at}?q=x"' in shown.content.decode()) == (wanted == 200), page


def test_a_list_is_narrowed_as_its_page_is(town: City) -> None:
    with clock.at(DAY):
        browser = logged_in(holder(town.city, Role.ADMINISTRATOR))
        (every, *_) = book(browser, address("units_list")).values()
        (found, *_) = book(browser, address("units_list", f"?q={town.street.code}")).values()
        (posts, *_) = book(browser, address("people_posts")).values()
        (none, *_) = book(browser, address("people_posts", "?q=nobody-at-all")).values()
    assert [one["编码"] for one in found] == [town.street.code]
    assert len(every) > 1
    assert posts
    assert none == []


def test_nobody_gets_rows_that_he_does_not_see(town: City) -> None:
    with clock.at(DAY):
        rechecked(town)
        commitments.walked(town, "done")
        outside = logged_in(holder(town.west, Role.OFFICE))
        for page in ("commitments_list", "lookback_rounds", "ledger_words", "escalation_calls"):
            first, *_about = book(outside, address(page)).values()
            assert first == [], page


def test_too_many_rows_are_refused_in_words(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaohao.exchange.lists.base.MOST_ROWS", 1)
    with clock.at(DAY):
        browser = logged_in(holder(town.city, Role.OFFICE))
        answer = browser.get(address("units_list"))
    assert answer.status_code == 422
    assert "1" in answer.content.decode()
