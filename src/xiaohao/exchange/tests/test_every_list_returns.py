"""Every list that goes out comes back as the same records, or says in words why it does not."""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from xiaohao.campaigns.models import Programme
from xiaohao.commitments import actions as commitments
from xiaohao.commitments.tests import make as promised
from xiaohao.escalation.actions import answer
from xiaohao.escalation.models import Summons
from xiaohao.escalation.tests import make as escalation
from xiaohao.exchange.lists import LEDGER, LISTS
from xiaohao.exchange.lists.base import Listing, book_of
from xiaohao.exchange.marked import marked
from xiaohao.exchange.recognising import recognised
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules import cells
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.make import Sheets, workbook
from xiaohao.intake.rules.sender import Sender
from xiaohao.intake.tests import make as intake
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.tests.make import DAY, City, actor, city, problem, unit, walk
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.lookback.tests.make import NEXT, rechecked

pytestmark = pytest.mark.django_db
LANGUAGES = ["zh-hans", "en"]
# Of each list, the role from whose post it is sent: the one that sees all of it.
SENDERS = {"people_posts": Role.ADMINISTRATOR}


@pytest.fixture
def town() -> City:
    """A city in which every list has something to show."""
    town = city()
    rechecked(town)
    with clock.at(DAY):
        escalation.called(town)
        escalation.pointed(town)
        intake.message(text="=路灯坏了，请找王小明", sender=Sender(name="王小明"))
        _promises(town)
        _programme(town)
        _answered(town)
    return town


def asked(by: Any, page: str) -> int:
    """How many queries it takes to hold the list's workbook against the record."""
    content = book(by, LISTS[page])
    with CaptureQueriesContext(connection) as queries:
        assert understand_list(by, content, "x.xlsx").refused == 0
    return len(queries)


def _promises(town: City) -> None:
    for kind in ("project", "petition", "weak"):
        promised.walked(town, "under_way", kind)
    needs = [{"kind": "minimum", "text": "=符合条件但不在册"}, {"kind": "work", "text": "找活"}]
    commitments.visit(
        household=promised.household(town), by=town.handler, day=DAY.date(),
        situation=["ill", "alone"], note="家中有病人", needs=needs,
    )  # fmt: skip


def _programme(town: City) -> None:
    programme = drive(town, about="=乱停车\n占用消防通道")
    walk(town, problem(town, programme=programme), "referred")
    row = walk(town, problem(town, programme=programme), "in_progress")
    day = DAY.date()
    more = [
        {"text": f"措施{n}", "owner": "城管科", "deadline": day.replace(day=20 + n)}
        for n in range(3)
    ]
    ledger.move(problem=row, move="add_measures", by=town.handler, measures=more)
    walk(town, problem(town, programme=programme), "closed")


def _answered(town: City, source: int = 7) -> None:
    row = problem(town, reporters=[("intake.message", source)])
    walk(town, row, "awaiting")
    ledger.answer(
        label="intake.message", source_id=source, answer="solved", response="good", result="fair",
        words="=灯亮了",
    )  # fmt: skip


def sender(town: City, page: str) -> Any:
    role = SENDERS.get(page)
    return actor(f"SENDER-{page}", town.city, role, 90) if role else town.office


def keys_of(page: str) -> dict[str, str]:
    return {"code": Programme.objects.get().code} if LISTS[page].key else {}


def book(by: Any, what: Listing) -> bytes:
    with book_of(by, what, what.rows(by, QueryDict(), **keys_of(what.page)), []) as file:
        return file.read()


def things(content: bytes, what: Listing) -> int:
    """Rows of the workbook that have something in the column by which they are known."""
    count = 0
    for (_name, (head, *below)), sheet in zip(sheets(content), what.sheets, strict=False):
        place = list(map(str, head)).index(str(sheet.identifying.head))
        count += sum(row[place] not in (None, "") for row in below)
    return count


