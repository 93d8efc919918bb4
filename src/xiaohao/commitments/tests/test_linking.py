"""A link leads to *done* only by a fix that was still to come, at the unit that answers."""

import dataclasses
import importlib
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry, State
from xiaohao.commitments.rules import link_needs
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser
from xiaohao.figures.queries import check
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Answer, Forbidden, Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.rules import OPEN
from xiaohao.ledger.rules import State as LedgerState
from xiaohao.trail.queries import Checked, faults


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city(db: None) -> make.City:
    del db
    return make.city()


def hazard(city: make.City, **more: Any) -> Entry:
    return make.entry(city, "hazard", planned="", promised="", measure="", **more)


def codes(answer: Answer) -> list[str]:
    return [unmet.code for unmet in answer.unmet]


@dataclasses.dataclass
class Told:
    number: str
    state: str
    unit_id: int | None
    path: str


STEPS = st.lists(st.sampled_from(["0001", "0002", "0003"]), max_size=4).map("".join)


@given(
    state=st.sampled_from(list(LedgerState)),
    unit=st.sampled_from([None, 1]),
    path=STEPS,
    own=STEPS,
)
def test_only_an_open_problem_of_the_unit_or_below_is_linked(
    state: LedgerState, unit: int | None, path: str, own: str
) -> None:
    fits = not link_needs(Told("XH-2019-000001", state.value, unit, path), own)
    assert fits == (state in OPEN and unit is not None and path[: len(own)] == own)


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("closed", "link_not_open"),
        ("withdrawn", "link_not_open"),
        ("elsewhere", "link_elsewhere"),
        ("above", "link_elsewhere"),
        ("nobody's", "link_unreferred"),
    ],
)
def test_what_proves_nothing_of_the_entry_is_not_linked(
    city: make.City, which: str, code: str
) -> None:
    row = make.problem(city)
    match which:
        case "closed":
            make.walk(city, row, "closed")
        case "withdrawn":
            ledger.move(problem=row, move="withdraw", by=city.operator, reason="登记错了")
        case "elsewhere":
            ledger.move(problem=row, move="refer", by=city.operator, unit=city.west)
        case "above":
            ledger.move(problem=row, move="refer", by=city.operator, unit=city.east)
    entry = hazard(city)
    with pytest.raises(Refused) as said:
        actions.move(entry=entry, move="link", by=city.office, problem=row.number)
    assert codes(said.value) == [code]
    assert row.number in str(said.value.unmet[0].message)
    page = browser(city.office).post(
        f"/lists/{entry.number}/link/", {"problem": row.number, "version": entry.version}
    )
    assert page.status_code == 422
    assert str(said.value.unmet[0].message) in page.content.decode()
    entry.refresh_from_db()
    assert (entry.state, entry.problem_id) == (State.ENTERED, None)
    sql = "UPDATE commitments_entry SET linked_id = %s, problem_id = %s, version = 2 WHERE id = %s"
    with (
        pytest.raises(DatabaseError, match="linked to no open problem of its unit"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, [row.pk, row.pk, entry.pk])


def test_a_wrong_link_is_undone_with_a_reason_and_the_entry_goes_its_own_road(
    city: make.City,
) -> None:
    problem = make.walk(city, make.problem(city), "accepted")
    entry = hazard(city)
    actions.move(entry=entry, move="link", by=city.operator, problem=problem.number)
    with pytest.raises(Refused) as said:
        actions.move(entry=entry, move="unlink", by=city.operator)
    assert codes(said.value) == ["reason_missing"]
    with pytest.raises(Forbidden):
        actions.move(entry=entry, move="unlink", by=city.handler, reason="不是一回事")
    actions.move(entry=entry, move="unlink", by=city.operator, reason="不是一回事")
    assert (entry.state, entry.problem, entry.linked) == (State.ENTERED, None, None)
    make.walk(city, problem, "closed")
    assert actions.follow() == 0
    for state in (State.UNDER_WAY, State.REPORTED, State.DONE):
        make.one_step(city, entry)
        assert entry.state == state
    page = browser(city.office).get(f"/lists/{entry.number}/").content.decode()
    assert "不是一回事" in page
    assert not list(faults(Checked()))


def test_what_was_done_by_the_fix_of_something_else_comes_back(city: make.City) -> None:
    problem = make.walk(city, make.problem(city), "accepted")
    entry = hazard(city)
    actions.move(entry=entry, move="link", by=city.operator, problem=problem)
    make.walk(city, problem, "closed")
    assert actions.follow() == 1
    entry.refresh_from_db()
    assert entry.state == State.DONE
    actions.move(entry=entry, move="disown", by=city.office, reason="隐患还在")
    assert (entry.state, entry.problem, entry.done_at) == (State.UNDER_WAY, None, None)
    assert actions.follow() == 0
    with pytest.raises(Refused) as said:
        actions.move(entry=entry, move="report", by=city.leader, note="好了")
    assert codes(said.value) == ["before_photo_missing", "after_photo_missing"]
    assert check().differences == 0
    assert not list(faults(Checked()))


def test_a_problem_that_went_to_another_unit_closes_nothing_here(city: make.City) -> None:
    problem = make.walk(city, make.problem(city), "referred")
    entry = hazard(city)
    actions.move(entry=entry, move="link", by=city.operator, problem=problem)
    ledger.move(
        problem=problem, move="return", by=city.handler, reason="不归我们", better_unit=city.west
    )
    ledger.move(problem=problem, move="refer", by=city.operator, unit=city.west)
    west = dataclasses.replace(
        city, handler=make.actor("H-WEST", city.west, make.Role.HANDLER, 21), leader=city.stranger
    )
    make.walk(west, problem, "closed")
    assert actions.follow() == 0
    entry.refresh_from_db()
    assert entry.state == State.ENTERED
    page = browser(city.office).get(f"/lists/{entry.number}/").content.decode()
    assert "不作为本事项的完成依据" in page
    assert f"/lists/{entry.number}/unlink/" in page
    sql = (
        "UPDATE commitments_entry SET state = 'done', done_at = now(), done_on = now(),"
        " version = version + 1 WHERE id = %s"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [entry.pk])


SET = "UPDATE commitments_entry SET version = version + 1,"


@pytest.mark.parametrize(
    "sql",
    [
        f"{SET} linked_id = NULL, problem_id = NULL WHERE id = %s",  # done by nothing
        f"{SET} from_here = true WHERE id = %s",
        "UPDATE commitments_entry SET from_here = true WHERE id = %s",
    ],
)
def test_the_database_keeps_what_a_done_entry_was_done_by(city: make.City, sql: str) -> None:
    problem = make.walk(city, make.problem(city), "accepted")
    entry = hazard(city)
    actions.move(entry=entry, move="link", by=city.operator, problem=problem)
    make.walk(city, problem, "closed")
    actions.follow()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [entry.pk])


