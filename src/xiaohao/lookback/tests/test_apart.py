"""Who may check again: rule, draw, gift and database keep apart the same posts."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Answer, Forbidden, Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, actor, city, problem, unit, walk
from xiaohao.lookback import actions, queries
from xiaohao.lookback.models import Recheck
from xiaohao.lookback.queries.finding import case_of
from xiaohao.lookback.rules import had_part
from xiaohao.lookback.tests.make import NEXT, closed, drawn
from xiaohao.people.models import Post
from xiaohao.trail.queries import events_of

pytestmark = pytest.mark.django_db


def codes_of(refused: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def checker_of(row: Recheck) -> Actor:
    assert row.post is not None
    return row.post.actor(account_id=20)


def test_who_had_a_part_never_checks() -> None:
    at = city()
    actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 1)
    row = drawn(at, 1)[0]
    same_person = actor("OTHER", at.west, Role.VERIFIER, at.verifier.account_id)
    parts = {
        at.verifier.post_code: "had_part",
        at.office.post_code: "had_part",
        at.stranger.post_code: "cannot_check",
        "OTHER-2": "out_of_its_area",
        "EAST-V": "had_part",
        "STREET-V": "had_part",
    }
    actor("OTHER-2", unit("13"), Role.VERIFIER)
    actor("EAST-V", at.east, Role.VERIFIER)
    actor("STREET-V", at.street, Role.VERIFIER)
    with clock.at(NEXT):
        for code, why in parts.items():
            post = Post.objects.select_related("unit").get(code=code)
            with pytest.raises(Refused) as refused:
                actions.assign(recheck=row, by=at.office, post=post)
            assert codes_of(refused) == [why], code
        for key in (at.verifier.post_id, at.office.post_id, Post.objects.get(code="STREET-V").pk):
            with pytest.raises(DatabaseError, match="had a part"), transaction.atomic():
                Recheck.objects.filter(pk=row.pk).update(post_id=key)
        post = Post.objects.select_related("unit").get(code="OTHER")
        actions.assign(recheck=row, by=at.office, post=post)
        with pytest.raises(Forbidden) as person:
            actions.record(recheck=row, by=same_person, result="fixed", note="亮")
        assert codes_of(person) == ["had_part"]
        other = post.actor(account_id=99)
        actions.record(recheck=row, by=other, result="fixed", note="亮")
        with pytest.raises(Forbidden):
            actions.record(recheck=row, by=at.verifier, result="fixed", note="亮")
        with pytest.raises(Refused) as twice:
            actions.record(recheck=row, by=other, result="not_fixed", note="不亮")
        assert codes_of(twice) == ["already_done"]


def test_another_district_checks_what_the_city_closed() -> None:
    at = city()
    west = actor("WEST", at.west, Role.OFFICE, 20)
    team = actor("TEAM", unit("12-team", at.city), Role.GUIDANCE, 21)
    actor("EAST-V", at.east, Role.VERIFIER, 22)
    closed(at, 4)
    rows = drawn(at, 4)
    assert {row.post_id for row in rows} == {west.post_id, team.post_id}
    assert {post.pk for post in queries.posts_free_for(rows[0])} == {west.post_id, team.post_id}
    with clock.at(NEXT):
        for row in rows:
            actions.record(recheck=row, by=checker_of(row), result="not_fixed", note="还是不亮")
    assert Problem.objects.filter(state="reopened").count() == 4, "also from outside its area"


def test_a_draw_says_of_what_is_nobodys() -> None:
    at = city()
    actor("EAST-V", at.east, Role.VERIFIER, 22)
    closed(at, 2)
    row = drawn(at, 2)[0]
    assert row.post_id is None
    round_ = queries.find_round(at.office, row.round_id)
    assert round_.without_post == 2  # type: ignore[attr-defined]
    event = events_of("lookback.round", round_.pk).last()
    assert event is not None
    assert event.data["without_post"] == 2
    west = actor("WEST", at.west, Role.VERIFIER, 20)
    with clock.at(NEXT):
        post = queries.post_for(at.office, row, "WEST")
        actions.assign(recheck=row, by=at.office, post=post)
    assert Recheck.objects.get(pk=row.pk).post_id == west.post_id
    left = queries.find_round(at.office, row.round_id)
    assert left.without_post == 1  # type: ignore[attr-defined]


def test_rule_and_database_bar_the_same_posts() -> None:
    """Whatever the tree: a post is taken by the database exactly where the rule takes it."""
    at = city()
    village = unit("120101001", at.street, "village")
    beside = unit("120102", at.east, "township")
    helping = unit("120201", at.west, "township")
    units = (at.city, at.east, at.west, at.street, village, beside, helping, unit("13"))
    for one in units:
        actor(f"V-{one.code}", one, Role.VERIFIER)
    district = actor("EAST-V", at.east, Role.VERIFIER)
    closer = actor("EAST-O", at.east, Role.OFFICE, 30)
    with clock.at(DAY):
        rows = [walk(at, problem(at), "reported"), walk(at, problem(at), "referred")]
        ledger.move(problem=rows[0], move="pass", by=district, note="看过")
        ledger.move(problem=rows[0], move="close", by=closer, note="销号")
        ledger.move(problem=rows[1], move="assign", by=at.office, partners=[helping.code])
        walk(at, rows[1], "closed")
    drawn(at, 2)
    seen = set()
    for row in Recheck.objects.select_related("unit").order_by("pk"):
        case = case_of(row)
        for post in Post.objects.select_related("unit").order_by("pk"):
            part = had_part(case, post.pk, post.unit.path)
            seen.add(part)
            taken = True
            try:
                with transaction.atomic():
                    Recheck.objects.filter(pk=row.pk).update(post=None)
                    Recheck.objects.filter(pk=row.pk).update(post=post)
            except DatabaseError:
                taken = False
            assert taken == (not part), f"{post.code}: {part or 'free'}"
    assert seen == {"", "own_unit", "same_post", "answers", "helped"}


def test_what_was_given_before_the_rule_judged_units_can_be_finished() -> None:
    """An installation with open re-checks goes on: who has one records it."""
    at = city()
    closed(at, 1)
    row = drawn(at, 1)[0]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE lookback_recheck DISABLE TRIGGER USER")
        Recheck.objects.filter(pk=row.pk).update(post=at.district.post_id)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE lookback_recheck ENABLE TRIGGER USER")
    row = queries.find_recheck(at.district, row.pk)
    with clock.at(NEXT):
        actions.record(recheck=row, by=at.district, result="fixed", note="亮")
    assert Recheck.objects.get().result == "fixed"
