"""From like problems below to a root above, its claim, its fix, and the checks below."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.escalation import actions, queries
from xiaohao.escalation.models import Decision, FoundBy, Link, Root
from xiaohao.escalation.tests import make
from xiaohao.figures.queries import check, value
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Measure, Problem, Verification
from xiaohao.ledger.tests import make as below
from xiaohao.trail.queries import Checked, events_of, faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def codes(error: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in error.value.unmet]


def pointed(city: make.City, text: str = make.PATTERN) -> tuple[Problem, Root]:
    """A street says that the root lies with its district."""
    row = city.problem(0, text)
    ledger.move(
        problem=row, move="point_above", by=city.handlers[0], above=city.districts[0],
        reason="区里没有统一的受理标准",
    )  # fmt: skip
    assert actions.gather() == 1
    return row, Root.objects.get()


def office(city: make.City, n: int = 0) -> Actor:
    return below.actor(f"O{n}", city.districts[n], Role.OFFICE, 100 + n)


def test_like_problems_in_many_districts_are_put_to_the_city_with_the_test(
    city: make.City,
) -> None:
    rows = make.spread(city, alike=7)
    (root,) = actions.propose()
    assert (root.unit, root.found_by) == (city.at.city, FoundBy.SYSTEM)
    linked = set(Link.objects.filter(root=root).values_list("problem_id", flat=True))
    assert linked == {row.pk for row in rows}
    assert root.scan
    assert root.scan["observed"] == 7
    assert root.scan["expected"] < 3
    assert root.scan["p"] <= root.scan["threshold"]
    last = queries.last_look()
    assert last
    assert last.told["found"] == 1
    assert actions.propose() == []  # nothing is proposed twice
    assert list(faults(Checked())) == []


def test_what_chance_may_give_is_not_proposed(city: make.City) -> None:
    make.spread(city, alike=2)
    assert actions.propose() == []


def test_problems_of_one_district_go_to_that_district(city: make.City) -> None:
    office(city)
    make.spread(city, alike=0)
    for n in range(7):
        street = below.unit(f"1300{n}9", city.districts[0], "township")
        city.streets.append(street)
        city.handlers.append(below.actor(f"X{n}", street, Role.HANDLER))
        city.problem(len(city.streets) - 1, f"{n}号院：{make.PATTERN}")
    (root,) = actions.propose()
    assert root.unit == city.districts[0]


def test_a_unit_says_so_and_a_like_word_joins(city: make.City) -> None:
    city.at.district = office(city)
    row, root = pointed(city)
    assert (root.unit, root.proposed_unit, root.found_by) == (
        city.districts[0], city.streets[0], FoundBy.UNIT,
    )  # fmt: skip
    begun = events_of("escalation.root", root.pk).get()
    assert begun.by == city.handlers[0].on_trail(), "whose word it was, not the system's"
    assert actions.gather() == 0
    same = city.problem(0, f"{make.PATTERN}。")
    ledger.move(
        problem=same, move="point_above", by=city.handlers[0], above=city.districts[0],
        reason="同上",
    )  # fmt: skip
    actions.gather()
    assert {link.problem_id for link in root.links.all()} == {row.pk, same.pk}


def test_a_claim_is_a_problem_with_its_own_gate_and_closes_nothing_below(city: make.City) -> None:
    by = office(city)
    row, root = pointed(city)
    mend = actions.claim(root=root, by=by, version=root.version)
    assert (mend.unit, mend.source, mend.state) == (city.districts[0], "root", "referred")
    assert mend.deadline
    handler = below.actor("DH", city.districts[0], Role.HANDLER, 200)
    leader = below.actor("DL", city.districts[0], Role.LEADER, 201)
    at = below.City(**{**city.at.__dict__, "handler": handler, "leader": leader})
    below.walk(at, mend, "reported")
    assert actions.bring_down() == 0
    below.walk(at, mend, "verified")
    assert actions.bring_down() == 1
    assert actions.bring_down() == 0
    row.refresh_from_db()
    assert row.state == "reported"
    assert Measure.objects.get(problem=row).evidence.exists()
    assert not Verification.objects.filter(problem=row).exists()
    ledger.move(problem=row, move="pass", by=city.at.verifier, note="现场看过")
    ledger.move(problem=row, move="close", by=city.at.office)
    assert list(faults(Checked())) == []
    assert check().differences == 0


def test_who_declined_what_is_seen_one_level_higher_and_may_be_claimed_there(
    city: make.City,
) -> None:
    by = office(city)
    row, root = pointed(city)
    with pytest.raises(Refused) as refused:
        actions.decline(root=root, by=by, reason=" ")
    assert codes(refused) == ["reason_missing"]
    actions.decline(root=root, by=by, reason="标准由市里定", version=root.version)
    assert not Link.objects.filter(ended_at=None).exists()
    assert list(queries.listed(city.at.office, "below")) == [root]
    assert value("escalation.roots_declined", city.at.city) == 1
    with pytest.raises(Refused) as refused:
        actions.claim(root=root, by=city.at.office)
    assert codes(refused) == ["name_a_unit_below"]
    mend = actions.claim(root=root, by=city.at.office, unit=city.districts[1])
    assert (mend.unit, root.decision) == (city.districts[1], Decision.CLAIMED)
    assert Link.objects.get(ended_at=None).problem == row
    assert list(queries.listed(city.at.office, "below")) == [root]
    assert check().differences == 0
    root.refresh_from_db()
    told = [(c["field"], c["before"], c["after"]) for c in queries.root_history(root)]
    top, district = city.at.city.shown, city.districts[0].shown
    assert ("unit", district, top) in told
    assert ("decision", "未认领", "已认领") in told
    assert [after for field, _before, after in reversed(told) if field == "word"][:1] == [
        "标准由市里定"
    ]
    assert told.index(("decision", "未认领", "已认领")) < told.index(("unit", None, district))


def test_only_the_unit_asked_decides_once(city: make.City) -> None:
    by = office(city)
    _row, root = pointed(city)
    seen = root.version
    with pytest.raises(Forbidden):
        actions.claim(root=root, by=office(city, 1))
    with pytest.raises(NotFound):
        queries.find_root(office(city, 2), root.pk)
    actions.claim(root=root, by=by)
    root.refresh_from_db()
    with pytest.raises(Stale):
        actions.decline(root=root, by=by, reason="不是我们的", version=seen)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE escalation_root SET decision = 'declined', word = 'x'")


def test_cases_are_added_and_parted_by_whoever_has_the_root(city: make.City) -> None:
    by = office(city)
    _row, root = pointed(city)
    like = city.problem(0, f"{make.PATTERN}啊")
    actions.propose()  # puts every open text into the index
    assert [row for row, _score in queries.like_cases(root, by)] == [like]
    link = actions.add_case(root=root, by=by, problem=like)
    with pytest.raises(Refused) as refused:
        actions.add_case(root=root, by=by, problem=like)
    assert codes(refused) == ["already_linked"]
    actions.part(link=link, by=by, reason="另一回事")
    assert not Link.objects.filter(problem=like, ended_at=None).exists()
    with clock.at(make.DAY + dt.timedelta(hours=1)):
        assert actions.add_case(root=root, by=by, problem=like).pk != link.pk
