"""The page on which a list's workbook comes back: what it shows, and what follows from a yes."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaohao.commitments.tests import make
from xiaohao.exchange.models import Batch, Draft
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.tests.test_lists_back import Row, exported, filled, rows_of
from xiaohao.exchange.wording import SENTENCES
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


def test_a_page_whose_list_comes_back_leads_there(town: City) -> None:
    browser = logged_in(holder(town.street, Role.HANDLER))
    # The link beside the list; the menu may have one of its own.
    there = f'no-print" href="{reverse("exchange_import_list")}"'
    assert there in browser.get(reverse("commitments_list")).content.decode()
    assert there in browser.get(reverse("escalation_calls")).content.decode()
    assert there not in browser.get(reverse("ledger_words")).content.decode()
    assert browser.get(reverse("exchange_import_list")).status_code == 200


def test_the_page_shows_each_change_and_writes_on_yes(town: City) -> None:
    with clock.at(DAY):
        project = make.walked(town, "under_way", "project")
        held = holder(town.street, Role.HANDLER)
        browser = logged_in(held)
        book = exported(browser, "commitments_list")
        content = filled(book, lambda rows: rows[0].update({"到位（元）": 700}))
        page = reverse("exchange_import_list")
        sent = browser.post(page, {"file": SimpleUploadedFile("back.xlsx", content)})
        assert sent.status_code == 302, sent.content.decode()[:3000]
        draft = browser.get(sent["Location"])
        text = draft.content.decode()
        assert project.number in text
        assert "700" in text
        project.refresh_from_db()
        assert project.arrived == 0
        done = browser.post(sent["Location"], {"import": ""}, follow=True)
        assert done.status_code == 200
        project.refresh_from_db()
        assert project.arrived == 700
        batch = Batch.objects.get()
        assert (batch.changed, batch.listing) == (1, "commitments_list")
        assert "back.xlsx" in browser.get(page).content.decode()
        assert (
            logged_in(holder(town.street, Role.LEADER))
            .get(reverse("exchange_batch", args=[batch.pk]))
            .status_code
            == 404
        )


def test_refused_rows_may_be_left_out(town: City) -> None:
    with clock.at(DAY):
        first = make.walked(town, "under_way", "project")
        second = make.walked(town, "under_way", "project")

        def change(rows: list[Row]) -> None:
            by = {row["编号"]: row for row in rows}
            by[first.number] |= {"到位（元）": 1000}
            by[second.number] |= {"支出（元）": 9000}

        browser = logged_in(holder(town.street, Role.HANDLER))
        content = filled(exported(browser, "commitments_list"), change)
        sent = browser.post(
            reverse("exchange_import_list"), {"file": SimpleUploadedFile("back.xlsx", content)}
        )
        assert 'name="skip"' in browser.get(sent["Location"]).content.decode()
        browser.post(sent["Location"], {"skip": ""})
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.arrived, second.spent) == (Decimal(1000), Decimal(0))
        batch = Batch.objects.get()
        assert (batch.changed, batch.refused) == (1, 1)
        assert [error["code"] for error in batch.errors] == ["spent_beyond_arrived"]
        again = import_list(by=town.handler, source=content, skip_refused=True)
        assert (again.changed, again.refused, again.batch) == (0, 1, None)


def test_the_marked_copy_tells_each_fault_in_its_row(town: City) -> None:
    with clock.at(DAY):
        make.walked(town, "under_way", "project")
        browser = logged_in(holder(town.street, Role.HANDLER))
        book = exported(browser, "commitments_list")
        content = filled(book, lambda rows: rows[0].update({"支出（元）": 700}))
        sent = browser.post(
            reverse("exchange_import_list"), {"file": SimpleUploadedFile("back.xlsx", content)}
        )
        draft = browser.get(sent["Location"])
        assert 'name="import"' not in draft.content.decode()
        copy = browser.get(sent["Location"] + "marked.xlsx")
        told = rows_of(b"".join(copy))[0]
        assert "到位" in told["核对结果"] or any("到位" in str(value) for value in told.values())
        refused = browser.post(sent["Location"], {"import": ""}, follow=True)
        assert refused.status_code == 200
        assert not Batch.objects.exists()


def test_a_workbook_of_heads_alone_is_refused(town: City) -> None:
    with clock.at(DAY):
        browser = logged_in(holder(town.street, Role.HANDLER))
        content = exported(browser, "commitments_list")
        sent = browser.post(
            reverse("exchange_import_list"), {"file": SimpleUploadedFile("back.xlsx", content)}
        )
        assert sent.status_code == 422
        assert str(SENTENCES["no_rows"]) in sent.content.decode()
        assert not Draft.objects.exists()
