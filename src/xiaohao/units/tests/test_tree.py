"""The tree changes as told, keeps its past, and refuses what would break it."""

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from django.db import connections

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale
from xiaohao.kernel.paths import ids
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import Checked, events_of, faults
from xiaohao.units import actions, queries
from xiaohao.units.models import Kind, Placement, Sector, Unit
from xiaohao.units.sheets import KINDS, SECTORS
from xiaohao.units.tests import make

pytestmark = pytest.mark.django_db
MAY = clock.start_of(dt.date(2019, 5, 6))


@pytest.fixture
def in_may() -> Iterator[None]:
    with clock.at(MAY):
        yield


@pytest.fixture
def tree(in_may: None) -> dict[str, Unit]:
    return make.city()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def paths_follow_parents() -> bool:
    for unit in Unit.objects.select_related("parent"):
        above = unit.parent.path if unit.parent else ""
        if unit.path[:-5] != above or ids(unit.path)[-1] != unit.pk:
            return False
    return True


def test_a_unit_is_founded_below_its_superior(tree: dict[str, Unit]) -> None:
    assert tree["zhihe"].path.startswith(tree["river"].path)
    assert [u.code for u in queries.ancestors(tree["zhihe"])] == ["4100", "410002", "410002001"]
    assert tree["zhihe"].short_name == "致和社区"
    assert [e.kind for e in events_of("units.unit", tree["zhihe"].pk)] == ["founded"]
    assert paths_follow_parents()


def test_founding_says_all_that_is_wrong_at_once(tree: dict[str, Unit]) -> None:
    with pytest.raises(Refused) as refused:
        actions.found(
            by=SYSTEM, code="4100", name="", level="city", kind="zoo", parent=tree["river"]
        )
    assert set(codes(refused)) == {"missing", "unknown_choice", "level_too_high", "code_taken"}


@pytest.mark.parametrize("code", ["a/b", "a b", "", "x" * 41, "?"])
def test_a_code_must_fit_into_an_address(tree: dict[str, Unit], code: str) -> None:
    with pytest.raises(Refused):
        actions.found(by=SYSTEM, code=code, name="甲", level="county", parent=tree["city"])


def test_moving_takes_the_whole_subtree_along_and_keeps_the_past(tree: dict[str, Unit]) -> None:
    with clock.at(MAY + dt.timedelta(days=30)):
        actions.move(by=SYSTEM, unit=tree["river"], parent=tree["east"])
        moved = queries.by_code("410002001001")
        assert [u.code for u in queries.ancestors(moved)] == ["4100", "410001", "410002001"]
        assert paths_follow_parents()
        day = dt.date(2019, 6, 5)
        before = queries.tree_asof(moved, day - dt.timedelta(days=1))
        assert [place.code for place in before] == ["4100", "410002", "410002001", "410002001001"]
        after = queries.tree_asof(moved, day)
        assert [place.code for place in after] == ["4100", "410001", "410002001", "410002001001"]


def test_a_former_name_is_read_on_its_day(tree: dict[str, Unit]) -> None:
    with clock.at(MAY + dt.timedelta(days=10)):
        actions.rename(by=SYSTEM, unit=tree["west"], name="滨河新区")
    assert queries.tree_asof(tree["river"], dt.date(2019, 5, 15))[1].name == "河西区"
    assert queries.tree_asof(tree["river"], dt.date(2019, 5, 16))[1].name == "滨河新区"
    assert [u.code for u in queries.search("滨河")] == ["410002"]
    assert queries.search("河西区") == []


def test_two_changes_on_one_day_leave_no_empty_period(tree: dict[str, Unit]) -> None:
    with clock.at(MAY + dt.timedelta(days=10)):
        actions.rename(by=SYSTEM, unit=tree["river"], name="梅河街道")
        actions.move(by=SYSTEM, unit=tree["river"], parent=tree["east"])
    assert Placement.objects.filter(unit=tree["river"]).count() == 1


def test_nothing_stands_under_itself_or_under_what_is_closed(tree: dict[str, Unit]) -> None:
    with pytest.raises(Refused) as refused:
        actions.move(by=SYSTEM, unit=tree["west"], parent=tree["river"])
    assert codes(refused) == ["cycle"]
    actions.close(by=SYSTEM, unit=tree["south"])
    with pytest.raises(Refused) as refused:
        actions.move(by=SYSTEM, unit=tree["zhihe"], parent=tree["south"])
    assert codes(refused) == ["parent_closed"]
    with pytest.raises(Refused) as refused:
        actions.rename(by=SYSTEM, unit=tree["south"], name="另一个")
    assert codes(refused) == ["unit_closed"]


def test_a_unit_with_units_below_is_not_closed(tree: dict[str, Unit]) -> None:
    with pytest.raises(Refused) as refused:
        actions.close(by=SYSTEM, unit=tree["river"])
    assert codes(refused) == ["has_children"]


@pytest.mark.parametrize(
    ("days", "code"), [(1, "in_future"), (-1, "before_last_change")], ids=["tomorrow", "too early"]
)
def test_a_change_has_a_possible_day(tree: dict[str, Unit], days: int, code: str) -> None:
    day = dt.date(2019, 5, 6) + dt.timedelta(days=days)
    with pytest.raises(Refused) as refused:
        actions.move(by=SYSTEM, unit=tree["river"], parent=tree["east"], day=day)
    assert codes(refused) == [code]


