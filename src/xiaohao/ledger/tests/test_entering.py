import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.hashing import Outline, canonical
from xiaohao.kernel.paths import step
from xiaohao.ledger import actions, jobs
from xiaohao.ledger.actions import Listed, ListedMeasure, entering, register_many
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

VALUE = st.none() | st.text() | st.booleans() | st.integers() | st.dates() | st.binary()
# The first and last day of the calendar fall outside it in UTC.
MOMENTS = (dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31))  # noqa: DTZ001 (the zone comes with it)
VALUE |= st.datetimes(*MOMENTS, timezones=st.timezones())


@given(
    st.dictionaries(st.text(), VALUE),
    st.dictionaries(st.text(), st.lists(VALUE, min_size=3, max_size=3), min_size=1),
)
def test_an_outline_writes_what_the_canonical_form_is(
    fixed: dict[str, object], varying: dict[str, list[object]]
) -> None:
    rest = {name: value for name, value in fixed.items() if name not in varying}
    whole = [{**rest, **{name: values[n] for name, values in varying.items()}} for n in range(3)]
    made = Outline(rest, list(varying)).texts(*varying.values())
    assert [text.encode() for text in made] == [canonical(one) for one in whole]


def listed(town: make.City) -> list[Listed]:
    day = dt.date(2019, 8, 30)
    measures = [ListedMeasure(text=f"措施{n}", owner="科室", deadline=day) for n in range(2)]
    return [
        Listed(title="井盖缺失", text="=1+1\n井盖缺失 😀", unit=town.street, deadline=day,
               measures=measures, helpers=[town.west], claimed="已销号"),
        Listed(title="停车难", text="停车难\\t", track="spot", urgent=True, unit=town.east),
        Listed(title="无人认领", text="不知道归谁管"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_many_at_once_stand_on_trail_and_in_figures_like_one() -> None:
    with clock.at(make.DAY):
        town = make.city()
        ids = register_many(by=town.office, rows=listed(town))
        first, second, third = (Problem.objects.get(pk=pk) for pk in ids)
        assert (first.state, second.state, third.state) == ("referred", "referred", "registered")
        assert first.deadline == dt.date(2019, 8, 30)
        assert first.is_overdue(clock.today())
        assert first.text == "=1+1\n井盖缺失 😀"
        assert second.text == "停车难\\t"
        assert second.deadline
        assert third.path == town.city.path
        assert first.cooperations.get().unit == town.west
        assert Problem.objects.matching("井盖").get() == first
        assert not list(faults(Checked()))
        assert check().differences == 0


@pytest.mark.django_db
def test_the_unit_goes_on_with_the_measures_of_the_sheet() -> None:
    with clock.at(make.DAY):
        town = make.city()
        (first, *_rest) = register_many(by=town.office, rows=listed(town))
        row = Problem.objects.get(pk=first)
        actions.move(problem=row, move="accept", by=town.handler)
        actions.move(problem=row, move="plan", by=town.handler)
        assert row.state == "in_progress"
        assert row.measures.count() == 2


class Slices(list[Listed]):
    """Rows that are made slice by slice, and notes which were asked for; None cannot be made."""

    def __init__(self, rows: Sequence[Listed | None]) -> None:
        super().__init__(rows)  # type: ignore[arg-type]
        self.asked: list[int] = []

    def __getitem__(self, which: Any) -> Any:
        found = super().__getitem__(which)
        self.asked.append(len(found))
        if None in found:
            raise ValueError("cannot be made")
        return found


def several(town: make.City) -> list[Listed]:
    return [replace(row, title=f"{row.title}{n}") for n in range(3) for row in listed(town)]


@pytest.mark.django_db
def test_blocks_follow_each_other_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "AT_ONCE", 2)
    with clock.at(make.DAY):
        town = make.city()
        rows, told = Slices(several(town)), list[tuple[int, int]]()
        ids = register_many(by=town.office, rows=rows, progress=lambda *done: told.append(done))
        titles = dict(Problem.objects.filter(pk__in=ids).values_list("pk", "title"))
        assert [titles[pk] for pk in ids] == [row.title for row in rows]
        assert told == [(2, 9), (4, 9), (6, 9), (8, 9), (9, 9)]
        assert rows.asked == [2, 2, 2, 2, 1]
        assert not list(faults(Checked()))
        assert check().differences == 0
        assert register_many(by=town.office, rows=[]) == []


@pytest.mark.django_db
def test_what_fails_late_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "AT_ONCE", 2)
    with clock.at(make.DAY):
        town = make.city()
        told: list[int] = []
        with pytest.raises(ValueError, match="cannot be made"):
            register_many(
                by=town.office,
                rows=Slices([*several(town), None]),
                progress=lambda done, _all: told.append(done),
            )
        assert told  # some had been written
        assert not Problem.objects.exists()
        assert check().differences == 0


@pytest.mark.django_db
def test_a_unit_that_moved_since_the_sheet_was_read_has_its_problems_with_it() -> None:
    with clock.at(make.DAY):
        town = make.city()
        rows = listed(town)
        read = town.street.path
        path = town.west.path + step(town.street.pk)
        Unit.objects.filter(pk=town.street.pk).update(parent=town.west, path=path)
        assert path != read
        first = Problem.objects.get(pk=register_many(by=town.office, rows=rows)[0])
        assert first.path == path
        assert not list(faults(Checked()))
        assert check().differences == 0


@pytest.mark.django_db
def test_their_words_wait_to_be_sorted_in_and_are_found_meanwhile() -> None:
    jobs.sort_words()
    with clock.at(make.DAY):
        ids = register_many(by=make.city().office, rows=[Listed(title="井盖缺失", text="井盖缺失")])
    with connection.cursor() as cursor:
        cursor.execute("SHOW gin_pending_list_limit")
        assert cursor.fetchone() == ("256MB",)
    assert ProcrastinateJob.objects.filter(task_name="ledger.words").count() == 1
    for waiting in (True, False):
        assert [one.pk for one in Problem.objects.matching("井盖")] == ids
        assert bool(jobs.sort_words()) is waiting