def test_every_sheet_comes_back_or_says_why_not() -> None:
    for page, what in LISTS.items():
        for sheet in what.sheets:
            assert bool(sheet.back) != bool(sheet.stays), (page, str(sheet.name))
            if sheet.back:
                assert sheet.back.where, page
                assert sheet.identifying.key == sheet.back.key, page
                assert not sheet.back.part or (sheet.parting and sheet.parting.below), page
                hand = sheet.back.hand
                named = {column.key for column in sheet.columns}
                assert not hand or {*hand.may_change, *hand.new} <= named, page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_comes_back_as_the_same_records(town: City, language: str) -> None:
    with clock.at(NEXT), override(language):
        for page, what in LISTS.items():
            if any(sheet.stays for sheet in what.sheets):
                continue
            by = sender(town, page)
            content = book(by, what)
            with override("en" if language == "zh-hans" else "zh-hans"):
                reading = understand_list(by, content, "back.xlsx")
            count = things(content, what)
            assert count >= len(what.sheets), page
            assert [remark.message for remark in reading.remarks] == [], page
            assert (reading.same, reading.older, reading.refused) == (count, 0, 0), page
            assert reading.changed + reading.fresh == [], page
            assert {found.listing.page for found in reading.sheets} == {page}
            report = import_list(by=by, source=content)
            assert (report.imported, report.changed, report.already) == (0, 0, count), page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_is_told_from_all_others_by_its_heads(town: City, language: str) -> None:
    for page, what in LISTS.items():
        by = sender(town, page)
        for sheet in what.sheets:
            with override(language):
                heads: cells.Cells = [str(column.head) for column in sheet.columns]
            if sheet.stays:
                with pytest.raises(Refused) as refused:
                    recognised(by, "?", [heads])
                assert refused.value.unmet[0].code == "list_stays"
                continue
            found = recognised(by, "?", [["标题行"], heads])
            assert found is not None, page
            assert (found.listing.page, found.sheet) == (page, sheet)
            assert len(found.places) == len({cells.head(head) for head in heads})


def test_messages_and_the_ledger_say_in_words_why_they_stay(town: City) -> None:
    with clock.at(DAY):
        content = book(town.office, LISTS["intake_messages"])
        with pytest.raises(Refused) as refused:
            import_list(by=town.office, source=content)
        assert "隐去来信人信息" in str(refused.value.unmet[0].message)
        heads = [str(column.head) for column in LEDGER.sheets[0].columns]
        with pytest.raises(Refused) as refused:
            import_list(by=town.office, source=workbook({"台账": [heads]}))
        assert "“台账”页" in str(refused.value.unmet[0].message)


def test_a_longer_list_costs_no_more_queries(town: City) -> None:
    pages = ["ledger_words", "programmes_lists", "escalation_calls", "units_list", "people_posts"]
    with clock.at(DAY):
        clerk = actor("CLERK", town.city, Role.ADMINISTRATOR, 96)
        senders = {page: clerk if page == "people_posts" else town.office for page in pages}
        before = {page: asked(by, page) for page, by in senders.items()}
        for n in range(3):
            _answered(town, 8 + n)
            walk(town, problem(town, programme=Programme.objects.get()), "in_progress")
            escalation.called(town)
            actor(f"MORE-{n}", unit(f"1299{n}", town.city, "county"), Role.HANDLER, 97 + n)
        assert {page: asked(by, page) for page, by in senders.items()} == before


# Units are open to everybody, a programme of the city binds its districts, and what never returns
# is not known there either.
OPEN = {"units_list", "programmes_list"} | {
    page for page, what in LISTS.items() if any(sheet.stays for sheet in what.sheets)
}


def test_what_a_stranger_may_not_see_is_not_there(town: City) -> None:
    with clock.at(NEXT):
        for page in sorted(set(LISTS) - OPEN):
            content = book(sender(town, page), LISTS[page])
            role = SENDERS.get(page, Role.OFFICE)
            report = import_list(by=actor(f"OUT-{page}", town.west, role, 91), source=content)
            assert {one.code for one in report.errors} == {"list_unknown"}, page
            assert report.refused == len(report.errors), page
            own = report.already if page == "people_posts" else 0
            assert report.refused + own == things(content, LISTS[page]), page


