"""Whoever gives a problem back hears what becomes of it; his word about its root does not hang."""

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from xiaohao.escalation import actions, queries
from xiaohao.escalation.models import Decision, Link, Root
from xiaohao.escalation.tests import make
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make as below
from xiaohao.people import actions as people
from xiaohao.people.models import Post
from xiaohao.people.tests.make import account, token
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.queries import work_at

pytestmark = pytest.mark.django_db
WHY = "不在本街辖区，界线以河为准"


def browser(of: Actor) -> Client:
    post = Post.objects.select_related("unit").get(pk=of.post_id)
    held = people.hold_post(by=SYSTEM, account=account(), post=post)
    client = Client()
    client.force_login(held.account)
    return client


def back(at: below.City, row: Problem) -> None:
    row.refresh_from_db()
    ledger.move(problem=row, move="return", by=at.handler, reason=WHY, better_unit=at.west)


def test_an_undecided_word_about_the_root_ends_with_the_return() -> None:
    at = below.city()
    with clock.at(make.DAY):
        root = make.pointed(at)
        row = root.links.get().problem
        assert actions.recall() == 0, "nothing is given back"
        back(at, row)
        assert actions.gather() == 0
        assert actions.recall() == 1
        assert actions.recall() == 0
    root.refresh_from_db()
    link = root.links.get()
    assert (root.decision, root.word, link.reason) == (Decision.RECALLED, WHY, WHY)
    assert link.ended_at is not None
    assert not queries.listed(at.district, "mine").exists(), "nothing hangs with who decides"
    assert not queries.may_claim(root, at.district)
    with pytest.raises(Refused) as refused:
        actions.add_case(root=root, by=at.district, problem=row)
    assert [one.code for one in refused.value.unmet] == ["root_recalled"]
    assert WHY in {one["after"] for one in queries.root_history(root)}
    with pytest.raises(DatabaseError, match="taken back"), transaction.atomic():
        Root.objects.filter(pk=root.pk).update(decision="open")
    assert list(faults(Checked())) == []


def test_a_word_that_was_not_taken_up_yet_is_never_taken_up() -> None:
    at = below.city()
    with clock.at(make.DAY):
        row = below.walk(at, below.problem(at), "accepted")
        ledger.move(
            problem=row, move="point_above", by=at.handler, above=at.east, reason="没有统一标准"
        )
        back(at, row)
        assert actions.gather() == 0
    assert not Root.objects.exists()


def test_the_root_of_others_goes_on() -> None:
    at = below.city()
    with clock.at(make.DAY):
        root = make.pointed(at)
        assert make.pointed(at) == root, "a like word joins"
        back(at, root.links.order_by("id")[0].problem)
        assert actions.recall() == 1
    root.refresh_from_db()
    assert root.decision == Decision.OPEN
    assert root.links.filter(ended_at=None).count() == 1


def test_what_is_claimed_goes_on_with_the_new_unit() -> None:
    at = below.city()
    with clock.at(make.DAY):
        root = make.pointed(at)
        row = root.links.get().problem
        actions.claim(root=root, by=at.district)
        back(at, row)
        assert actions.recall() == 0
        (told,) = queries.told_of(list(queries.given_back(at.handler)), at.handler)
    assert told.link is not None
    assert (told.link.root.decision, told.link.ended_at) == (Decision.CLAIMED, None)


def test_nothing_that_waits_is_taken_back() -> None:
    at = below.city()
    with clock.at(make.DAY):
        root = make.pointed(at)
    with pytest.raises(DatabaseError, match="taken back"), transaction.atomic():
        Root.objects.filter(pk=root.pk).update(decision="recalled", word=WHY)


