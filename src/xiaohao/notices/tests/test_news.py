"""Who has a part in a problem learns what happened to it, once, and nothing that he may not see."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from xiaohao.escalation import actions as escalation
from xiaohao.escalation.models import Link
from xiaohao.escalation.tests.make import called
from xiaohao.intake import actions as intake
from xiaohao.intake.tests.make import message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.rules import MOVES
from xiaohao.ledger.tests.make import actor, problem, walk
from xiaohao.ledger.timeline import WORDS, timeline
from xiaohao.notices import actions, queries
from xiaohao.notices.models import Notice, Reach
from xiaohao.notices.rules.news import NEWS, OLDEST, Whom
from xiaohao.notices.tests.make import DAY, City, city
from xiaohao.notices.tests.test_climbing import in_parallel
from xiaohao.notices.wording import PART_NAMES
from xiaohao.people import actions as people
from xiaohao.people.models import Post
from xiaohao.people.tests.make import account, logged_in


@pytest.fixture
def at(db: None) -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def news(who: Actor) -> list[tuple[str, str]]:
    """What the post was told since the last time: each move with the part for which."""
    actions.tell()
    rows = list(queries.inbox(who, unread=True).order_by("id"))
    actions.mark_all_read(by=who, up_to=max((row.pk for row in rows), default=0))
    return [(row.data.get("move") or row.data.get("what"), row.data.get("as", "")) for row in rows]


def move(row: Problem, name: str, by: Actor, **given: Any) -> None:
    row.refresh_from_db()
    ledger.move(problem=row, move=name, by=by, **given)


def test_every_kind_told_is_one_that_happens() -> None:
    assert set(NEWS) <= {*MOVES, *WORDS}
    assert set(PART_NAMES) == set(Whom)


def test_the_office_is_told_what_was_given_back_and_the_unit_what_it_gets(at: City) -> None:
    row = walk(at, problem(at), "referred")
    assert news(at.handler) == [("refer", "unit")]
    assert news(at.office) == []  # it was handed on by a post of its own unit: not to that unit
    move(row, "return", at.handler, reason="不归我们管", owner_unknown="不清楚归谁管")
    assert news(at.operator) == [("return", "office")]
    assert news(at.office) == [("return", "office")]
    assert news(at.handler) == []
    assert news(at.stranger) == []


def test_who_had_it_is_told_that_it_was_taken_back_and_sees_it_no_more(at: City) -> None:
    row = walk(at, problem(at), "referred")
    actions.follow(problem=row, by=at.handler)
    for who in (at.handler, at.office, at.district):
        news(who)
    move(row, "recall", at.operator, reason="点错了单位")
    assert actions.tell_watching() == 1, "told as a follower first, and not twice"
    assert queries.unread(at.handler) == queries.inbox(at.handler, unread=True).count() == 1
    assert news(at.handler) == [("recall", "")]
    assert news(at.office) == [("recall", "office")]
    assert not Problem.objects.visible_to(at.handler).exists()
    walk(at, row, "referred")
    news(at.handler)
    actions.unfollow(problem=row, by=at.handler)
    move(row, "recall", at.office, reason="又点错了")
    assert news(at.handler) == [("recall", "former")]
    assert news(at.district) == news(at.stranger) == [], "their units never had it"
    move(row, "refer", at.office, unit=at.west)
    actions.tell()
    for one in queries.inbox(at.handler).filter(data__move="recall"):
        assert not one.has_deadline
    page = browser(at.handler).get("/notices/").content.decode()
    assert row.number in page
    assert at.west.name not in page, "with whom it is now is no longer his unit's business"
    opened = browser(at.handler).get(f"/ledger/{row.number}/", follow=True)
    assert opened.redirect_chain[-1][0] == f"/given-back/?number={row.number}"
    text = opened.content.decode()
    assert "又点错了" in text
    assert at.west.name not in text


def browser(of: Actor) -> Client:
    post = Post.objects.select_related("unit").get(pk=of.post_id)
    return logged_in(people.hold_post(by=SYSTEM, account=account(), post=post))


def test_arbitration_is_told_to_the_arbiter_the_office_and_the_unit(at: City) -> None:
    row = walk(at, problem(at), "referred")
    move(row, "return", at.handler, reason="不归我们管", owner_unknown="不清楚归谁管")
    move(row, "refer", at.operator, unit=at.street)
    for who in (at.handler, at.office, at.operator, at.district):
        news(who)
    move(row, "return", at.handler, reason="还是不归我们", owner_unknown="不清楚归谁管")
    judge, other = at.judge(row), at.operator
    assert news(judge) == [("return", "arbiter")]
    assert news(other) == [("return", "office")]
    move(row, "arbitrate", judge, unit=at.street, reason="属地管理")
    assert news(at.handler) == [("arbitrate", "unit")]
    assert news(other) == [("arbitrate", "office")]
    assert news(judge) == []


def test_a_follower_with_a_part_is_told_once(at: City) -> None:
    row = walk(at, problem(at), "referred")
    actions.follow(problem=row, by=at.operator)
    move(row, "return", at.handler, reason="不归我们管", owner_unknown="不清楚归谁管")
    assert news(at.operator) == [("return", "office")]
    assert news(at.operator) == []
    actions.follow(problem=row, by=at.operator)
    move(row, "refer", at.office, unit=at.street)
    assert actions.tell_watching() == 1
    assert news(at.operator) == [("refer", "")]


def test_a_citizens_no_reaches_handler_leader_and_verifier_without_his_words(at: City) -> None:
    sent = message()
    intake.confirm(message=sent, by=at.operator, unit=at.street)
    row = walk(at, Problem.objects.get(), "awaiting")
    for who in (at.handler, at.leader, at.verifier):
        news(who)
    intake.answer(message=sent, answer="not", words="我住三楼，灯还是不亮")
    assert news(at.handler) == [("not_solved", "unit")]
    assert news(at.leader) == [("not_solved", "leaders")]
    assert news(at.verifier) == [("not_solved", "checker")]
    kept = "".join(str(one.data) for one in Notice.objects.all())
    assert "三楼" not in kept
    assert row.title not in kept


def test_what_is_reopened_or_failed_reaches_the_unit_and_who_verified(at: City) -> None:
    row = walk(at, problem(at), "reported")
    news(at.handler)
    move(row, "fail", at.verifier, reason="灯没有亮")
    assert news(at.handler) == [("fail", "unit")]
    walk(at, row, "verified")
    news(at.handler)
    other = actor("V2", at.city, Role.VERIFIER)
    move(row, "reopen", other, reason="回头看发现灯又灭了")
    assert news(at.handler) == [("reopen", "unit")]
    assert news(at.verifier) == [("reopen", "checker")]
    assert news(other) == []


def test_who_asked_for_more_time_is_told_what_was_decided(at: City) -> None:
    row = walk(at, problem(at), "accepted")
    later = DAY.date() + dt.timedelta(days=60)
    move(row, "ask_extension", at.handler, deadline=later, reason="雨季")
    news(at.handler)
    move(row, "decline_extension", at.district, reason="不予延期")
    assert news(at.handler) == [("decline_extension", "asker")]


def test_leader_and_new_helpers_are_told_that_they_were_named(at: City) -> None:
    helper = actor("HELPER", at.west, Role.HANDLER)
    row = walk(at, problem(at), "accepted")
    move(row, "assign", at.office, lead="DISTRICT", partners=[at.west])
    assert news(at.district) == [("assign", "lead")]
    assert news(helper) == [("assign", "helpers")]
    with clock.at(DAY + dt.timedelta(minutes=1)):
        move(row, "assign", at.office, lead="", partners=[at.west])
        assert news(helper) == []
        assert news(at.district) == []


def test_a_root_that_is_declined_is_told_below_with_who_and_why(at: City) -> None:
    row = walk(at, problem(at), "accepted")
    move(row, "point_above", at.handler, above=at.east, reason="区里没有统一标准")
    escalation.gather()
    assert news(at.district) == [("point_above", "above")]
    actions.follow(problem=row, by=at.office)
    news(at.handler)
    root = Link.objects.get().root
    escalation.decline(root=root, by=at.district, reason="职责在街道")
    assert news(at.handler) == [("root_declined", "unit")]
    assert news(at.office) == [("root_declined", "above")]  # asked next
    row.refresh_from_db()
    last = timeline(row)[0]
    assert last["title"] == "上级未认领病根"
    assert last["by"] == "单位1201 · DISTRICT"
    assert last["note"] == "职责在街道"
    assert row.state == "accepted"


def test_a_root_that_is_claimed_is_told_below(at: City) -> None:
    row = walk(at, problem(at), "accepted")
    move(row, "point_above", at.handler, above=at.east, reason="区里没有统一标准")
    escalation.gather()
    news(at.handler)
    mending = escalation.claim(root=Link.objects.get().root, by=at.district)
    assert news(at.handler) == [("root_claimed", "unit")]
    row.refresh_from_db()
    assert mending.number in timeline(row)[0]["note"]


def test_a_called_department_reads_of_the_call_and_the_caller_of_its_answer(at: City) -> None:
    summons = called(at)
    inside = actor("INSIDE", summons.unit, Role.HANDLER)
    news(at.handler)
    assert news(inside) == [("called", "")]
    assert not Problem.objects.visible_to(inside).exists()
    actions.mark_read(notice=Notice.objects.get(post_id=inside.post_id), by=inside)
    Notice.objects.filter(post_id=inside.post_id).update(read_at=None, read_account=None)
    assert queries.unread(inside) == queries.inbox(inside, unread=True).count() == 1
    assert queries.unread(at.stranger) == 0
    escalation.answer(summons=summons, by=inside, comes=True)
    assert news(at.handler) == [("coming", "")]
    assert news(at.handler) == []


def test_old_news_is_left_out_and_settled_entries_are_not_read_again(at: City) -> None:
    row = walk(at, problem(at), "referred")
    with clock.at(DAY + OLDEST + dt.timedelta(minutes=1)):
        assert news(at.handler) == []
        move(row, "return", at.handler, reason="不归我们管", owner_unknown="不清楚归谁管")
        assert news(at.office) == [("return", "office")]
        # A slower transaction may still come before it.
        assert Reach.objects.get(name="problems").event == 0
    with clock.at(DAY + OLDEST + dt.timedelta(minutes=4)):
        assert news(at.office) == []
        assert Reach.objects.get(name="problems").event > 0


def _tell_then() -> int:
    with clock.at(DAY):
        return actions.tell()


@pytest.mark.usefixtures("committed")
def test_two_workers_tell_the_concerned_once() -> None:
    with clock.at(DAY):
        at = city()
        row = walk(at, problem(at), "referred")
        actions.tell()
        move(row, "return", at.handler, reason="不归我们管", owner_unknown="不清楚归谁管")
        in_parallel([_tell_then, _tell_then, _tell_then])
    returned = [one for one in Notice.objects.all() if one.data.get("move") == "return"]
    assert sorted(one.post.code for one in returned) == ["OFFICE", "OPERATOR"]


def test_the_unit_is_told_that_an_entry_was_corrected(at: City) -> None:
    row = walk(at, problem(at), "referred")
    news(at.handler)
    move(row, "correct", at.office, urgent=True, reason="有安全隐患")
    assert news(at.handler) == [("correct", "unit")]