def altered(content: bytes, sheet: int, row: int, head: str, value: Any) -> bytes:
    """The workbook with another value in the cell of that row (from 1, the head) and head."""
    found: Sheets = {}
    for n, (name, rows) in enumerate(sheets(content)):
        made = [list(one) for one in rows]
        if n == sheet:
            made[row - 1][list(map(str, made[0])).index(head)] = value
        found[name] = made
    return workbook(found)


def test_a_cell_of_a_part_is_told_in_its_own_row(town: City) -> None:
    """The third measure of a problem stands three rows below it, on the page and in the copy."""
    with clock.at(NEXT):
        what = LISTS["programmes_lists"]
        content = book(town.office, what)
        _name, (head, *below) = sheets(content)[2]
        place = list(map(str, head)).index("整改措施")
        row = 2 + [line[place] for line in below].index("措施1")
        content = altered(content, 2, row, "措施完成时间", "2019-09-12 08:00")
        report = import_list(by=town.office, source=content)
        assert [(one.row, one.column, one.code) for one in report.errors] == [
            (row, "措施完成时间", "list_fixed")
        ]
        reading = understand_list(town.office, content, "x.xlsx")
        with marked(reading, content, "x.xlsx") as copy:
            (_one, _two, (_title, rows), *_rest) = sheets(copy.read())
        told = [n for n, line in enumerate(rows, 1) if "不能用表格改" in str(line[-1])]
        assert told == [row]


def test_a_part_is_known_by_its_number_whatever_stands_between(town: City) -> None:
    """A measure whose row was taken out shifts none of the others against another."""
    with clock.at(NEXT):
        what = LISTS["programmes_lists"]
        content = book(town.office, what)
        found: Sheets = dict(sheets(content))
        (_one, _two, title, *_rest) = found
        place = list(map(str, found[title][0])).index("整改措施")
        found[title] = [line for line in found[title] if line[place] != "措施0"]
        reading = understand_list(town.office, workbook(found), "x.xlsx")
        assert (reading.remarks, reading.changed, reading.fresh) == ([], [], [])


def test_merged_cells_may_be_parted_and_filled_down(town: City) -> None:
    with clock.at(NEXT):
        what = LISTS["programmes_lists"]
        found: Sheets = dict(sheets(book(town.office, what)))
        (_one, _two, title, *_rest) = found
        below = {str(column.head) for column in what.sheets[2].columns if column.below}
        above = [n for n, head in enumerate(found[title][0]) if str(head) not in below]
        filled = [list(line) for line in found[title]]
        for line, before in zip(filled[1:], filled, strict=False):
            for n in above if line[0] in (None, "") else ():
                line[n] = before[n]
        assert filled != found[title]
        found[title] = filled
        reading = understand_list(town.office, workbook(found), "x.xlsx")
        assert (reading.remarks, reading.changed, reading.fresh) == ([], [], [])
        place = list(map(str, filled[0])).index("问题")
        filled[-1][place] = "别的问题"
        report = import_list(by=town.office, source=workbook(found))
        assert {one.code for one in report.errors} <= {"list_twice", "list_fixed"}
        assert report.refused


def test_what_moved_on_since_is_older_and_asks_for_nothing(town: City) -> None:
    with clock.at(DAY):
        content = book(town.office, LISTS["escalation_calls"])
        summons = Summons.objects.get()
        department = actor("DEPARTMENT", summons.unit, Role.HANDLER, 92)
        answer(summons=summons, by=department, comes=True)
        reading = understand_list(town.office, content, "x.xlsx")
        assert (reading.older, reading.same, reading.refused) == (1, 0, 0)


def test_a_count_that_went_on_is_told_and_keeps_nothing_out(town: City) -> None:
    with clock.at(DAY):
        content = book(town.office, LISTS["programmes_list"])
        walk(town, problem(town, programme=Programme.objects.get()), "referred")
        report = import_list(by=town.office, source=content)
        assert (report.refused, report.already) == (0, 1)
        assert {one.code for one in report.errors} == {"list_moved"}
        assert {one.column for one in report.errors} == {"发现问题", "在办"}
