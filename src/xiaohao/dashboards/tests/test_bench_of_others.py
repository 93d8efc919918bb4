"""Work of other rooms and of other units: households to be asked, problems helped with."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from xiaohao.commitments import actions as commitments
from xiaohao.commitments.tests import make as visits
from xiaohao.commitments.tests.test_words import asked
from xiaohao.dashboards import queries
from xiaohao.dashboards.tests import make
from xiaohao.figures.queries import value
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.narrowing import Filters
from xiaohao.ledger.tests.make import DAY, City, problem, walk
from xiaohao.ledger.totals import totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[City]:
    with clock.at(DAY):
        yield visits.city()


def sections(actor: object) -> dict[str, int]:
    return {one.key: one.count for one in queries.bench(actor).sections}  # type: ignore[arg-type]


def test_a_household_to_be_asked_lies_on_the_bench_of_whoever_may_ask(town: City) -> None:
    need, row = asked(town)
    everybody = [town.office, town.operator, town.handler, town.leader, town.verifier]
    able = []
    for who in [*everybody, town.district, town.stranger]:
        bench = sections(who).get("hear", 0)
        if bench:
            able.append(who)
        elif who not in (town.verifier, town.stranger):  # may visit, but would be refused
            with pytest.raises(Refused):
                commitments.hear(need=need, by=who, answer="solved")
    assert able == [town.office, town.operator, town.district]
    reported = dataclasses.replace(town.operator, account_id=row.reported_account)
    assert sections(reported).get("hear") is None
    task = next(t for t in queries.bench(town.office).tasks if t.section == "hear")
    assert task.due == row.words.get().answer_by
    client = make.browser(town.office)
    assert need.household.number in client.get("/").content.decode()
    listed = client.get("/?only=hear").content.decode()
    assert "/visits/needs/?state=asked" in listed
    assert need.household.number in client.get("/visits/needs/?state=asked").content.decode()
    assert client.get(task.href).status_code == 200
    commitments.hear(need=need, by=town.operator, answer="solved")
    assert sections(town.office).get("hear") is None


def test_nobody_is_sent_to_ask_once_the_fix_is_reopened(town: City) -> None:
    _need, row = asked(town)
    ledger.move(problem=row, move="reopen", by=town.verifier, reason="又漏了")
    assert sections(town.office).get("hear") is None


def test_who_helps_finds_it_and_his_own_figures_stay_as_they_are(town: City) -> None:
    own = walk(town, problem(town, title="西区自己的"), "registered")
    ledger.move(problem=own, move="refer", by=town.operator, unit=town.west)
    helped = walk(town, problem(town, title="要西区配合"), "accepted")
    ledger.move(problem=helped, move="assign", by=town.operator, partners=[town.west.code])
    bench = queries.bench(town.stranger)
    assert (bench.helped, list(bench.helping), bench.count) == (1, [helped], 1)
    for filters, rows in ((Filters(), [own]), (Filters(cooperating=True), [helped])):
        found = totals(town.stranger, filters)
        assert [one.count for one in found if one.key == "found"] == [len(rows)]
    assert value("ledger.open", town.west) == 1
    client = make.browser(town.stranger)
    page = client.get("/").content.decode()
    assert f"/ledger/{helped.number}/" in page
    assert "?cooperating=1" in page
    listed = client.get("/ledger/?cooperating=1").content.decode()
    assert helped.number in listed
    assert own.number not in listed
    assert helped.number not in client.get("/ledger/").content.decode()
    assert client.get(f"/ledger/{helped.number}/").status_code == 200
    ledger.move(problem=Problem.objects.get(pk=helped.pk), move="assign", by=town.operator,
                partners=[])  # fmt: skip
    assert queries.bench(town.stranger).helped == 0


def test_what_is_helped_with_stands_by_its_day(town: City) -> None:
    rows = [walk(town, problem(town, title=f"第{n}件"), "accepted") for n in range(7)]
    for n, row in enumerate(rows):
        ledger.move(problem=row, move="assign", by=town.operator, partners=[town.west.code])
        day = (row.deadline or clock.today()) + dt.timedelta(days=10 - n)
        ledger.move(problem=row, move="ask_extension", by=town.handler, deadline=day, reason="雨季")
        ledger.move(problem=row, move="grant_extension", by=town.district)
    bench = queries.bench(town.stranger)
    assert bench.helped == 7
    assert list(bench.helping) == list(reversed(rows))[:5]
