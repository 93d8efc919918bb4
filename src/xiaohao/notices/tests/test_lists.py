"""Whoever has a part in an entry of a list is told of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from xiaohao.commitments import actions as lists
from xiaohao.commitments.models import Entry
from xiaohao.commitments.rules import MOVES
from xiaohao.commitments.tests import make as entries
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.tests.make import problem
from xiaohao.notices import actions, queries
from xiaohao.notices.models import Kind, Notice
from xiaohao.notices.rules.lists import NEWS, Part
from xiaohao.notices.tests.make import DAY, City, city
from xiaohao.notices.wording import ENTRY_PARTS
from xiaohao.people.models import Holding
from xiaohao.people.tests.make import logged_in


@pytest.fixture
def at(db: None) -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def news(who: Actor) -> list[tuple[str, str]]:
    """What the post was told since the last time: each move with the part for which."""
    actions.tell()
    rows = list(queries.inbox(who, unread=True).order_by("id"))
    assert queries.unread(who) == len(rows)
    actions.mark_all_read(by=who, up_to=max((row.pk for row in rows), default=0))
    return [(row.data.get("move", "late"), row.data["part"]) for row in rows]


def test_every_kind_told_is_one_that_happens() -> None:
    assert set(NEWS) <= {*MOVES, "enter"}
    assert set(ENTRY_PARTS) == set(Part)


def test_an_entry_is_told_to_its_unit_and_its_check_to_who_checks(at: City) -> None:
    row = entries.entry(at)
    assert news(at.handler) == [("enter", "unit")]
    assert news(at.leader) == [("enter", "lead")]
    assert news(at.office) == []  # which entered it
    assert news(at.stranger) == []
    entries.one_step(at, row)
    entries.one_step(at, row)
    assert news(at.district) == [("report", "checkers")]
    assert (news(at.handler), news(at.verifier)) == ([], [])
    lists.move(entry=row, move="fail", by=at.verifier, reason="只画了线")
    assert news(at.handler) == [("fail", "unit")]
    assert news(at.leader) == [("fail", "lead")]
    assert news(at.district) == []
    assert actions.tell() == 0


def test_the_inbox_leads_to_the_entry(at: City) -> None:
    row = entries.entry(at)
    actions.tell()
    client = logged_in(Holding.objects.get(post__code="HANDLER"))
    with translation.override("zh-hans"):
        page = client.get("/notices/").content.decode()
    assert row.number in page
    assert row.title in page
    notice = Notice.objects.get(post__code="HANDLER")
    opened = client.get(f"/notices/{notice.pk}/")
    assert opened.headers["Location"] == f"/lists/{row.number}/"


@pytest.mark.parametrize("both", [True, False])
def test_a_notice_is_about_one_thing(at: City, both: bool) -> None:  # noqa: FBT001 (a parameter)
    things: dict[str, Any] = {}
    if both:
        things = {"problem": problem(at), "entry": entries.entry(at)}
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.create(
            post_id=at.handler.post_id, kind=Kind.ENTRY, source=1, at=DAY, **things
        )
    assert Entry.objects.count() == int(both)
