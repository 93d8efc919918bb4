"""From a closed problem to a draw anybody can repeat, a re-check on site, and what follows."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DatabaseError

from xiaohao.figures import queries as figures
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Answer, Forbidden, Refused, Stale
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, actor, city, picture, problem, walk
from xiaohao.lookback import actions, queries, rules
from xiaohao.lookback.models import BEGINNING, Photo, Recheck, Relapse, Round
from xiaohao.lookback.tests.make import LATER, NEXT, NIGHT, closed, drawn, laid
from xiaohao.people.models import Post
from xiaohao.trail.actions import seal_day
from xiaohao.trail.queries import Checked, events_of, faults
from xiaohao.triage.models import Category

pytestmark = pytest.mark.django_db


def codes_of(refused: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def checker_of(row: Recheck) -> Actor:
    assert row.post is not None
    return row.post.actor(account_id=20)


def test_a_round_is_laid_drawn_and_repeated() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    numbers = [row.pk for row in closed(at, 6)]
    round_ = laid(at, 3)
    assert (round_.count, round_.size, round_.number) == (6, 3, f"LB-{round_.pk:06d}")
    frame = queries.frame_text(round_)
    assert rules.digest(frame) == round_.frame_sha256
    assert rules.read_frame(frame).ids.tolist() == numbers
    event = events_of("lookback.round", round_.pk).get()
    assert event.data["frame_sha256"] == round_.frame_sha256
    assert event.data["commitment"] == round_.commitment
    with clock.at(LATER), pytest.raises(Refused) as early:
        actions.draw(round_=round_, by=at.office)
    assert codes_of(early) == ["not_sealed_yet"]
    with clock.at(NIGHT):
        seal = seal_day()
    with clock.at(NEXT):
        rows = actions.draw(round_=round_, by=at.office)
    assert seal is not None
    assert round_.public_value == seal.root_hex
    assert sorted(row.problem_id for row in rows) == queries.replayed(round_).sample
    assert queries.replayed(round_).faults == []
    assert {row.post_id for row in rows} <= {checker.post_id, at.district.post_id}
    assert queries.proof(round_)["sample"] is None, "unknown while re-checks are open"
    with clock.at(NEXT), pytest.raises(Refused) as twice:
        actions.draw(round_=Round.objects.get(), by=at.office)
    assert codes_of(twice) == ["already_drawn"]
    assert list(faults(Checked())) == []


def test_a_repeated_draw_names_what_was_changed() -> None:
    at = city()
    actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 4)
    rows = drawn(at, 2)
    with clock.at(NEXT):
        for row in rows:
            by = checker_of(row)
            actions.record(recheck=row, by=by, result="fixed", note="灯亮着")
    round_ = Round.objects.get()
    assert round_.revealed_at is not None, "the last result reveals the secret"
    proof, frame = queries.proof(round_), queries.frame_text(round_)
    assert queries.replay(proof, frame).faults == []
    other = {**proof, "secret": "0" * 64}
    assert any("committed" in fault for fault in queries.replay(other, frame).faults)
    assert any("hash" in fault for fault in queries.replay(proof, b"1 4 0\n2 4 0\n").faults)
    wrong = {**proof, "sample": [1]}
    assert any("sample" in fault for fault in queries.replay(wrong, frame).faults)
    early = {**proof, "secret": None}
    with pytest.raises(ValueError, match="secret"):
        queries.replay(early, frame)
    assert rules.look_ahead(early, frame).waits_for == ["secret"]
    assert rules.look_ahead(early, frame).faults == []
    assert any("hash" in fault for fault in rules.look_ahead(early, b"1 4 0\n").faults)


def test_a_public_source_named_beforehand_is_asked_for() -> None:
    at = city()
    closed(at, 2)
    round_ = laid(at, 1, source="福彩双色球 第2019120期")
    with clock.at(NEXT):
        with pytest.raises(Refused) as missing:
            actions.draw(round_=round_, by=at.office)
        assert codes_of(missing) == ["public_value_missing"]
        actions.draw(round_=round_, by=at.office, public_value="03 07 11 19 22 30 + 08")
    assert queries.replayed(round_).faults == []


def test_every_closing_stands_in_one_frame_of_an_age() -> None:
    at = city()
    closed(at, 2)
    laid(at, 1)
    with clock.at(LATER):
        with pytest.raises(Refused) as again:
            actions.lay(unit=at.city, by=at.office, wave=30, size=1)
        assert codes_of(again) == ["nothing_ripe"]
        waiting = {one.wave: one.count for one in queries.ripe(at.city)}
    assert waiting == {7: 2, 30: 0, 90: 0}
    with clock.at(LATER):
        assert actions.lay(unit=at.city, by=at.office, wave=7, size=1).count == 2
    with clock.at(LATER + dt.timedelta(days=60)):
        assert actions.lay(unit=at.city, by=at.office, wave=90, size=1).count == 2


def test_bad_input_is_refused_whole() -> None:
    at = city()
    closed(at, 1)
    with clock.at(LATER):
        with pytest.raises(Refused) as refused:
            actions.lay(unit=at.city, by=at.office, wave=31, size=0, source="x" * 201)
        assert codes_of(refused) == ["bad_wave", "bad_size", "too_long"]
        with pytest.raises(Forbidden):
            actions.lay(unit=at.city, by=at.verifier, wave=30, size=1)
    assert not Round.objects.exists()


def test_the_frame_says_the_facts_as_the_rule_does() -> None:
    """The code that the database makes is that of `Facts`, for problems of every kind."""
    at = city()
    actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    rows = closed(at, 4)
    with clock.at(DAY + dt.timedelta(days=1)):
        ledger.move(problem=rows[0], move="reopen", by=at.verifier, reason="又不亮了")
        walk(at, rows[0], "closed")
    with clock.at(DAY + dt.timedelta(hours=1)):
        late = walk(at, problem(at), "referred")
    with clock.at(dt.datetime.combine(late.deadline, dt.time(9), clock.ZONE)):  # type: ignore[arg-type]
        walk(at, late, "closed")
    earlier = drawn(at, 1)[0]
    with clock.at(NEXT):
        by = checker_of(earlier)
        actions.record(recheck=earlier, by=by, result="not_fixed", note="还是不亮")
        text = queries.copied(at.city, DateRange(BEGINNING, clock.today()))
    frame = rules.read_frame(text)
    assert rules.broken_frame(frame) == ""
    found = dict(zip(frame.ids.tolist(), frame.codes.tolist(), strict=True))
    for row in Problem.objects.filter(state="closed").order_by("pk"):
        assert row.reported_at is not None
        assert row.deadline is not None
        reported = clock.local_day(row.reported_at)
        facts = rules.Facts(
            row.closing, (row.deadline - reported).days <= 1, row.round > 1, row.urgent, 1
        )
        assert found[row.pk] == facts.code
    assert len(set(found.values())) > 2


def test_what_is_not_fixed_comes_back_and_counts_twice() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 3)
    rows = drawn(at, 2)
    with clock.at(NEXT):
        actions.record(
            recheck=rows[0], by=checker, result="not_fixed", note="现场仍不亮",
            photos=[("a.jpg", picture())],
        )  # fmt: skip
        actions.record(recheck=rows[1], by=checker, result="fixed", note="亮")
        found = Problem.objects.get(pk=rows[0].problem_id)
        assert (found.state, found.round) == ("reopened", 2)
        event = events_of("ledger.problem", found.pk).last()
        assert event is not None
        assert (event.kind, "现场仍不亮" in event.data["reason"]) == ("reopen", True)
        values = figures.table(
            ("lookback.checked", "lookback.false_closings",
             "lookback.false_checks", "ledger.reopened"), [at.street, at.city],
        )  # fmt: skip
        assert list(values[at.street.pk].values()) == [2, 1, 0, 1]
        assert list(values[at.city.pk].values()) == [2, 1, 1, 1]
        ids = figures.thing_ids("lookback.false_closings", at.street)
        assert [row["thing_id"] for row in ids] == [rows[0].pk]
        assert figures.check().differences == 0
    assert Photo.objects.get().recheck_id == rows[0].pk
    assert list(faults(Checked())) == []


def test_what_came_back_by_itself_is_no_second_reopening() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 2)
    row = drawn(at, 1)[0]
    with clock.at(NEXT):
        found = Problem.objects.get(pk=row.problem_id)
        ledger.move(problem=found, move="reopen", by=at.verifier, reason="群众又来反映")
        row = Recheck.objects.get(pk=row.pk)
        with pytest.raises(Refused) as refused:
            actions.record(recheck=row, by=checker, result="not_fixed", note="不亮")
        assert codes_of(refused) == ["bad_result"]
        actions.record(recheck=row, by=checker, result="came_back", note="已重新打开")
        assert figures.value("lookback.false_closings", at.city) == 0
        assert figures.check().differences == 0


def test_reopened_between_laying_and_drawing() -> None:
    at = city()
    rows = closed(at, 1)
    round_ = laid(at, 1)
    with clock.at(LATER):
        ledger.move(problem=rows[0], move="reopen", by=at.verifier, reason="又不亮")
    with clock.at(NIGHT):
        seal_day()
    with clock.at(NEXT):
        drawn_ = actions.draw_due()
        row = Recheck.objects.get()
    assert [one.pk for one in drawn_] == [round_.pk]
    assert row.result == "came_back"


def test_a_stale_result_is_told() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    actor("GUIDANCE-2", at.west, Role.GUIDANCE, 21)
    closed(at, 1)
    row = drawn(at, 1)[0]
    seen = row.version
    with clock.at(NEXT):
        post = Post.objects.select_related("unit").get(code="GUIDANCE-2")
        actions.assign(recheck=row, by=at.office, post=post)
        with pytest.raises(Stale):
            actions.record(recheck=row, by=checker, result="fixed", note="亮", version=seen)


def test_the_database_keeps_a_round_as_it_was_laid() -> None:
    at = city()
    closed(at, 2)
    round_ = laid(at, 1)
    for change in (
        {"size": 2}, {"frame_sha256": "0" * 64}, {"commitment": "0" * 64},
        {"drawn_at": LATER, "seed": "0" * 64, "public_value": "chosen"},
        {"secret": "x", "revealed_at": LATER},
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="xiaohao"), transaction.atomic():
            Round.objects.filter(pk=round_.pk).update(**change)
    with pytest.raises(DatabaseError, match="delete"), transaction.atomic():
        Round.objects.filter(pk=round_.pk)._raw_delete("default")


def test_a_secret_that_was_not_committed_to_is_not_taken() -> None:
    at = city()
    closed(at, 1)
    drawn(at, 1)
    with pytest.raises(DatabaseError, match="committed"), transaction.atomic():
        Round.objects.update(secret="0" * 64, revealed_at=NEXT)


def test_the_same_again_soon_is_a_relapse() -> None:
    at = city()
    category = Category.objects.order_by("code")[0]
    with clock.at(DAY):
        old = walk(at, problem(at, category=category, place="幸福里 3 号"), "closed")
        walk(at, problem(at, category=category, place="别处"), "closed")
        last = walk(at, problem(at, category=category, place="车站"), "closed")
    with clock.at(LATER):
        new = problem(at, category=category, place="幸福里3号")
        problem(at, place="幸福里3号")
        assert actions.find_relapses() == 1
        assert actions.find_relapses() == 0
        row = Relapse.objects.get()
        assert (row.earlier_id, row.later_id, row.days, row.unit_id) == (
            old.pk, new.pk, 31, at.street.pk,
        )  # fmt: skip
        assert figures.value("lookback.relapses", at.city) == 1
        assert figures.value("lookback.relapse_rate", at.city) == pytest.approx(Decimal("0.3333"))
        assert figures.check().differences == 0
    with clock.at(DAY + dt.timedelta(days=180)):
        problem(at, category=category, place="车站")
        assert actions.find_relapses() == 1, "the last day of half a year counts"
        assert Relapse.objects.get(earlier=last).days == 180
    with clock.at(DAY + dt.timedelta(days=181)):
        problem(at, category=category, place="别处")
        assert actions.find_relapses() == 0, "half a year later it is another matter"


def test_what_is_coming_is_known_to_few() -> None:
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    district = actor("EAST", at.east, Role.OFFICE, 21)
    closed(at, 2)
    row = drawn(at, 1)[0]
    for who in (at.leader, at.handler, at.verifier, district, at.stranger):
        assert not Recheck.objects.visible_to(who).exists(), who.post_code
    for who in (checker, at.office):
        assert Recheck.objects.visible_to(who).count() == 1, who.post_code
    with clock.at(NEXT):
        actions.record(recheck=row, by=checker, result="fixed", note="亮")
    for who in (at.leader, at.verifier, district):
        assert Recheck.objects.visible_to(who).count() == 1, who.post_code
    assert not Recheck.objects.visible_to(at.stranger).exists()


def test_chances_add_up_to_the_size() -> None:
    at = city()
    closed(at, 8)
    round_ = laid(at, 3)
    frame = rules.read_frame(queries.frame_text(round_))
    chance = round_.size * frame.weights / frame.weights.sum()
    with clock.at(NIGHT):
        seal_day()
    with clock.at(NEXT):
        rows = actions.draw(round_=round_, by=SYSTEM)
    told = dict(zip(frame.ids.tolist(), chance, strict=True))
    if float(np.max(chance)) < 1:
        assert all(row.chance == pytest.approx(told[row.problem_id]) for row in rows)
    assert float(np.sum(chance)) == pytest.approx(3)
