"""Who follows is told of each move, who is named of the comment, who may grant of the request."""

import datetime as dt

import pytest

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Mention, Problem
from xiaohao.ledger.tests.make import actor
from xiaohao.notices import actions, queries
from xiaohao.notices.models import Follow, Kind, Notice
from xiaohao.notices.tests.make import DAY, City, city, handed, post_of
from xiaohao.notices.tests.test_climbing import in_parallel
from xiaohao.trail.models import Event


@pytest.fixture
def at(db: None) -> City:
    with clock.at(DAY):
        return city()


@pytest.fixture
def row(at: City) -> Problem:
    with clock.at(DAY):
        return handed(at, DAY.date() + dt.timedelta(days=13))


def words(who: Actor) -> list[tuple[str, str]]:
    rows = queries.inbox(who).order_by("id")
    return [(one.kind, one.data.get("move", "")) for one in rows]


def say(row: Problem, by: Actor, text: str) -> None:
    ledger.move(problem=row, move="comment", by=by, note=text)


def test_a_follower_is_told_of_each_move_but_not_of_his_own(at: City, row: Problem) -> None:
    actions.follow(problem=row, by=at.office)
    actions.follow(problem=row, by=at.office)
    say(row, at.handler, "明天去看")
    say(row, at.office, "抓紧")
    ledger.move(
        problem=row, move="return", by=at.handler, reason="不归我们管", owner_unknown="不清楚归谁管"
    )
    assert actions.tell() == 3  # the office that has it again has another post besides
    assert actions.tell() == 0
    assert sorted(words(at.office)) == [("move", "comment"), ("move", "return")]
    actions.unfollow(problem=row, by=at.office)
    say(row, at.operator, "再转")
    assert actions.tell() == 0
    kinds = Event.objects.filter(label="notices.follow").order_by("id").values_list("kind")
    assert [kind for (kind,) in kinds] == ["follow", "unfollow"]
    assert Follow.objects.count() == 1


def test_who_may_no_longer_see_a_problem_sees_no_notice_of_it(at: City, row: Problem) -> None:
    actions.follow(problem=row, by=at.handler)
    say(row, at.district, "抓紧")
    actions.tell()
    assert queries.unread(at.handler) == 1
    ledger.move(
        problem=row, move="return", by=at.handler, reason="不归我们管", owner_unknown="不清楚归谁管"
    )
    ledger.move(problem=row, move="refer", by=at.operator, unit=at.west)
    actions.tell()
    assert queries.unread(at.handler) == 0
    assert Notice.objects.filter(post__code="HANDLER").exists()


def test_as_many_are_unread_as_the_inbox_shows(at: City, row: Problem) -> None:
    followers = (at.office, at.operator, at.handler, at.district, at.leader)
    for follower in followers:
        actions.follow(problem=row, by=follower)
    say(row, at.verifier, "抓紧")
    ledger.move(
        problem=row, move="return", by=at.handler, reason="不归我们管", owner_unknown="不清楚归谁管"
    )
    ledger.move(problem=row, move="refer", by=at.operator, unit=at.west)
    row.refresh_from_db()
    ledger.move(problem=row, move="assign", by=at.operator, partners=[at.street.code])
    actions.tell()
    counts = {actor.post_code: queries.unread(actor) for actor in followers}
    assert counts == {
        actor.post_code: queries.inbox(actor, unread=True).count() for actor in followers
    }
    assert counts["HANDLER"] > 0  # the street helps, and sees it by that alone


def test_a_mention_is_kept_by_id_and_told_once(at: City, row: Problem) -> None:
    say(row, at.handler, "请@district看一下，@OFFICE 也看")
    named = set(Mention.objects.values_list("post__code", flat=True))
    assert named == {"DISTRICT", "OFFICE"}
    event = Event.objects.filter(label="ledger.problem", thing_id=row.pk).latest("seq")
    assert event.data["note"] == "请@DISTRICT看一下，@OFFICE 也看"
    assert Mention.objects.first().seq == event.seq  # type: ignore[union-attr]
    assert actions.tell() == 2
    assert actions.tell() == 0
    assert words(at.district) == [("mention", "")]


def test_a_mention_never_gives_sight(at: City, row: Problem) -> None:
    version = row.version
    for text in ("@STRANGER 你看", "@NOBODY 你看"):
        with pytest.raises(Refused) as refused:
            say(row, at.handler, text)
        (unmet,) = refused.value.unmet
        assert (unmet.code, unmet.field) == ("no_such_mention", "note")
        assert "sight" in str(unmet.message) or "看到" in str(unmet.message)
    assert Problem.objects.get(pk=row.pk).version == version
    assert not Problem.objects.visible_to(at.stranger).filter(pk=row.pk).exists()
    assert Mention.objects.count() == 0


def test_a_request_for_more_time_reaches_the_nearest_who_may_grant(at: City, row: Problem) -> None:
    later = DAY.date() + dt.timedelta(days=30)
    with clock.at(DAY):
        ledger.move(problem=row, move="ask_extension", by=at.handler, deadline=later, reason="雨")
        actions.tell()
        actions.tell()
    rows = Notice.objects.filter(kind=Kind.EXTENSION)
    assert [one.post.code for one in rows] == ["DISTRICT"]
    assert queries.told(rows[0]).endswith(later.isoformat())


def test_the_limit_of_extensions_and_who_grants(at: City, row: Problem) -> None:
    """Asked for with a reason, granted from above alone, counted, limited."""
    day = DAY.date() + dt.timedelta(days=13)
    with clock.at(DAY):
        with pytest.raises(Refused, match="reason"):
            ledger.move(problem=row, move="ask_extension", by=at.handler, deadline=day)
        for n in (1, 2):
            day += dt.timedelta(days=7)
            ledger.move(
                problem=row, move="ask_extension", by=at.handler, deadline=day, reason="材料未到"
            )
            same_level = actor(f"OWN{n}", at.street, Role.OFFICE)
            with pytest.raises(Refused):
                ledger.move(problem=row, move="grant_extension", by=same_level, note="")
            ledger.move(problem=row, move="grant_extension", by=at.district, note="")
            assert (row.extensions, row.deadline) == (n, day)
        day += dt.timedelta(days=7)
        with pytest.raises(Refused) as refused:
            ledger.move(problem=row, move="ask_extension", by=at.handler, deadline=day, reason="x")
    assert [one.code for one in refused.value.unmet] == ["extensions_used_up"]


@pytest.mark.usefixtures("committed")
def test_two_workers_tell_once() -> None:
    with clock.at(DAY):
        at = city()
        row = handed(at, DAY.date())
        for who in (at.district, at.office):
            actions.follow(problem=row, by=who)
        say(row, at.handler, "@OFFICE 请看")
    assert sum(in_parallel([actions.tell, actions.tell, actions.tell])) >= 3
    assert Notice.objects.count() == 3
    assert post_of("OFFICE").pk in set(Notice.objects.values_list("post_id", flat=True))
