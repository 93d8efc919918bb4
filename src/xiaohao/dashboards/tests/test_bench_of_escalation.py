"""Calls, roots and verdicts lie on the bench of whoever must speak, and of nobody else."""

from collections.abc import Iterator
from importlib import import_module

import pytest

from xiaohao.dashboards import queries
from xiaohao.dashboards.queries import Task
from xiaohao.dashboards.tests import make
from xiaohao.escalation import actions
from xiaohao.escalation.models import Call, Root, Summons
from xiaohao.escalation.tests import make as above
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, actor, city, one_step, problem, unit, walk
from xiaohao.people.models import Holding

pytestmark = pytest.mark.django_db
HOUR = above.HOUR


@pytest.fixture
def town() -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def tasks(who: Actor, key: str) -> list[Task]:
    bench = queries.bench(who)
    found = [task for task in bench.tasks if task.section == key]
    assert len(found) == sum(one.count for one in bench.sections if one.key == key)
    return found


def having(town: City, key: str, *others: Actor) -> list[Actor]:
    """Whoever has such work: each post of the town, and whoever else is named."""
    everybody = [
        town.office, town.operator, town.handler, town.leader, town.verifier, town.stranger,
        town.district, *others,
    ]  # fmt: skip
    return [who for who in everybody if tasks(who, key)]


def called(town: City) -> tuple[Summons, Problem]:
    """The street calls the western district, whose leader may answer."""
    row = walk(town, problem(town), "accepted")
    made = actions.call(
        problem=row, by=town.handler, units=[town.west], reason="违建要联合认定",
        place="致和社区", hours=2, on_site_by=DAY + 5 * HOUR,
    )  # fmt: skip
    return made.summonses.get(), row


def test_a_call_waits_for_the_department_until_it_is_there(town: City) -> None:
    summons, _row = called(town)
    watching = actor("WATCHING", town.west, Role.AUDITOR)
    assert having(town, "called", watching) == [town.stranger]
    (task,) = tasks(town.stranger, "called")
    assert (task.step, task.due) == ("answer", DAY + 2 * HOUR)
    assert queries.bench(town.stranger).tomorrow == 1
    with clock.at(DAY + 3 * HOUR):
        assert queries.bench(town.stranger).late == 1
    page = make.browser(town.stranger, "zh-hans").get("/").text
    assert task.href in page
    assert "9月10日 (周二) 11:00" in page
    actions.answer(summons=summons, by=town.stranger, comes=True)
    (task,) = tasks(town.stranger, "called")
    assert (task.step, task.due) == ("check_in", DAY + 5 * HOUR)
    listed = make.browser(town.stranger).get("/?only=called").text
    assert "/joint-calls/?tab=to" in listed
    assert "check in" in listed
    actions.check_in(summons=summons, by=town.stranger, who="执法队两人")
    assert having(town, "called") == []


@pytest.mark.parametrize("end", ["declined", "withdrawn", "graded"])
def test_nobody_is_waited_for_who_cannot_come_or_need_not(town: City, end: str) -> None:
    summons, _row = called(town)
    if end == "declined":
        actions.answer(summons=summons, by=town.stranger, comes=False, words="当天有汛情")
    elif end == "withdrawn":
        actions.withdraw(made=summons.call, by=town.handler, reason="已自行解决")
    else:
        with clock.at(DAY + 6 * HOUR):  # who never came stays called until he is graded
            assert having(town, "called") == [town.stranger]
            actions.grade(summons=summons, by=town.handler, grade="bad", words="没有来")
    assert having(town, "called") == []


