"""The real sheets beside the project, as they are; left out where they are not there."""

import datetime as dt
from pathlib import Path

import pytest

from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.rules.messages import Sheet, read_sheet
from xiaohao.exchange.rules.tables import tables
from xiaohao.exchange.understanding import understand
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import city

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"
TODAY = dt.date(2026, 1, 1)

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not SHARED.exists(), reason="the real sheets are not beside the project"),
]


def read(name: str) -> list[Sheet]:
    path = SHARED / name
    found = tables(path.read_bytes(), is_text=path.suffix == ".csv")
    return [read_sheet(title, rows, TODAY) for title, rows in found]


@pytest.mark.parametrize(
    ("name", "taken", "refused", "repeated", "dated"),
    [
        ("messages/board_labelled.csv", 3198, 1, 3, 1035),
        ("messages/board_with_replies.xlsx", 2816, 0, 0, 2816),
        ("messages/hotline_river_tickets.csv", 732, 0, 0, 732),
        ("excel/hotline_export.xlsx", 1202, 0, 0, 0),
        ("excel/hotline_coded_mixed_sheets.xlsx", 261, 0, 0, 261),
        ("excel/leaders_board.xlsx", 120, 0, 0, 120),
    ],
)
def test_every_real_sheet_is_taken_as_it_is(
    name: str, taken: int, refused: int, repeated: int, dated: int
) -> None:
    (sheet,) = read(name)
    assert (len(sheet.entries), sheet.refused, len(sheet.repeated)) == (taken, refused, repeated)
    assert sum(entry.received_at is not None for entry in sheet.entries) == dated


@pytest.mark.parametrize(
    "name", ["excel/forms_sample.xls", "excel/forms_module.xls", "reference/category_tree.xlsx"]
)
def test_forms_and_lists_of_other_things_hold_no_messages(name: str) -> None:
    assert all(sheet.layout is None for sheet in read(name))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("hotline_export.xlsx", 1202),
        ("hotline_coded_mixed_sheets.xlsx", 261),
        ("leaders_board.xlsx", 120),
    ],
)
def test_every_ticket_of_a_real_workbook_comes_onto_the_ledger_once(name: str, rows: int) -> None:
    path = SHARED / "excel" / name
    with clock.at(dt.datetime(2026, 1, 1, 9, tzinfo=clock.ZONE)):
        town = city()
        done = import_ledger(by=town.office, source=path)
        assert (done.imported, done.already, done.refused) == (rows, 0, 0)
        again = import_ledger(by=town.office, source=path)
        assert (again.imported, again.already, again.refused) == (0, rows, 0)
    assert Problem.objects.count() == rows


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["forms_sample.xls", "forms_module.xls"])
def test_forms_are_no_ledger(name: str) -> None:
    town = city()
    with pytest.raises(Refused) as refused:
        understand(town.office, (SHARED / "excel" / name).read_bytes(), name)
    assert refused.value.unmet[0].code == "no_ledger"
