"""What a level declines is asked of the next one up; what was let go is looked at again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.html import strip_tags

from xiaohao.escalation import actions, queries
from xiaohao.escalation.models import Decision, Link, Root
from xiaohao.escalation.tests import make
from xiaohao.escalation.tests.test_roots import office, pointed
from xiaohao.figures.queries import check, value
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Forbidden
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import events_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def asked(row: Problem) -> list[str]:
    """The units asked next, as the case's own trail tells."""
    told = events_of("ledger.problem", row.pk).filter(kind="root_declined").order_by("seq")
    return [event.data.get("next", "") for event in told]


def test_what_a_district_declines_is_work_of_the_city(city: make.City) -> None:
    by = office(city)
    row, root = pointed(city)
    assert list(queries.to_decide(by)) == [root]
    assert not queries.to_decide(city.at.office).exists()
    actions.decline(root=root, by=by, reason="标准由市里定")
    assert not queries.to_decide(by).exists()
    risen: Any = queries.to_decide(city.at.office)
    assert list(risen.values_list("pk", "since")) == [(root.pk, root.decided_at)]
    assert asked(row) == [city.at.city.code]
    assert queries.waiting_counts(city.at.office) == {"mine": 1, "below": 1}
    with pytest.raises(Forbidden):  # it has spoken
        actions.decline(root=root, by=by, reason="还是不归我们")
    actions.claim(root=root, by=city.at.office, unit=city.districts[1])
    assert not queries.to_decide(city.at.office).exists()
    assert check().differences == 0


def test_the_city_may_decline_it_too_and_it_is_counted_once(city: make.City) -> None:
    by = office(city)
    row, root = pointed(city)
    actions.decline(root=root, by=by, reason="标准由市里定")
    actions.decline(root=root, by=city.at.office, reason="由省里定")
    assert not queries.to_decide(city.at.office).exists()
    assert [word["reason"] for word in root.declined] == ["标准由市里定", "由省里定"]
    assert asked(row) == [city.at.city.code, ""]  # nobody stands above the city
    assert value("escalation.roots_declined", city.at.city) == 1
    assert "由省里定" in [c["after"] for c in queries.root_history(root)]
    assert check().differences == 0


def test_what_nobody_waits_for_any_more_is_no_work(city: make.City) -> None:
    by = office(city)
    row, root = pointed(city)
    actions.decline(root=root, by=by, reason="标准由市里定")
    other = city.problem(1, make.PATTERN)
    row.refresh_from_db()
    ledger.move(problem=row, move="merge", by=city.at.office, into=other)
    assert not queries.to_decide(city.at.office).exists()
    assert queries.waiting_counts(city.at.office) == {"mine": 0, "below": 1}


def test_the_page_counts_what_was_declined_below_and_asks(city: make.City) -> None:
    by = office(city)
    _row, root = pointed(city)
    actions.decline(root=root, by=by, reason="标准由市里定")
    browser = people.logged_in(people.holder(city.at.city, Role.OFFICE))
    tabs = browser.get("/roots/?tab=below")
    assert "下级未认领1" in "".join(strip_tags(tabs.content.decode()).split())
    page = browser.get(f"/roots/{root.pk}/").content.decode()
    assert "标准由市里定" in page
    assert f"/roots/{root.pk}/claim/" in page
    assert f"/roots/{root.pk}/decline/" in page


def test_a_parted_case_is_looked_at_again(city: make.City) -> None:
    make.spread(city, alike=7)
    (root,) = actions.propose()
    link = Link.objects.filter(root=root).earliest("id")
    assert link.problem_id not in set(queries.Book.read().ids.tolist())
    actions.part(link=link, by=city.at.office, reason="另一回事")
    assert link.problem_id in set(queries.Book.read().ids.tolist())


def test_the_same_is_not_put_again_to_who_declined_it_until_it_has_come_up_anew(
    city: make.City,
) -> None:
    make.spread(city, alike=7)
    (root,) = actions.propose()
    actions.decline(root=root, by=city.at.office, reason="各区自办")
    assert actions.propose() == []
    for n in range(2):
        city.problem(n, f"第{n + 20}小区：{make.PATTERN}")
    assert actions.propose() == []
    for n in range(2, 5):
        city.problem(n, f"第{n + 20}小区：{make.PATTERN}")
    (again,) = actions.propose()
    assert Root.objects.filter(decision=Decision.OPEN).get() == again
    assert Link.objects.filter(root=again).count() > 5  # those declined before among them
