"""The workbooks that the demo's office sends in."""

import datetime as dt

from xiaohao.exchange.rules.due import due
from xiaohao.exchange.rules.ledger_cells import claims_done
from xiaohao.site.demo import sheets
from xiaohao.site.demo.offices import CITY_OFFICES
from xiaohao.site.demo.replay import REFERENCE


def test_the_same_file_is_written_each_time() -> None:
    assert sheets.book("一", sheets.ROWS) == sheets.book("一", sheets.ROWS)


def test_every_unit_of_the_first_file_has_its_word_and_of_the_second_some_have_not() -> None:
    called = {unit for row in sheets.ROWS for unit in row[1:3] if unit}
    assert called == set(sheets.CALLED)
    assert {code.removeprefix("12-").lower() for code in sheets.CALLED.values()} <= {
        office.desk for office in CITY_OFFICES
    }
    assert len({row[1] for row in sheets.MORE} - called) == 2


def test_no_day_has_passed_and_one_of_the_second_cannot_be_read() -> None:
    today = REFERENCE.date()
    for row in sheets.ROWS:
        found = due(row[4], today)
        assert found, row
        assert found.day is None or found.day > today, row
    unread = [row[4] for row in sheets.MORE if due(row[4], today) is None]
    assert unread == ["尽快"]
    assert isinstance(today, dt.date)


def test_some_claim_to_be_done() -> None:
    assert sum(claims_done(row[5]) for row in sheets.ROWS) == 2
