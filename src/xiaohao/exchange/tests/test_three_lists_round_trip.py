"""The three lists of a programme come back as they went out, and as a hand has written in them."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.campaigns.models import Programme
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.returned import understand_list
from xiaohao.exchange.returning import import_list
from xiaohao.exchange.tests.test_every_list_returns import book
from xiaohao.exchange.tests.test_lists_back import Row, filled
from xiaohao.exchange.tests.test_lists_round_trip import TRIES, kept
from xiaohao.kernel import clock
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.ledger.tests.test_programmes import drive

pytestmark = pytest.mark.django_db
RECTIFICATION = 2
WORDS = st.fixed_dictionaries({"text": kept(500), "owner": kept(120)})
MEASURE = st.tuples(WORDS, WORDS, st.integers(0, 40), st.booleans())
Made = list[tuple[dict[str, str], dict[str, str], int, bool]]


def planned(town: City, made: Made) -> Problem:
    """A problem whose measures follow each other on the days given, some waiting for the last."""
    row = problem(town, programme=Programme.objects.get())
    until = dt.date(2020, 6, 30)
    ledger.move(problem=row, move="refer", by=town.operator, unit=town.street, deadline=until)
    walk(town, row, "accepted")
    day, measures = dt.date(2019, 10, 1), []
    for n, (words, _other, later, waits) in enumerate(made):
        day += dt.timedelta(days=later // 3 + 5)
        measures.append({**words, "deadline": day, "after": [n] if n and waits else []})
    ledger.move(problem=row, move="plan", by=town.handler, measures=measures)
    return row


def words_of(row: Problem) -> list[dict[str, str]]:
    return [{"text": one.text, "owner": one.owner} for one in row.measures.order_by("pk")]


@TRIES
@given(made=st.lists(MEASURE, min_size=1, max_size=3))
def test_what_is_typed_is_what_stands(made: Made) -> None:
    with clock.at(DAY), transaction.atomic():
        town = city()
        drive(town)
        row = planned(town, made)
        before = book(town.office, LISTS["programmes_lists"])
        reading = understand_list(town.handler, before, "三张清单.xlsx")
        assert [remark.message for remark in reading.remarks] == []
        assert (reading.same, reading.changed, reading.fresh) == (3, [], [])

        def change(rows: list[Row]) -> None:
            for line, (_words, other, _later, _waits) in zip(rows, made, strict=True):
                line |= {"整改措施": other["text"], "措施责任人": other["owner"], "改动理由": "改"}

        content = filled(before, change, RECTIFICATION)
        for _again in range(2):
            report: Any = import_list(by=town.handler, source=content)
            assert [error.message for error in report.errors] == []
            assert words_of(row) == [other for _words, other, _later, _waits in made]
        assert report.changed == 0
        transaction.set_rollback(True)
