"""An import that was a mistake is taken back, and its file comes in again."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.models import Batch, Line
from xiaohao.exchange.tests.test_ledger_import import HEADS, book
from xiaohao.figures.queries import check, value
from xiaohao.kernel.acting import Role
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import City, city
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


def rows(town: City) -> bytes:
    unit = town.street.name
    return book(
        [HEADS, *([n, f"路灯{n}不亮", unit, "", "", "", "2019.9.30", "", ""] for n in (1, 2, 3))]
    )


def test_what_was_withdrawn_comes_in_again(town: City) -> None:
    content = rows(town)
    import_ledger(by=town.office, source=content)
    first, second, third = Problem.objects.order_by("pk")
    for row in (first, second):
        actions.move(problem=row, move="withdraw", by=town.office, reason="文件拿错了")
    again = import_ledger(by=town.office, source=content)
    assert (again.imported, again.already, again.refused) == (2, 1, 0)
    assert Problem.objects.count() == 5
    assert Line.objects.filter(freed=True).count() == 2
    once_more = import_ledger(by=town.office, source=content)
    assert (once_more.imported, once_more.already) == (0, 3)
    assert value("ledger.registered", town.city) == 3
    assert value("ledger.withdrawn", town.city) == 2
    report = check()
    assert report.differences == 0, report.examples
    assert not list(faults(Checked()))
    assert third.state == "referred"


def test_a_row_is_let_go_only_of_what_was_withdrawn(town: City) -> None:
    import_ledger(by=town.office, source=rows(town))
    line = Line.objects.order_by("pk")[0]
    with pytest.raises(DatabaseError, match="stays as it came in"), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(freed=True)
    with pytest.raises(DatabaseError, match="stays as it came in"), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(row=99)
    with pytest.raises(DatabaseError), transaction.atomic():
        line.delete()


def test_an_import_is_looked_at_as_a_whole_and_taken_back(town: City) -> None:
    import_ledger(by=town.office, source=rows(town), name="错.xlsx")
    row = Problem.objects.order_by("pk")[0]
    actions.move(problem=row, move="accept", by=town.handler)
    browser = logged_in(holder(town.city, Role.OFFICE))
    here = reverse("exchange_batch", args=[Batch.objects.get().pk])
    assert reverse("ledger_bulk") in browser.get(here).content.decode()
    east = logged_in(holder(town.east, Role.OFFICE))
    assert east.get(here).status_code == 404
    said = {"move": "withdraw", "all": "1", "query": f"import={Batch.objects.get().pk}&state=open"}
    look = browser.post(reverse("ledger_bulk"), said, follow=True)
    text = look.content.decode()
    assert row.number in text  # with what stands in its way
    assert Problem.objects.filter(state="withdrawn").count() == 0
    there = look.redirect_chain[-1][0]
    browser.post(there, {"reason": "文件拿错了", "carry_out": "1"}, follow=True)
    assert Problem.objects.filter(state="withdrawn").count() == 2
    shown = browser.get(here).content.decode()
    assert "state=withdrawn" in shown
    assert reverse("ledger_bulk") not in shown  # nothing is left that could be
