"""What a file repeats is told apart from what is there; days without a year; closed units."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaohao.exchange import bringing
from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.models import Batch
from xiaohao.exchange.rules.alike import alike, as_day, typed
from xiaohao.exchange.tests.make import workbook
from xiaohao.exchange.understanding import Understanding, understand
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.beside import beside
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.units.actions import close
from xiaohao.units.queries import stay_in_use

HEAD = ["问题表现", "责任单位", "整改时限"]
LIGHT = ["小区门口的路灯不亮", "单位1202", "2019-10-31"]
WASTE = ["菜场后门的垃圾没人清运", "单位1202", "2019-10-31"]
ROAD = ["学校门前没有人行横道", "单位120101", "2019-10-31"]
TODAY = dt.date(2019, 9, 10)


def ledger(*rows: Any) -> bytes:
    return workbook({"台账": [HEAD, *rows]})


@pytest.fixture
def town(db: None) -> City:
    return city()


def test_repeated_rows_are_told_apart_from_those_on_the_ledger(town: City) -> None:
    with clock.at(DAY):
        import_ledger(by=town.office, source=ledger(LIGHT), name="x.xlsx")
        content = ledger(LIGHT, WASTE, WASTE, ROAD, WASTE, LIGHT)
        reading = understand(town.office, content, "y.xlsx")
        assert (reading.there, reading.repeated, reading.already) == (1, ["4", "6", "7"], 4)
        browser = logged_in(holder(town.city, Role.OFFICE))
        file = SimpleUploadedFile("y.xlsx", content)
        sent = browser.post(reverse("exchange_import_ledger"), {"file": file})
        page = browser.get(sent["Location"]).content.decode()
        assert "第 4, 6, 7 行" in page
        report = import_ledger(by=town.office, source=content, name="y.xlsx")
    assert report.repeated == ["4", "6", "7"]
    assert report.as_data()["repeated"] == 3
    assert (report.imported, report.already, report.refused) == (2, 4, 0)


@pytest.mark.parametrize(
    ("cell", "kept", "ahead", "day"),
    [
        ("10月31日", dt.date(2019, 10, 31), False, "2019-10-31"),
        ("10月31日", dt.date(2019, 9, 30), True, "2019-10-31"),
        ("1月5日", dt.date(2019, 12, 20), True, "2020-01-05"),
        ("10月31日", None, True, "2019-10-31"),
        ("3月1日", None, True, "2020-03-01"),
        ("10月31日", None, False, "2018-10-31"),
        ("9月10日", None, True, "2019-09-10"),
        ("2月29日", dt.date(2020, 2, 1), True, "2020-02-29"),
        ("2018年10月31日", dt.date(2019, 10, 31), True, "2018-10-31"),
        ("2018-10-31", None, True, "2018-10-31"),
    ],
)
def test_a_day_without_a_year_lies_where_it_is_meant(
    cell: str,
    kept: dt.date | None,
    ahead: bool,  # noqa: FBT001
    day: str,
) -> None:
    assert typed("day", cell, TODAY, kept, ahead=ahead) == day
    if kept and kept.isoformat() == day:
        assert alike("day", kept, cell, TODAY)


def test_what_is_no_day_stays_what_was_typed() -> None:
    assert as_day("月底", TODAY, TODAY, ahead=True) is None
    assert typed("day", "2月31日", TODAY, None, ahead=True) == "2月31日"


def test_a_unit_that_was_closed_meanwhile_keeps_the_file_out(town: City) -> None:
    """The file is understood before the unit is closed, and written after."""
    with clock.at(DAY), beside() as begin:
        coming = Understanding(town.office, ledger(LIGHT, ROAD), "x.xlsx")
        batch = Batch(post_id=town.office.post_id, name="x.xlsx", sha256="0" * 64, imported_at=DAY)
        passing = bringing._Passing(town.office, coming, batch, skips=False)
        some = [one for block in coming.blocks(begin) for one in block]
        close(unit=town.west, by=SYSTEM)
        with pytest.raises(Refused) as refused:
            passing.hold(some)
    assert refused.value.unmet[0].code == "unit_closed"
    assert town.west.shown in str(refused.value.unmet[0].message)
    assert Problem.objects.count() == 0


def test_units_stay_in_use_as_one_asks(town: City) -> None:
    with clock.at(DAY):
        asked = [town.street.pk, town.west.pk, 10**9]
        assert stay_in_use(asked) == {town.street.pk, town.west.pk}
        close(unit=town.west, by=SYSTEM)
        assert stay_in_use(asked) == {town.street.pk}


def test_units_of_an_import_are_held_before_its_rows_are_written(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[int] = set()

    def held(units: Iterable[int]) -> set[int]:
        seen.update(units)
        return stay_in_use(units)

    monkeypatch.setattr(bringing, "stay_in_use", held)
    with clock.at(DAY):
        import_ledger(by=town.office, source=ledger(LIGHT, WASTE, ROAD), name="x.xlsx")
    assert seen == {town.west.pk, town.street.pk}
