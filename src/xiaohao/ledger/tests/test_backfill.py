"""A metric that is declared over a ledger in use gets the history of what happened before."""

import datetime as dt
import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.db.models import BigIntegerField, DateField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from xiaohao.figures import actions, queries
from xiaohao.figures.actions import backfilling
from xiaohao.figures.queries import Kind, Metric, Scope, table
from xiaohao.figures.queries.registry import _registry
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.trail.actions import note
from xiaohao.trail.models import Event
from xiaohao.units.actions import move as move_unit
from xiaohao.units.models import Unit
from xiaohao.units.tests import make as units

TWIN = {"ledger.closed": "new.closed", "ledger.days_to_fix": "new.took", "ledger.open": "new.open"}


@pytest.fixture
def declared() -> Iterator[None]:
    """New metrics that count exactly what three of the ledger's own count."""
    for known, key in TWIN.items():
        _registry[key] = replace(queries.find(known), key=key)
    _registry["new.half"] = replace(
        queries.find("ledger.days_to_fix_median"), key="new.half", of="new.took"
    )
    yield
    for key in (*TWIN.values(), "new.half"):
        del _registry[key]


def lived() -> City:
    """A ledger in which things have happened for some weeks."""
    with clock.at(DAY):
        at = city()
    for number in range(6):
        with clock.at(DAY + dt.timedelta(days=3 * number)):
            walk(at, problem(at, place_unit=at.east), "closed" if number % 3 else "in_progress")
    return at


@pytest.mark.django_db
@pytest.mark.usefixtures("declared")
def test_the_past_of_a_unit_that_moved_counts_where_it_stood() -> None:
    at = lived()
    for number, above in enumerate((at.west, at.city, at.east)):
        with clock.at(DAY + dt.timedelta(days=20 + 5 * number)):
            street = Unit.objects.get(pk=at.street.pk)
            street = move_unit(by=SYSTEM, unit=street, parent=Unit.objects.get(pk=above.pk))
            handler = replace(at.handler, unit_path=street.path)
            leader = replace(at.leader, unit_path=street.path)
            at = replace(at, street=street, handler=handler, leader=leader)
            walk(at, problem(at, place_unit=at.east), "closed")
    later = DAY + dt.timedelta(days=60)
    places = [at.city, at.east, at.west, at.street]
    moments = [None, *(DAY + dt.timedelta(days=days) for days in (4, 19, 22, 27, 40))]
    with clock.at(later):
        for key in TWIN.values():
            assert actions.backfill(metric=key, batch=2) > 0
        for _ in range(2):  # before and after folding
            assert queries.check().differences == 0
            for asof in moments:
                told = table([*TWIN, *TWIN.values()], places, Scope(asof=asof))
                for known in ("ledger.closed", "ledger.days_to_fix"):
                    found = {one.code: told[one.pk][TWIN[known]] for one in places}
                    assert found == {one.code: told[one.pk][known] for one in places}, asof
            actions.fold_all()
        told = table(["new.closed", "new.open", "ledger.open"], places)
        counts = [told[one.pk]["new.closed"] for one in places]
        assert counts[0] == 7
        assert 0 < int(counts[2] or 0) < 7
        assert [told[one.pk]["new.open"] for one in places] == [
            told[one.pk]["ledger.open"] for one in places
        ]


@pytest.mark.django_db
@pytest.mark.usefixtures("declared")
def test_a_new_metric_gets_its_past_and_is_exact() -> None:
    at = lived()
    later = DAY + dt.timedelta(days=40)
    with clock.at(later):
        assert queries.check(only="new.closed").differences > 0
        for key in TWIN.values():
            assert actions.backfill(metric=key, batch=2) > 0
        assert queries.check().differences == 0
        assert actions.fold_all() > 0
        assert actions.promote(heavy=2) > 0
        assert queries.check().differences == 0
        places = [at.city, at.east, at.west]
        for scope in (Scope(), Scope(since=DAY.date() + dt.timedelta(days=5))):
            told = table([*TWIN, *TWIN.values(), "new.half"], places, scope)
            for place in places:
                row = told[place.pk]
                assert [row[key] for key in TWIN] == [row[key] for key in TWIN.values()], scope
                assert row["new.half"] == table(
                    ["ledger.days_to_fix_median"], [place], scope
                )[place.pk]["ledger.days_to_fix_median"]  # fmt: skip
        for days in range(0, 41, 4):  # flows and times are dated as they happened
            moment = min(DAY + dt.timedelta(days=days, hours=1), later)
            row = table(["ledger.closed", "new.closed", "ledger.days_to_fix", "new.took"],
                        [at.city], Scope(asof=moment))[at.city.pk]  # fmt: skip
            assert row["ledger.closed"] == row["new.closed"], days
            assert row["ledger.days_to_fix"] == row["new.took"], days