def test_the_tree_is_no_deeper_than_a_path_can_hold(tree: dict[str, Unit]) -> None:
    deep = tree["zhihe"]
    for _ in range(16):
        deep = make.unit(deep, level="group")
    with pytest.raises(Refused) as refused:
        make.unit(deep, level="group")
    assert codes(refused) == ["too_deep"]
    with pytest.raises(Refused) as refused:
        actions.move(by=SYSTEM, unit=tree["heping"], parent=deep)
    assert "too_deep" in codes(refused)


def test_merging_puts_everything_under_the_other_unit(tree: dict[str, Unit]) -> None:
    actions.merge(by=SYSTEM, unit=tree["river"], into=tree["south"])
    river = Unit.objects.get(pk=tree["river"].pk)
    assert river.closed_on == dt.date(2019, 5, 6)
    assert river.path.startswith(Unit.objects.get(pk=tree["south"].pk).path)
    assert Unit.objects.get(code="410002001001").parent_id == tree["south"].pk
    assert paths_follow_parents()


def test_head_counts_roll_up_over_the_tree_of_their_day(tree: dict[str, Unit]) -> None:
    day = dt.date(2019, 5, 6)
    for key, value in (("zhihe", 30), ("heping", 50), ("south", 7)):
        actions.set_head_count(by=SYSTEM, unit=tree[key], measure="members", value=value)

    def members(key: str, on: dt.date) -> int:
        return sum(c.value for c in queries.head_counts(tree[key], on) if c.measure == "members")

    assert (members("city", day), members("west", day), members("east", day)) == (87, 37, 50)
    later = day + dt.timedelta(days=10)
    with clock.at(MAY + dt.timedelta(days=10)):
        actions.move(by=SYSTEM, unit=tree["river"], parent=tree["east"])
        actions.set_head_count(by=SYSTEM, unit=tree["zhihe"], measure="members", value=31)
    for unit in tree.values():
        unit.refresh_from_db()
    assert (members("city", later), members("west", later), members("east", later)) == (88, 7, 81)
    before = later - dt.timedelta(days=1)
    assert (members("city", before), members("west", before)) == (87, 37)
    assert members("east", before) == 50


@pytest.mark.parametrize(("measure", "value"), [("members", -1), ("cats", 1)])
def test_an_impossible_count_is_refused(tree: dict[str, Unit], measure: str, value: int) -> None:
    with pytest.raises(Refused):
        actions.set_head_count(by=SYSTEM, unit=tree["city"], measure=measure, value=value)


def test_an_administrator_changes_only_his_own_subtree(tree: dict[str, Unit]) -> None:
    admin = people.actor(tree["west"], Role.ADMINISTRATOR)
    actions.rename(by=admin, unit=tree["river"], name="梅河街道")
    with pytest.raises(NotFound):
        actions.rename(by=admin, unit=tree["north"], name="别人的")
    with pytest.raises(NotFound):
        actions.move(by=admin, unit=tree["river"], parent=tree["east"])
    with pytest.raises(NotFound):
        actions.move(by=admin, unit=tree["west"], parent=tree["river"])
    with pytest.raises(NotFound):
        actions.close(by=admin, unit=tree["west"])
    with pytest.raises(NotFound):
        actions.found(by=admin, code="9", name="自立", level="city")
    with pytest.raises(Forbidden):
        actions.rename(by=people.actor(tree["city"]), unit=tree["river"], name="办公室不管")


def test_the_second_of_two_writers_is_told_what_changed(tree: dict[str, Unit]) -> None:
    seen = queries.standing(tree["river"])
    actions.rename(by=SYSTEM, unit=tree["river"], name="先到街道", expected=seen)
    with pytest.raises(Stale) as stale:
        actions.rename(by=SYSTEM, unit=tree["river"], name="后到街道", expected=seen)
    assert [change["kind"] for change in stale.value.changes] == ["renamed"]
    assert stale.value.changes[0]["data"]["after"] == "先到街道"
    assert Unit.objects.get(pk=tree["river"].pk).name == "先到街道"


def test_choices_in_sheets_are_those_of_the_database() -> None:
    assert list(KINDS) == list(Kind.values)
    assert list(SECTORS) == list(Sector.values)


def test_moves_at_the_same_time_leave_a_tree(committed: None) -> None:
    """Two moves that are each harmless but together a circle: the second is refused."""
    top = make.unit(level="city", code="T0")
    a, b = make.unit(top, code="T1", level="county"), make.unit(top, code="T2", level="county")
    done: list[str] = []
    both = threading.Barrier(2)

    def move(unit: Unit, parent: Unit) -> None:
        try:
            both.wait()
            actions.move(by=SYSTEM, unit=unit, parent=parent)
            done.append("moved")
        except Refused as said:
            done.append(said.unmet[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=move, args=pair) for pair in ((a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["cycle", "moved"]
    assert paths_follow_parents()
    assert list(faults(Checked())) == []
