"""Entries of the lists and needs lie on the bench of whoever can act on them."""

import datetime as dt
from collections.abc import Iterator

import pytest

from xiaohao.commitments import actions
from xiaohao.commitments import queries as lists
from xiaohao.commitments.tests import make as entries
from xiaohao.dashboards import queries
from xiaohao.dashboards.tests.make import browser
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.ledger.tests.make import DAY
from xiaohao.people.actions import hold_post
from xiaohao.people.models import Post
from xiaohao.people.tests.make import account

pytestmark = pytest.mark.django_db
MINE = ("entry_begin", "entry_through", "entry_check", "need")


@pytest.fixture
def town() -> Iterator[entries.City]:
    with clock.at(DAY):
        made = entries.city()
        for post in Post.objects.order_by("code"):
            hold_post(by=SYSTEM, account=account(), post=post)
        yield made


def held(actor: Actor) -> dict[str, int]:
    found = {one.key: one.count for one in queries.bench(actor).sections}
    return {key: count for key, count in found.items() if key in MINE}


def test_each_step_of_an_entry_lies_with_whoever_takes_it(town: entries.City) -> None:
    row = entries.entry(town)
    working, looking = (town.handler, town.leader), (town.verifier, town.office)
    for state, at_work, above in (
        ("entered", {"entry_begin": 1}, {}),
        ("under_way", {"entry_through": 1}, {}),
        ("reported", {}, {"entry_check": 1}),
        ("done", {}, {}),
    ):
        assert row.state == state
        assert [held(one) for one in working] == [at_work, at_work]
        assert [held(one) for one in looking] == [above, above]
        assert held(town.stranger) == {}
        page = browser(town.leader).get(f"/lists/{row.number}/").content.decode()
        assert ("Next: " in page) == (state != "done")
        entries.one_step(town, row)


def test_what_is_late_is_red_on_the_bench_and_leads_to_its_page(town: entries.City) -> None:
    row = entries.entry(town)
    with clock.at(DAY + dt.timedelta(days=61)):
        bench = queries.bench(town.handler)
        assert (bench.count, bench.late) == (1, 1)
        client = browser(town.handler)
        assert row.number in client.get("/").content.decode()
        assert "/lists/?state=entered" in client.get("/?only=entry_begin").content.decode()
        assert client.get(bench.tasks[0].href).status_code == 200


def test_an_entry_that_is_a_problem_lies_there_as_the_problem(town: entries.City) -> None:
    row = entries.entry(town, "hazard", planned="", promised="", measure="")
    actions.move(entry=row, move="register", by=town.operator)
    assert held(town.handler) == {}


def test_nobody_is_sent_to_check_what_he_reported(town: entries.City) -> None:
    row = entries.walked(town, "reported")
    assert held(town.verifier) == {"entry_check": 1}
    both = entries.actor("CHECKS", town.city, entries.Role.VERIFIER, row.reported_account)
    assert held(both) == {}


def test_a_need_not_referred_lies_with_the_unit_of_the_household(town: entries.City) -> None:
    home = entries.household(town)
    need = {"kind": "work", "text": "希望参加培训后就近就业"}
    actions.visit(
        household=home, by=town.handler, day=DAY.date(), situation=["jobless"], needs=[need],
        refer=False,
    )  # fmt: skip
    assert held(town.handler) == {"need": 1}
    assert held(town.office) == {}
    task = queries.bench(town.handler).tasks[0]
    assert need["text"] in task.title
    actions.refer_need(need=lists.to_refer(town.handler).get(), by=town.handler)
    assert held(town.handler) == {}
