"""Workbooks made to break in: what a sheet says that no office program would write."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xiaohao.commitments.models import Entry
from xiaohao.commitments.tests import make
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.marked import marked
from xiaohao.exchange.models import Batch
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.tests.make import Sheets, workbook
from xiaohao.exchange.tests.test_every_list_returns import book
from xiaohao.exchange.tests.test_lists_back import NEW
from xiaohao.exchange.tests.test_lists_back import filled as filled_in
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db
MARKER = 987654321.5


@pytest.fixture
def town() -> City:
    return city()


def rewritten(content: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text inside its files replaced, as no program would write it."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            said = given.read(name)
            made.writestr(name, said.replace(old.encode(), new.encode()) if part in name else said)
    assert target.getvalue() != content
    return target.getvalue()


def twice(content: bytes, row: dict[str, Any]) -> bytes:
    """The workbook of a list with a row added, and the same sheet again."""
    name, (head, *below) = sheets(content)[0]
    added = [row.get(str(key), "") for key in head]
    return workbook({name: [head, *below, added], "again": [head, *below, added]})


def test_a_new_row_in_two_sheets_is_one_new_record(town: City) -> None:
    with clock.at(DAY):
        make.entry(town)
        content = twice(
            book(town.office, LISTS["commitments_list"]), {**NEW, "单位": town.street.name}
        )
        report = import_list(by=town.office, source=content, skip_refused=True)
        assert (report.imported, Entry.objects.count()) == (1, 2)


def test_a_record_in_two_sheets_is_changed_by_one(town: City) -> None:
    with clock.at(DAY):
        entry = make.walked(town, "under_way", "project")
        name, (head, *below) = sheets(book(town.handler, LISTS["commitments_list"]))[0]
        place = list(map(str, head)).index("到位（元）")
        pages: Sheets = {}
        for page, amount in (("before", ""), (name, 700), ("again", 900)):
            rows = [list(row) for row in below]
            rows[0][place] = amount or rows[0][place]
            pages[page] = [head, *rows]
        report = import_list(by=town.handler, source=workbook(pages), skip_refused=True)
        assert [(one.row, one.sheet, one.code) for one in report.errors] == [
            (2, "again", "list_twice")
        ]
        entry.refresh_from_db()
        assert entry.arrived == 700


@pytest.mark.parametrize("word", ["NaN", "inf", "-inf", "1e400"])
@pytest.mark.parametrize("column", ["版本", "到位（元）", "期限"])
def test_what_is_no_number_stands_in_the_way_of_its_row_alone(
    town: City, word: str, column: str
) -> None:
    with clock.at(DAY):
        entry = make.walked(town, "under_way", "project")

        def change(rows: list[dict[str, Any]]) -> None:
            rows[0].update({"事项": "别的"}, **{column: MARKER})

        content = filled_in(book(town.handler, LISTS["commitments_list"]), change)
        content = rewritten(content, "worksheets/sheet", f"<v>{MARKER}</v>", f"<v>{word}</v>")
        reading = understand_list(town.handler, content, "x.xlsx")
        assert (len(reading.changed), reading.refused + reading.older) == (0, 1)
        with marked(reading, content, "x.xlsx") as copy:
            assert sheets(copy.read())
        report = import_list(by=town.handler, source=content)
        assert not report.changed
        entry.refresh_from_db()
        assert entry.arrived == 0


def test_the_marked_copy_stands_whatever_its_sheets_are_called(town: City) -> None:
    with clock.at(DAY):
        make.entry(town)
        _name, rows = sheets(book(town.office, LISTS["commitments_list"]))[0]
        content = workbook({"plain": rows})
        title = "a" * 30 + "&apos;b"
        content = rewritten(content, "workbook.xml", 'name="plain"', f'name="{title}"')
        with marked(understand_list(town.office, content, "x.xlsx"), content, "x.xlsx") as copy:
            assert sheets(copy.read())


def sent(browser: Client, content: bytes) -> str:
    file = SimpleUploadedFile("back.xlsx", content)
    answer = browser.post(reverse("exchange_import_list"), {"file": file})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_who_holds_a_post_is_not_told_to_those_who_import_other_things(town: City) -> None:
    with clock.at(DAY):
        held = holder(town.street, Role.HANDLER)
        admin = holder(town.city, Role.ADMINISTRATOR)
        by = admin.post.actor(account_id=admin.account_id)

        def change(rows: list[dict[str, Any]]) -> None:
            row = next(one for one in rows if one["编码"] == held.post.code)
            row["担任者"] = "别人"
            next(one for one in rows if one["编码"] != held.post.code)["已启用"] = "否"

        posts = filled_in(book(by, LISTS["people_posts"]), change)
        units = sheets(book(by, LISTS["units_list"]))[0][1]
        content = workbook({"units": units, "posts": sheets(posts)[0][1]})
        page = sent(logged_in(admin), content)
        logged_in(admin).post(page, {"skip": "1", "import": ""})
        batch = Batch.objects.get()
        assert str(held.account) in str(batch.errors)
        address = reverse("exchange_batch", args=[batch.pk])
        assert logged_in(admin).get(address).status_code == 200
        office = logged_in(holder(town.city, Role.OFFICE))
        assert office.get(address).status_code == 404
        assert office.get(page).status_code == 404
        assert address not in office.get(reverse("exchange_import_list")).content.decode()