def test_a_call_is_counted_exactly_beyond_what_is_shown(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        called(town)
    monkeypatch.setattr(import_module("xiaohao.dashboards.queries.bench"), "MOST", 2)
    for hours, late, today in ((1, 0, 3), (3, 3, 0)):
        with clock.at(DAY + hours * HOUR):
            bench = queries.bench(town.stranger)
            assert (bench.count, bench.late, bench.tomorrow) == (3, late, today)


def test_a_department_without_anybody_in_post_is_answered_for_above(town: City) -> None:
    row = walk(town, problem(town), "accepted")
    desk = unit("1202D", town.west)
    actions.call(problem=row, by=town.handler, units=[desk], reason="联合认定", place="致和社区",
                 on_site_by=DAY + 5 * HOUR)  # fmt: skip
    assert having(town, "called") == [town.stranger]
    assert tasks(town.stranger, "called")[0].href.startswith(
        f"/joint-calls/{Call.objects.get().pk}/"
    )
    own = make.at(desk, Role.HANDLER)
    assert having(town, "called", own) == [own]
    Holding.objects.filter(post=own.post_id).update(during=("2019-01-01", "2019-09-01"))
    assert having(town, "called") == [town.stranger]


def test_a_call_waits_for_its_caller_once_nobody_else_is_waited_for(town: City) -> None:
    summons, row = called(town)
    second = unit("12-D", town.city)
    desk = actor("DESK", second, Role.LEADER)
    both = actions.call(problem=row, by=town.handler, units=[second], reason="再来一家",
                        place="致和社区", on_site_by=DAY + 7 * HOUR).summonses.get()  # fmt: skip
    assert having(town, "grade") == []
    with clock.at(DAY + HOUR):
        actions.check_in(summons=summons, by=town.stranger, who="执法队两人")
        assert having(town, "grade", desk) == [town.handler, town.leader]
        (task,) = tasks(town.leader, "grade")
        assert (task.name, task.due, task.since) == (summons.call.number, None, DAY + HOUR)
        assert queries.bench(town.leader).late == 0
        page = make.browser(town.handler).get("/?only=grade").text
        assert task.href in page
        assert "/joint-calls/?tab=by" in page
        actions.grade(summons=summons, by=town.handler, grade="good")
        assert having(town, "grade") == []
    with clock.at(DAY + 8 * HOUR):  # the other one let its time pass
        assert [t.name for t in tasks(town.handler, "grade")] == [both.call.number]


def test_a_call_of_two_waits_until_both_have_come_or_declined(town: City) -> None:
    row = walk(town, problem(town), "accepted")
    second = unit("12-D", town.city)
    desk = actor("DESK", second, Role.LEADER)
    made = actions.call(problem=row, by=town.handler, units=[town.west, second], reason="联合认定",
                        place="致和社区", on_site_by=DAY + 5 * HOUR)  # fmt: skip
    first, last = made.summonses.order_by("id")
    actions.check_in(summons=first, by=town.stranger, who="执法队两人")
    assert having(town, "grade") == []
    actions.answer(summons=last, by=desk, comes=False, words="当天有汛情")
    assert having(town, "grade") == [town.handler, town.leader]
    for one in (first, last):
        actions.grade(summons=one, by=town.handler, grade="fair")
    assert having(town, "grade") == []


def test_who_came_is_graded_though_the_call_was_taken_back(town: City) -> None:
    summons, _row = called(town)
    actions.check_in(summons=summons, by=town.stranger, who="执法队两人")
    actions.withdraw(made=summons.call, by=town.handler, reason="已自行解决")
    assert having(town, "grade") == [town.handler, town.leader]


@pytest.mark.parametrize("word", ["claim", "decline"])
def test_a_root_waits_for_the_unit_that_was_asked(town: City, word: str) -> None:
    root = above.pointed(town)
    neighbour = actor("NEIGHBOUR", town.west, Role.OFFICE)
    watching = actor("WATCHING", town.east, Role.VERIFIER)
    assert having(town, "root", neighbour, watching) == [town.district]
    (task,) = tasks(town.district, "root")
    assert (task.due, task.since) == (None, root.proposed_at)
    page = make.browser(town.district).get("/?only=root").text
    assert f"/roots/{root.pk}/" in page
    assert "/roots/?tab=mine" in page
    if word == "claim":
        desk = unit("1201D", town.east)
        actions.claim(root=root, by=town.district, unit=desk)
        assert having(town, "root", neighbour, watching) == []
    else:  # the next level up is asked then
        actions.decline(root=root, by=town.district, reason="审批权限在市里")
        assert having(town, "root", neighbour, watching) == [town.office, town.operator]


def test_what_the_search_finds_waits_for_the_common_superior() -> None:
    with clock.at(DAY):
        at = above.city()
        above.spread(at, alike=7)
        (root,) = actions.propose()
        able = having(at.at, "root")
    assert root.unit == at.at.city
    assert able == [at.at.office, at.at.operator]


def test_a_case_whose_root_was_mended_waits_to_be_verified(town: City) -> None:
    root = above.pointed(town)
    case = Problem.objects.get(root_links__root=root)
    desk = unit("1201D", town.east)
    own = City(**{**vars(town), "street": desk, "handler": actor("D-H", desk, Role.HANDLER),
                  "leader": actor("D-L", desk, Role.LEADER)})  # fmt: skip
    mended = actions.claim(root=root, by=town.district, unit=desk)
    walk(own, mended, "verified")
    assert [task.name for task in tasks(town.verifier, "verify")] == []
    assert actions.bring_down() == 1
    assert [task.name for task in tasks(town.verifier, "verify")] == [case.number]
    assert Root.objects.get().decision == "claimed"


def returned(town: City) -> Problem:
    row = walk(town, problem(town), "referred")
    for reason in ("不在本街道", "还是不在本街道"):
        ledger.move(problem=row, move="return", by=town.handler, reason=reason,
                    owner_unknown="多次核实，仍不清楚")  # fmt: skip
        if row.state == "returned":
            assert tasks(town.operator, "returned")[0].since == clock.now()
            ledger.move(problem=row, move="refer", by=town.operator, unit=town.street)
    return row


def test_the_second_return_waits_for_the_common_superior(town: City) -> None:
    row = returned(town)
    assert row.arbiter == town.east
    neighbour = actor("NEIGHBOUR", town.west, Role.OFFICE)
    watching = actor("WATCHING", town.east, Role.VERIFIER)
    assert having(town, "arbitrate", neighbour, watching) == [town.district]
    (task,) = tasks(town.district, "arbitrate")
    assert (task.name, task.due, task.since) == (row.number, None, clock.now())
    page = make.browser(town.district).get("/?only=arbitrate").text
    assert "/arbitration/" in page
    ledger.move(
        problem=row, move="arbitrate", by=town.district, unit=town.street, reason="属地管理"
    )
    assert having(town, "arbitrate", neighbour, watching) == []


def test_reporting_waits_for_a_leader_here_or_above(town: City) -> None:
    """A unit with a handler and no leader in post has nobody who may report."""
    row = walk(town, problem(town), "in_progress")
    assert having(town, "report") == []
    one_step(town, row)  # the last measure is done
    higher = make.at(town.east, Role.LEADER)
    assert having(town, "report", higher) == [town.leader, higher]
    held = make.at(town.street, Role.LEADER)
    assert having(town, "report", higher, held) == [town.leader, held]
    ledger.move(problem=row, move="report", by=held)
    assert having(town, "report", higher, held) == []