def test_an_upgrade_tells_what_was_registered_from_its_entry_by_the_trail(
    city: make.City,
) -> None:
    registered, linked = hazard(city), hazard(city)
    actions.move(entry=registered, move="register", by=city.operator)
    problem = make.walk(city, make.problem(city), "accepted")
    actions.move(entry=linked, move="link", by=city.operator, problem=problem)
    step = importlib.import_module("xiaohao.commitments.migrations.0004_still_to_come")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE commitments_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE commitments_entry SET from_here = false")
        cursor.execute(step._FROM_HERE)
    found = dict(Entry.objects.values_list("pk", "from_here"))
    assert found == {registered.pk: True, linked.pk: False}


def test_the_worse_of_two_clocks_is_the_entrys(city: make.City) -> None:
    problem = make.walk(city, make.problem(city), "accepted")
    entry = hazard(city)
    actions.move(entry=entry, move="link", by=city.operator, problem=problem)
    problem.refresh_from_db()
    assert problem.deadline is not None
    with clock.at(make.DAY.replace(month=10, day=30)):
        late = clock.today()
        assert problem.deadline < late < entry.deadline
        found = Entry.objects.select_related("problem").get(pk=entry.pk)
        assert found.is_overdue(late)
        assert list(Entry.objects.overdue(late)) == [entry]
        page = browser(city.office).get("/lists/?overdue=1").content.decode()
        assert entry.number in page
    make.walk(city, problem, "closed")
    found = Entry.objects.select_related("problem").get(pk=entry.pk)
    assert found.due == entry.deadline
