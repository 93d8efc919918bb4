import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.hashing import Outline, canonical
from xiaohao.ledger import actions
from xiaohao.ledger.actions import Listed, ListedMeasure, register_many
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.trail.queries import Checked, faults

VALUE = st.none() | st.text() | st.booleans() | st.integers() | st.dates() | st.binary()
VALUE |= st.datetimes(timezones=st.timezones())


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
