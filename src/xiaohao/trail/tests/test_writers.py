"""Many writers at once: every row has its events, one after the other, and none is lost."""

import threading

import pytest
from django.db import connections

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Stale
from xiaohao.people.models import Post
from xiaohao.people.tests import make as people
from xiaohao.trail import actions
from xiaohao.trail.models import Event, Seal
from xiaohao.trail.queries import Checked, events_of, faults
from xiaohao.units.tests import make as units

WRITERS, TIMES = 4, 8


def together(work: list[threading.Thread]) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


@pytest.fixture
def post(committed: None) -> Post:
    return people.post(units.unit(), Role.HANDLER, "P")


def test_of_two_who_saw_the_same_version_one_is_stale(post: Post) -> None:
    said: list[str] = []
    both = threading.Barrier(2)

    def write(title: str) -> None:
        try:
            mine = Post.objects.get(pk=post.pk)
            both.wait()
            mine.title = title
            actions.change(thing=mine, by=SYSTEM, kind="renamed", fields=["title"])
            said.append("written")
        except Stale as stale:
            said.append(f"stale by {len(stale.changes)}")
        finally:
            connections.close_all()

    together([threading.Thread(target=write, args=(title,)) for title in ("one", "two")])
    assert sorted(said) == ["stale by 1", "written"]
    assert list(faults(Checked())) == []


def test_notes_and_seals_while_others_write(post: Post) -> None:
    """Notes on one thing form one chain; a seal taken meanwhile covers what it says it covers."""
    trouble: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(TIMES):
                data = {"writer": number, "turn": turn}
                actions.note(label="test.thing", thing_id=1, by=SYSTEM, kind="said", data=data)
        except BaseException as fault:  # noqa: BLE001 (shown by the assertion below)
            trouble.append(fault)
        finally:
            connections.close_all()

    def seal() -> None:
        try:
            actions.seal_day()
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    together([*writers, threading.Thread(target=seal)])
    assert trouble == []
    events = list(events_of("test.thing", 1))
    assert [event.seq for event in events] == list(range(1, WRITERS * TIMES + 1))
    assert list(faults(Checked())) == []
    for one in Seal.objects.all():
        sealed = Event.objects.filter(id__gte=one.first_event, id__lte=one.last_event)
        assert sealed.count() == one.count