def test_who_gave_it_back_sees_where_it_is_and_nothing_of_it() -> None:
    at = below.city()
    beside = below.unit("120201", at.west, "township")
    with clock.at(make.DAY):
        root = make.pointed(at)
        row = root.links.get().problem
        handler = browser(at.handler)
        row.refresh_from_db()
        sent = {"reason": WHY, "version": row.version, "better_unit": at.west.code}
        done = handler.post(f"/ledger/{row.number}/return/", sent, follow=True)
        assert done.redirect_chain[-1][0] == f"/given-back/?number={row.number}"
        page = done.content.decode()
        assert row.number in page
        assert WHY in page
        assert f"{at.city.name} 分办中" in page
        actions.recall()
        row.refresh_from_db()
        ledger.move(problem=row, move="refer", by=at.operator, unit=beside)
        shown = handler.get(f"/ledger/{row.number}/", follow=True)
        assert shown.redirect_chain[-1][0] == f"/given-back/?number={row.number}"
        page = shown.content.decode()
        assert beside.name in page
        assert row.text not in page
        assert f"/ledger/{row.number}/" not in page
        assert f"/roots/{root.pk}/" in page
        assert handler.get(f"/roots/{root.pk}/").status_code == 200, "his own word, and its end"
        assert handler.get(f"/ledger/{row.number}/history/").status_code == 404
        other = browser(at.stranger)
        assert row.title not in other.get("/given-back/").content.decode()
        elsewhere = below.walk(at, below.problem(at), "accepted")
        assert other.get(f"/ledger/{elsewhere.number}/").status_code == 404


def test_what_comes_back_to_the_same_unit_is_opened_again() -> None:
    at = below.city()
    with clock.at(make.DAY):
        row = below.walk(at, below.problem(at), "accepted")
        back(at, row)
        ledger.move(problem=row, move="refer", by=at.operator, unit=at.street)
        handler = browser(at.handler)
        assert handler.get(f"/ledger/{row.number}/").status_code == 200
        assert f"/ledger/{row.number}/" in handler.get("/given-back/").content.decode()
    assert not Link.objects.exists()


def test_what_the_office_took_back_ends_the_word_and_is_told_without_where_it_is() -> None:
    at = below.city()
    with clock.at(make.DAY):
        row = below.walk(at, below.problem(at), "referred")
        ledger.move(
            problem=row, move="point_above", by=at.handler, above=at.east, reason="没有统一标准"
        )
        assert actions.gather() == 1
        row.refresh_from_db()
        ledger.move(problem=row, move="recall", by=at.operator, reason=WHY)
        assert actions.gather() == 0
        assert actions.recall() == 1
        ledger.move(problem=row, move="refer", by=at.operator, unit=at.west)
        (told,) = queries.told_of(list(queries.given_back(at.handler)), at.handler)
        assert (told.taken, told.is_seen, told.now) == (True, False, None)
        assert told.link is not None
        assert told.link.root.decision == Decision.RECALLED
        page = browser(at.handler).get("/given-back/").content.decode()
        assert f"自{at.street.name}收回" in page
        assert WHY in page
        assert at.west.name not in page
        raw = token(Post.objects.get(pk=at.handler.post_id))
        answer = Client().get("/api/v1/given-back", headers={"Authorization": f"Bearer {raw}"})
        (item,) = answer.json()["items"]
        assert (item["taken_back"], item["state"], item["now"]) == (True, None, None)
        assert list(queries.given_back(at.stranger)) == [], "west has it, and never had it taken"
        (known,) = queries.told_of(list(queries.given_back(at.office)), at.office)
        assert (known.is_seen, known.now) == (True, at.west), "who sees the problem sees it here"


def test_an_undecided_root_and_a_call_are_told_to_who_closes_the_unit() -> None:
    at = below.city()
    with clock.at(make.DAY):
        make.pointed(at)
        assert "待认领的下级病根 1 个" in [one.words for one in work_at(at.east)]
        summons = make.called(at)
        assert [one.words for one in work_at(summons.unit)] == ["尚未到场的吹哨报到 1 次"]
        inside = below.actor("IN", summons.unit, Role.HANDLER)
        actions.answer(summons=summons, by=inside, comes=False, words="人手不足")
        assert work_at(summons.unit) == []
