"""What the ledger's workbook says is what the reader understands; without a database."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

import python_calamine
from django.db.models import Model, QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.exchange.ledger_sheet import written
from xiaohao.exchange.rules.cells import Cells
from xiaohao.exchange.rules.ledger import read_ledger
from xiaohao.exchange.rules.ledger_entries import Entry
from xiaohao.exchange.tests.test_round_trip import DAYS, PROBLEM, ordered
from xiaohao.kernel import clock
from xiaohao.ledger.actions import ListedMeasure
from xiaohao.ledger.models import Channel, Cooperation, Measure, Problem, Source, Track
from xiaohao.ledger.tests.make import DAY
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit
from xiaohao.units.queries import TellingNames

NAMES = {
    "street": "梅江街道办事处",
    "twin": "南园街道",
    "east": "河东区",
    "west": "河西区",
    "city": "津城市",
}


class Bare(TellingNames):
    """Every unit by its own name: there is no tree in which it could be another's, too."""

    def look_up(self, units: Iterable[Unit | None]) -> None:
        """Nothing."""


def held(model: type[Model], rows: list[Any]) -> QuerySet[Any]:
    """Rows that were read, as they hang on what they belong to."""
    found: QuerySet[Any] = model._base_manager.none()
    found._result_cache = rows
    return found


def problem(made: dict[str, Any], steps: list[ListedMeasure]) -> Problem:
    """A problem as it is read for the workbook; nothing of it is in a database."""
    row = Problem(
        pk=1, year=2019, round=1, state="registered", reporters=0, returns=0,
        **{name: made[name] for name in (
            "title", "text", "place", "channel", "source", "urgent", "track", "received_at",
            "deadline",
        )},
    )  # fmt: skip
    if made["unit"]:
        row.unit = Unit(pk=1, name=NAMES[made["unit"]])
    measures = [
        Measure(
            pk=10 + n, round=1, text=step.text, owner=step.owner, deadline=step.deadline,
            days=step.days, after=[10 + place for place in step.after],
        )
        for n, step in enumerate(steps)
    ]  # fmt: skip
    helping = [
        Cooperation(pk=n, unit=Unit(pk=n, name=NAMES[name]))
        for n, name in enumerate(made["helpers"], 1)
    ]
    row._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "measures": held(Measure, measures),
        "cooperations": held(Cooperation, helping),
    }
    if made["category"] is not None:
        row.category = Category(pk=1, code="a", name="市容环境")
    return row


def read(content: bytes) -> list[Entry]:
    """The entries of a workbook's first sheet, read in this very process."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = book.get_sheet_by_name(book.sheet_names[0])
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    rows: list[Cells] = [[*row] for row in sheet.iter_rows()]
    found = read_ledger("台账", rows, clock.today(), None, merged)
    assert found.faults == []
    assert found.repeated == []
    assert [entry.doubts for entry in found.entries] == [[]] * len(found.entries)
    return found.entries


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=PROBLEM, steps=ordered())
def test_what_is_written_is_understood(made: dict[str, Any], steps: list[ListedMeasure]) -> None:
    with clock.at(DAY):
        row = problem(made, steps)
        with written([row], [], Bare("")) as file:
            (entry,) = read(file.read())
    assert (entry.title, entry.text, entry.place) == (row.title, row.text, row.place)
    assert entry.number == row.number
    assert entry.channel == str(Channel(row.channel).label)
    assert entry.source == str(Source(row.source).label)
    assert (entry.urgent, entry.spot) == (row.urgent, row.track == Track.SPOT)
    assert (entry.received_at, entry.deadline) == (row.received_at, row.deadline)
    assert list(entry.units) == ([row.unit.name] if row.unit else [])
    assert list(entry.helpers) == [NAMES[name] for name in made["helpers"]]
    assert entry.category == str(row.category or "")
    assert [(s.text, s.owner, s.deadline, s.days, list(s.after)) for s in entry.steps] == [
        (s.text, s.owner, s.deadline, s.days, list(s.after)) for s in steps
    ]


@given(day=DAYS, said=st.sampled_from(["0", "2", "3", "1、2", "前一条", "-1"]))
def test_an_order_that_names_no_earlier_measure_is_refused(day: dt.date, said: str) -> None:
    heads = ["问题", "责任单位", "整改措施", "措施工作日", "前置措施"]
    rows: list[list[Any]] = [
        heads,
        ["路灯不亮", "河西区", "报修", 1, ""],
        ["", "", "换灯", 1, said],
    ]
    found = read_ledger("台账", rows, day)
    assert found.entries == []
    assert {fault.code for fault in found.faults} == {"measure_order_wrong"}
    rows[2][4] = "1"
    (entry,) = read_ledger("台账", rows, day).entries
    assert [step.after for step in entry.steps] == [(), (0,)]
