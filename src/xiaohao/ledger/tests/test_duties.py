"""Nobody gets round the separation of duties by another post of his, nor by moving the problem."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import offers
from xiaohao.ledger.tests import make
from xiaohao.people import actions as people
from xiaohao.people.models import Account, Post
from xiaohao.people.queries import SESSION_POST, actor_at, actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def refused(row: Problem, move: str, by: Actor, **given: Any) -> set[str]:
    """The codes with which the ledger's one door refuses a move."""
    with pytest.raises(Answer) as said:
        actions.move(problem=row, move=move, by=by, **given)
    return {one.code for one in said.value.unmet}


def test_a_post_without_the_ledger_sees_no_problem_of_its_own_area(city: make.City) -> None:
    row = make.problem(city)
    keeps = make.actor("ADMIN", city.city, Role.ADMINISTRATOR, 41)
    assert Problem.objects.visible_to(city.office).get() == row
    assert not Problem.objects.visible_to(keeps).exists()


def two_posts(first: Actor, second: Actor) -> tuple[Account, Post, Post]:
    """A person who holds both posts."""
    account, _password = people.open_account(by=SYSTEM, username="two-posts")
    posts = [Post.objects.select_related("unit").get(pk=one.post_id) for one in (first, second)]
    for post in posts:
        people.hold_post(by=SYSTEM, account=account, post=post)
    return account, posts[0], posts[1]


def test_a_check_does_not_rest_on_the_file_that_the_unit_gave(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    (given,) = row.evidence.all()
    sent = actions.upload(problem=row, by=city.verifier, name="mine.jpg", stream=make.picture())
    assert sent.file.sha256 == given.file.sha256
    assert refused(row, "pass", city.verifier, note="灯亮了", files=[sent.pk]) == {"same_file"}
    row.refresh_from_db()
    assert (row.state, row.verifications.count(), row.evidence.count()) == ("reported", 0, 1)
    own = make.picture(90)
    sent = actions.upload(problem=row, by=city.verifier, name="mine.jpg", stream=own)
    actions.move(problem=row, move="pass", by=city.verifier, note="灯亮了", files=[sent.pk])
    assert row.evidence.count() == 2


def test_whoever_holds_a_post_at_the_responsible_unit_judges_from_none(city: make.City) -> None:
    account, _own, other = two_posts(city.handler, city.verifier)
    both = actor_at(other, account.pk)
    assert both is not None
    assert both.elsewhere == (city.street.path,)
    row = make.walk(city, make.problem(city), "reported")  # another person reported it
    assert refused(row, "pass", both, note="灯亮了") == {"own_unit"}
    assert refused(row, "fail", both, reason="没亮") == {"own_unit"}
    assert not next(one for one in offers(row, both) if one.move.name == "pass").allowed
    actions.move(problem=row, move="pass", by=city.verifier, note="灯亮了")
    account, _own, other = two_posts_again(account, city.office)
    both = actor_at(other, account.pk)
    assert both is not None
    assert refused(row, "close", both) == {"own_unit"}


def two_posts_again(account: Account, more: Actor) -> tuple[Account, Post, Post]:
    post = Post.objects.select_related("unit").get(pk=more.post_id)
    people.hold_post(by=SYSTEM, account=account, post=post)
    return account, post, post


def test_a_session_knows_of_the_other_posts_of_its_person(city: make.City) -> None:
    account, own, other = two_posts(city.handler, city.verifier)
    browser = Client()
    browser.force_login(account)
    request = RequestFactory().get("/")
    request.user, request.session = account, browser.session
    request.session[SESSION_POST] = other.pk
    acting = actor_of(request)
    assert acting is not None
    assert (acting.post_id, acting.elsewhere) == (other.pk, (city.street.path,))
    row = make.walk(city, make.problem(city), "reported")
    browser.post("/people/switch/", {"post": other.pk})
    said = browser.post(f"/ledger/{row.number}/pass/", {"note": "灯亮了", "version": row.version})
    assert said.status_code == 422
    assert "own_unit" in {one.code for one in said.context["unmet"]}
    row.refresh_from_db()
    assert row.state == "reported"
    people.end_holding(by=SYSTEM, holding=account.holdings.get(post=own))
    free = actor_at(other, account.pk)
    assert free is not None
    assert free.elsewhere == ()


def test_a_unit_does_not_hand_what_came_back_to_it_to_one_below_and_judge_that(
    city: make.City,
) -> None:
    own_office = make.actor("EAST-OFFICE", city.east, Role.OFFICE, 31)
    own_handler = make.actor("EAST-HANDLER", city.east, Role.HANDLER, 32)
    row = make.problem(city)
    actions.move(problem=row, move="refer", by=city.operator, unit=city.east)
    actions.move(problem=row, move="accept", by=own_handler)
    day = clock.today() + dt.timedelta(days=5)
    actions.move(
        problem=row, move="plan", by=own_handler,
        measures=[{"text": "换灯", "owner": "科", "deadline": day}],
    )  # fmt: skip
    sent = actions.upload(problem=row, by=own_handler, name="a.jpg", stream=make.picture())
    measure = row.measures.get().pk
    actions.move(
        problem=row, move="finish_measure", by=own_handler, measure=measure, files=[sent.pk]
    )
    leader = make.actor("EAST-LEADER", city.east, Role.LEADER, 33)
    actions.move(problem=row, move="report", by=leader)
    actions.move(problem=row, move="pass", by=city.verifier, note="好了")
    actions.move(problem=row, move="reopen", by=city.verifier, reason="又坏了")
    assert refused(row, "refer", own_office, unit=city.street) == {"own_unit"}
    actions.move(problem=row, move="refer", by=city.operator, unit=city.street)


def test_a_unit_does_not_merge_what_it_answers_for_into_something_small(city: make.City) -> None:
    own_office = make.actor("EAST-OFFICE", city.east, Role.OFFICE, 31)
    row, small = make.problem(city), make.problem(city)
    actions.move(problem=row, move="refer", by=city.operator, unit=city.east)
    actions.move(problem=small, move="refer", by=city.operator, unit=city.street)
    assert refused(row, "merge", own_office, into=small.number) == {"own_unit"}
    actions.move(problem=row, move="merge", by=city.operator, into=small.number)
    row.refresh_from_db()
    assert refused(row, "split", own_office, reason="不是一回事") == {"own_unit"}


def test_a_helping_unit_does_not_merge_what_it_helps_with(city: make.City) -> None:
    helper = make.actor("WEST-OFFICE", city.west, Role.OFFICE, 41)
    row, small = make.problem(city), make.problem(city)
    actions.move(problem=row, move="refer", by=city.operator, unit=city.street)
    actions.move(problem=row, move="assign", by=city.operator, partners=[city.west])
    actions.move(problem=small, move="refer", by=city.operator, unit=city.west)
    assert refused(row, "merge", helper, into=small.number) == {"helping_unit"}


def test_a_program_of_the_post_that_fixed_on_the_spot_does_not_check_it(city: make.City) -> None:
    """A token has no person: what tells it apart is its post."""
    another = make.actor("OFFICE-2", city.city, Role.OFFICE)
    row = make.problem(city)
    sent = actions.upload(problem=row, by=another, name="a.jpg", stream=make.picture())
    actions.move(
        problem=row, move="spot", by=another, unit=city.street, done="当场换灯", owner="城管科",
        files=[sent.pk],
    )  # fmt: skip
    assert refused(row, "pass", another, note="好了") == {"reported_by_same"}
    actions.move(problem=row, move="pass", by=city.district, note="好了")
