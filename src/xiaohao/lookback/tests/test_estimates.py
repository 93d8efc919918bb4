"""What re-checks say about closings: per unit, and per category together and apart."""

import re
from html import unescape

import pytest
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import NotFound
from xiaohao.ledger.tests.make import DAY, actor, city, problem, walk
from xiaohao.lookback import actions, queries
from xiaohao.lookback.tests.make import NEXT, closed, drawn
from xiaohao.people.tests import make as people
from xiaohao.triage.models import Category

pytestmark = pytest.mark.django_db


def test_estimates_stand_on_all_rounds_of_the_highest_unit() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 14)
    rows = drawn(at, 12)
    with clock.at(NEXT):
        for n, row in enumerate(rows):
            actions.record(
                recheck=row, by=checker, result="fixed" if n else "not_fixed", note="看过"
            )
        found = queries.outlook(at.office, "", 30)
        assert (found.owner, found.waiting) == (at.city, 0)
        assert (found.whole.checked, found.whole.failed) == (12, 1)
        assert found.whole.share is not None
        assert 0.7 < found.whole.share < 1
        assert found.whole.closings == pytest.approx(14, abs=2.5)
        assert [one.code for one in found.children] == [at.east.code]
        below = queries.outlook(at.leader, "", 30)
        assert (below.owner, below.whole.checked) == (at.city, 12)
        assert queries.outlook(at.stranger, "", 30).whole.checked == 0
        assert queries.outlook(at.office, "", 90).owner is None


def test_categories_are_told_together_first_and_then_apart() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    lights, housing = (Category.objects.get(code=code) for code in ("roads", "housing"))
    noise = Category.objects.get(code="noise")
    with clock.at(DAY):
        for one in (*[lights] * 6, *[housing] * 5, noise):
            walk(at, problem(at, category=one), "closed")
    rows = drawn(at, 12)
    with clock.at(NEXT):
        for row in rows:
            actions.record(recheck=row, by=checker, result="fixed", note="看过")
        found = queries.outlook(at.office, "", 30)
        told = [(one.code, one.estimate.checked, one.has_parts) for one in found.categories]
        assert told == [("urban", 11, True), ("environment", 1, True)]
        assert [one.estimate.is_told for one in found.categories] == [True, False]
        apart = queries.outlook(at.office, "", 30, "urban")
        told = [(one.code, one.estimate.checked, one.has_parts) for one in apart.categories]
        assert told == [("roads", 6, False), ("housing", 5, False)]
        assert not any(one.estimate.is_told for one in apart.categories)
        address = {"category": "urban", "wave": "30", "result": "done"}
        assert queries.narrowed(at.office, address).count() == 11
        with pytest.raises(NotFound):
            queries.outlook(at.office, "", 30, "nowhere")


def test_false_closings_are_told_by_the_post_that_verified() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 14)
    rows = drawn(at, 12)
    with clock.at(NEXT):
        for n, row in enumerate(rows):
            result = "fixed" if n else "not_fixed"
            actions.record(recheck=row, by=checker, result=result, note="看过")
        (one,) = queries.told_of_verifiers(at.office, queries.verifiers(at.office, "", 30))
        assert one.post.code == at.verifier.post_code
        assert (one.closings, one.estimate.checked, one.estimate.failed) == (13, 12, 1)
        assert one.false_share is not None
        assert one.false_low is not None
        assert one.false_high is not None
        assert one.false_low < one.false_share < one.false_high
        assert not queries.verifiers(at.stranger, "", 30).exists()
        browser = people.logged_in(people.holder(at.city, Role.AUDITOR))
        page = browser.get("/lookback/verifiers/").content.decode()
        links = {
            unescape(one) for one in re.findall(r'href="([^"]*verif[^"]*=VERIFIER[^"]*)"', page)
        }
        counted = {}
        for link in links:
            shown = browser.get(link)
            assert shown.status_code == 200
            counted[link.split("?")[0], "failed" in link] = len(shown.context["page"].items)
        assert counted == {
            ("/ledger/", False): 13,
            ("/lookback/checks/", False): 12,
            ("/lookback/checks/", True): 1,
        }
        client = Client(
            headers={"Authorization": f"Bearer {people.token(people.post(at.city, Role.AUDITOR))}"}
        )
        told = client.get("/api/v1/lookback/verifiers").json()["items"]
        assert [(row["closings"], row["checked"], row["false_closings"]) for row in told] == [
            (13, 12, 1)
        ]
        handler = people.logged_in(people.holder(at.east, Role.HANDLER))
        assert handler.get("/lookback/verifiers/").status_code == 404


def test_few_rechecks_of_a_post_tell_no_share() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 3)
    rows = drawn(at, 2)
    with clock.at(NEXT):
        for row in rows:
            actions.record(recheck=row, by=checker, result="not_fixed", note="看过")
        (one,) = queries.told_of_verifiers(at.office, queries.verifiers(at.office, "", 30))
        assert (one.estimate.checked, one.estimate.failed, one.false_share) == (2, 2, None)
        browser = people.logged_in(people.holder(at.city, Role.OFFICE))
        assert "数量太少，看不出" in browser.get("/lookback/verifiers/").content.decode()
