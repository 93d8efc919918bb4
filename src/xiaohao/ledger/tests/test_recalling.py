"""An office takes back what it handed to the wrong unit, while that unit has not accepted it."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from xiaohao.figures.queries import check, value
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Role
from xiaohao.kernel.errors import Answer, Stale
from xiaohao.ledger import actions, queries
from xiaohao.ledger.models import Problem, Referral
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.standings import STANDINGS
from xiaohao.ledger.timeline import timeline
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
WHY = "应由西区办理，点错了单位"
UNKNOWN: dict[str, Any] = {"reason": "不归我们", "owner_unknown": "不清楚归谁管"}


@pytest.fixture
def town() -> make.City:
    with clock.at(make.DAY):
        return make.city()


def referred(town: make.City, **more: Any) -> Problem:
    return make.walk(town, make.problem(town, **more), "referred")


def recall(row: Problem, by: Actor | Nobody, **more: Any) -> Problem:
    return actions.move(problem=row, move="recall", by=by, **({"reason": WHY} | more))


def refused(row: Problem, by: Actor | Nobody, **more: Any) -> list[str]:
    with pytest.raises(Answer) as answer:
        recall(row, by, **more)
    return [unmet.code for unmet in answer.value.unmet]


def test_it_stands_with_the_office_again_and_not_as_returned(town: make.City) -> None:
    with clock.at(make.DAY):
        row = recall(referred(town), town.office)  # another post of the office that referred it
        assert (row.state, row.unit, row.deadline, row.returns) == ("registered", None, None, 0)
        assert row.path == town.city.path
        way = row.referrals.get()
        assert (way.recalled_at, way.returned_at, way.reason) == (clock.now(), None, WHY)
        last = timeline(row)[0]
        assert last["title"] == f"从 {town.street.name} 收回"
        assert last["note"] == WHY
        assert make.walk(town, row, "accepted").unit == town.street
        assert row.referrals.count() == 2
        assert not list(faults(Checked()))


def test_it_counts_with_the_office_and_not_against_the_unit(town: make.City) -> None:
    def counts(*names: str) -> list[Any]:
        return [value(f"ledger.{name}", town.east) for name in names]

    with clock.at(make.DAY):
        row = referred(town)
        assert counts("open", "due", "handed") == [1, 1, 1]
        recall(row, town.operator)
        assert counts("open", "due", "returned", "ping_pong", "recalled") == [0, 0, 0, 0, 0]
        assert counts("return_rate") == [0]
        assert value("ledger.open", town.city) == 1
        assert value("ledger.recalled", town.city) == 1
        report = check()
        assert report.differences == 0, report.examples


def test_taken_back_it_brings_no_arbitration_nearer(town: make.City) -> None:
    with clock.at(make.DAY):
        row = referred(town)
        actions.move(problem=row, move="return", by=town.handler, reason="x", better_unit=town.west)
        for _ in range(2):
            recall(make.walk(town, row, "referred"), town.operator)
        assert queries.named_owner(row) == town.west, "what the unit proposed is proposed again"
        assert row.returns == 1
        actions.move(problem=row, move="refer", by=town.operator, unit=town.street)
        actions.move(problem=row, move="return", by=town.handler, **UNKNOWN)
        assert row.state == "arbitration", "the second return, and not a fourth"


def test_who_was_spared_by_it_is_no_party_to_a_dispute(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.problem(town)
        actions.move(problem=row, move="refer", by=town.operator, unit=town.west)
        recall(row, town.operator)
        for _ in range(2):
            make.walk(town, row, "referred")
            actions.move(problem=row, move="return", by=town.handler, **UNKNOWN)
        assert row.arbiter == town.east


def test_only_the_office_that_referred_it_or_one_above(town: make.City) -> None:
    with clock.at(make.DAY):
        row = referred(town)
        assert refused(row, town.district) == ["not_referred_here"], "above the unit, but not of it"
        assert "not_permitted" in refused(row, town.handler)
        assert refused(row, SYSTEM) == ["not_referred_here"]
        assert refused(row, town.operator, reason=" ") == ["reason_missing"]
        below = make.problem(town, by=town.district)
        actions.move(problem=below, move="refer", by=town.district, unit=town.street)
        assert recall(below, town.office).path == town.east.path, "with who registered it"


def test_nobody_takes_work_off_his_own_unit(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.problem(town)
        actions.move(problem=row, move="refer", by=town.operator, unit=town.east)
        both = make.actor("BOTH", town.city, Role.OFFICE)
        elsewhere = Actor(
            both.account_id, both.post_id, both.post_code, both.unit_id, both.unit_path,
            both.role, both.permissions, (town.east.path,),
        )  # fmt: skip
        assert refused(row, elsewhere) == ["own_unit"]
        own = make.problem(town)
        actions.move(problem=own, move="refer", by=town.operator, unit=town.city)
        assert recall(own, town.operator).state == "registered", "what it had handed to itself"


@pytest.mark.parametrize("standing", sorted(set(STANDINGS) - {"referred"}))
def test_only_before_it_is_accepted(town: make.City, standing: str) -> None:
    with clock.at(make.DAY):
        make.problem(town)
        assert "wrong_state" in refused(STANDINGS[standing](town), town.office)


def test_the_arbiters_word_is_not_taken_back(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, STANDINGS["arbitration"](town), "referred")
        assert row.final
        for who in (town.judge(row), town.office):
            assert "recall_is_final" in refused(row, who)
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            Problem.objects.filter(pk=row.pk).update(state="registered", version=row.version + 1)


def test_who_comes_second_is_told(town: make.City) -> None:
    with clock.at(make.DAY):
        row = referred(town)
        late, other = Problem.objects.get(pk=row.pk), Problem.objects.get(pk=row.pk)
        actions.move(problem=row, move="accept", by=town.handler)
        with pytest.raises(Stale):
            recall(late, town.operator)
        assert row.referrals.get().recalled_at is None
        row = referred(town)
        other = Problem.objects.get(pk=row.pk)
        recall(row, town.operator)
        with pytest.raises(Stale):
            actions.move(problem=other, move="accept", by=town.handler)
        assert row.referrals.get().accepted_at is None


def test_more_time_asked_for_ends_with_it(town: make.City) -> None:
    def asks(row: Problem) -> None:
        later = (row.deadline or clock.today()) + dt.timedelta(days=3)
        actions.move(
            problem=row, move="ask_extension", by=town.handler, reason="雨季", deadline=later
        )

    with clock.at(make.DAY):
        row = referred(town)
        asks(row)
        recall(row, town.operator)
        ended = row.extension_rows.get()
        assert (ended.granted, ended.decided_at, ended.note) == (False, clock.now(), WHY)
        make.walk(town, row, "referred")
        assert not queries.facts_of(row).extension_asked, "the next unit has asked for nothing"
        asks(row)
        actions.move(problem=row, move="return", by=town.handler, **UNKNOWN)
        assert not row.extension_rows.filter(decided_at=None).exists()
        again = make.walk(town, make.problem(town), "in_progress")
        asks(again)
        actions.move(problem=again, move="merge", by=town.office, into=row)
        assert not again.extension_rows.filter(decided_at=None).exists()
        assert not list(faults(Checked()))


def test_a_registration_can_still_be_withdrawn_after_it(town: make.City) -> None:
    with clock.at(make.DAY):
        row = recall(referred(town), town.operator)
        actions.move(problem=row, move="withdraw", by=town.office, reason="录错了")
        assert value("ledger.recalled", town.city) == 0
        report = check()
        assert report.differences == 0, report.examples
        judged = make.problem(town, by=town.district)
        actions.move(problem=judged, move="refer", by=town.district, unit=town.street)
        recall(judged, town.office)
        with pytest.raises(Answer) as answer:
            actions.move(problem=judged, move="withdraw", by=town.district, reason="录错了")
        assert [one.code for one in answer.value.unmet] == ["others_acted"]


def test_the_database_ends_a_referral_once(town: make.City) -> None:
    now = make.DAY
    with clock.at(now):
        for stop in ("referred", "accepted"):
            row = make.walk(town, make.problem(town), stop)
            with pytest.raises(DatabaseError, match="taken back once"), transaction.atomic():
                Referral.objects.filter(problem=row).update(recalled_at=now)
        row = recall(referred(town), town.operator)
        for wrong in ({"accepted_at": now}, {"recalled_at": None}, {"reason": "别的"}):
            with pytest.raises(DatabaseError, match="taken back once"), transaction.atomic():
                Referral.objects.filter(problem=row).update(**wrong)


def test_many_are_taken_back_at_once_where_that_may_be(town: make.City) -> None:
    with clock.at(make.DAY):
        rows = [referred(town) for _ in range(3)]
        actions.move(problem=rows[2], move="accept", by=town.handler)
        held = holder(town.city, Role.OPERATOR)
        by = held.post.actor(account_id=held.account_id)
        assert "recall" in dict(actions.offered_moves(by))
        seen = actions.look(by=by, move="recall", problems=rows, given={"reason": WHY})
        assert [one.problem for one in seen.will] == rows[:2]
        bulk = actions.select(by=by, move="recall", problems=rows)
        actions.give(bulk=bulk, given={"reason": WHY})
        actions.begin(by=by, bulk=bulk)
        actions.carry_out(bulk=bulk)
        found = Problem.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
        assert list(found.values_list("state", flat=True)) == ["registered"] * 2 + ["accepted"]


def test_its_page_asks_for_the_reason_and_says_who_reads_it(town: make.City) -> None:
    with clock.at(make.DAY):
        row = referred(town)
        client = logged_in(holder(town.city, Role.OPERATOR))
        page = reverse("ledger_move", args=[row.number, "recall"])
        here = reverse("ledger_problem", args=[row.number])
        assert page in client.get(here).content.decode()
        assert "被收回的单位会看到这条理由" in client.get(page).content.decode()
        assert client.post(page, {"version": row.version}).status_code == 422
        done = client.post(page, {"version": row.version, "reason": WHY}, follow=True)
        assert done.redirect_chain[-1][0] == here
        text = done.content.decode()
        assert f"从 {town.street.name} 收回" in text
        assert reverse("ledger_move", args=[row.number, "refer"]) in text