@pytest.mark.django_db
@pytest.mark.usefixtures("declared")
def test_asked_again_it_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    lived()
    with clock.at(DAY + dt.timedelta(days=40)):
        batch = backfilling._batch
        calls: list[int] = []

        def dying(metric: Metric, after: int, most: int) -> tuple[int, int]:
            if len(calls) == 2:
                raise KeyboardInterrupt
            calls.append(after)
            return batch(metric, after, most)

        monkeypatch.setattr(backfilling, "_batch", dying)
        with pytest.raises(KeyboardInterrupt):
            actions.backfill(metric="new.closed", batch=1)
        monkeypatch.setattr(backfilling, "_batch", batch)
        assert queries.check(only="new.closed").differences > 0
        assert actions.backfill(metric="new.closed", batch=1) > 0
        assert queries.check(only="new.closed").differences == 0
        assert actions.backfill(metric="new.closed") == 0


@pytest.mark.django_db
def test_what_has_no_recount_is_refused() -> None:
    metric = Metric(key="new.bare", name="bare", definition="Bare.", kind=Kind.FLOW)
    _registry[metric.key] = metric
    try:
        with pytest.raises(Refused):
            actions.backfill(metric="new.bare")
        with pytest.raises(KeyError):
            actions.backfill(metric="ledger.solved_rate")
    finally:
        del _registry[metric.key]


def _notes(*told: str) -> object:
    rows = Event.objects.filter(label="new.thing").order_by()
    rows = rows.annotate(at_unit=Cast(KT("data__unit"), BigIntegerField()))
    nothing = Value(None, output_field=DateField())
    return rows.values_list("thing_id", "at_unit", nothing, Value(""), nothing, *told)


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_others_write_while_the_past_is_counted() -> None:
    """Records from before, records that come meanwhile with their change, and two backfills."""
    top = units.unit()
    places = [units.unit(top) for _ in range(3)]
    metric = Metric(
        key="new.flow", name="flow", definition="Flow.", kind=Kind.FLOW, thing="new.thing",
        recount=_notes, history=lambda: _notes("at"),
    )  # fmt: skip
    chance = random.Random(7)

    def record(number: int, *, counted: bool) -> None:
        place = chance.choice(places)
        with transaction.atomic():
            note(label="new.thing", thing_id=number, by=SYSTEM, kind="x", data={"unit": place.pk})
            if counted:
                actions.add([
                    actions.Delta(metric="new.flow", path=place.path, thing_id=number)
                ])  # fmt: skip

    for number in range(1, 120):
        record(2 * number, counted=False)
    _registry[metric.key] = metric
    wrong: list[BaseException] = []

    def run(job: object) -> None:
        try:
            job()  # type: ignore[operator]
        except BaseException as trouble:  # noqa: BLE001 (reported below)
            wrong.append(trouble)
        finally:
            connection.close()

    def writing(first: int) -> None:
        for number in range(first, first + 80):
            record(2 * number + 1, counted=True)

    jobs = [
        lambda: actions.backfill(metric="new.flow", batch=7),
        lambda: actions.backfill(metric="new.flow", batch=11),
        lambda: writing(0),
        lambda: writing(80),
        actions.fold_all,
    ]
    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        actions.backfill(metric="new.flow")
        report = queries.check(only="new.flow")
        assert (report.differences, report.examples) == (0, [])
        assert queries.value("new.flow", top) == Event.objects.filter(label="new.thing").count()
        actions.fold_all()
        assert queries.value("new.flow", top) == 119 + 160
    finally:
        del _registry[metric.key]
