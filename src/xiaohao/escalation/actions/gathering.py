"""Root causes come up: as units say so on the trail, and as like problems stand in many units."""

import dataclasses
import time
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from xiaohao.escalation.actions.counting import count
from xiaohao.escalation.actions.recalling import GIVEN_BACK
from xiaohao.escalation.models import Decision, FoundBy, Link, Reading, Root
from xiaohao.escalation.queries import SCAN, Book, Crowds, Found, decider
from xiaohao.escalation.rules import FEWEST_SIBLINGS
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.paths import ids
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import OPEN, Problem
from xiaohao.trail.actions import create, create_many, note
from xiaohao.trail.models import Event
from xiaohao.triage.actions import Thing, index_many
from xiaohao.triage.models import Category, Likeness
from xiaohao.triage.queries import lookalikes
from xiaohao.units.models import Unit

PROBLEM: Final = "ledger.problem"
BEHIND: Final = 1000  # entries read again: a slower transaction may commit an earlier number later
AT_ONCE: Final = 1000
MOST_SIBLINGS_KEPT: Final = 60  # rows of the test kept for the page


def gather() -> int:
    """Read what units have said about roots since the last time; how many words were taken up."""
    taken = 0
    reading, _made = Reading.objects.get_or_create(name="roots")
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    for event in _said(max(reading.event - BEHIND, 0)):
        with transaction.atomic():
            taken += _take_up(event)
    Reading.objects.filter(name="roots", event__lt=last).update(event=last)
    return taken


def _said(after: int) -> list[Event]:
    known = Link.objects.filter(event=OuterRef("pk"))
    rows = Event.objects.filter(id__gt=after, label=PROBLEM, kind="point_above")
    return list(rows.filter(~Exists(known)).order_by("id"))


@dataclasses.dataclass(frozen=True, slots=True)
class _Speaker:
    """Who said a word that is taken up only later: what follows is his, not the system's."""

    by: dict[str, Any]

    def on_trail(self) -> dict[str, Any]:
        """As he stands at his word."""
        return self.by


def _take_up(event: Event) -> bool:
    """A word becomes a case of a root of its like with the same unit, or a root of its own."""
    problem = Problem.objects.select_related("unit", "category").get(pk=event.thing_id)
    if Link.objects.filter(problem=problem, ended_at=None).exists() or _given_back_since(event):
        return False
    _index([problem.pk])
    named = Unit.objects.get(code=event.data["above"])
    unit = decider(named.path) or named
    who = _Speaker(event.by)
    root = _like_root(problem, unit) or _from_below(problem, unit, str(event.data["reason"]), who)
    create(
        thing=Link(root=root, problem=problem, event=event.pk, at=clock.now()),
        by=who,
        kind="link",
        data={"root": root.pk, "problem": problem.number},
    )
    return True


def _given_back_since(event: Event) -> bool:
    """Whether the problem has left the unit after that word, which then ended with it."""
    back = Event.objects.filter(label=PROBLEM, thing_id=event.thing_id, kind__in=GIVEN_BACK)
    return back.filter(id__gt=event.pk).exists()


def _like_root(problem: Problem, unit: Unit) -> Root | None:
    """A root with that unit, not declined, of which a case looks like this one."""
    near = lookalikes(
        title=problem.title, text=problem.text, labels=[PROBLEM], exclude=(PROBLEM, problem.pk)
    )
    links = Link.objects.filter(
        problem__in=[like.thing_id for like in near], ended_at=None, root__unit=unit
    )
    found = (
        links.exclude(root__decision__in=[Decision.DECLINED, Decision.RECALLED])
        .select_related("root")
        .order_by("id")
    )
    first = found.first()
    return first.root if first else None


def _from_below(problem: Problem, unit: Unit, reason: str, who: _Speaker) -> Root:
    root = Root(
        title=problem.title,
        reason=clean(reason)[:2000],
        category=problem.category,
        found_by=FoundBy.UNIT,
        unit=unit,
        proposed_at=clock.now(),
        proposed_unit=problem.unit,
    )
    create(
        thing=root,
        by=who,
        kind="propose",
        data={"problem": problem.number, "counted_at": unit.pk},
    )
    count(root, "escalation.roots_proposed")
    return root


def propose() -> list[Root]:
    """Look through all open problems for like ones in many siblings, and put each to its superior.

    What was found, out of how many, stands on the trail under `escalation.scan`, also when nothing
    was.
    """
    start = time.perf_counter()
    index_missing()
    book = Book.read()
    roots = [root for found in Crowds(book) if (root := _put_up(found)) is not None]
    told = {
        "problems": len(book),
        "questions": book.questions,
        "found": len(roots),
        "seconds": round(time.perf_counter() - start, 1),
    }
    note(label=SCAN, thing_id=1, by=SYSTEM, kind="looked", data=told)
    return roots


def index_missing() -> int:
    """Put open problems that triage has not seen into its index of looks; how many."""
    known = Likeness.objects.filter(label=PROBLEM, thing_id=OuterRef("pk"))
    rows = Problem.objects.filter(state__in=sorted(OPEN)).filter(~Exists(known)).order_by("id")
    numbers = list(rows.values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        _index(numbers[start : start + AT_ONCE])
    return len(numbers)


def _index(numbers: list[int]) -> None:
    rows = Problem.objects.filter(pk__in=numbers).order_by("pk")
    told = rows.values_list("pk", "received_at", "title", "text")
    index_many(things=[Thing(PROBLEM, pk, at, title, text) for pk, at, title, text in told])


def _put_up(found: Found) -> Root | None:
    superior = Unit.objects.get(pk=found.superior)
    unit = decider(superior.path)
    if unit is None or _declined_before(found, unit):
        return None
    pattern = Problem.objects.get(pk=found.pattern)
    root = Root(
        title=pattern.title,
        reason=pattern.text[:2000],
        category=Category.objects.get(pk=found.category),
        found_by=FoundBy.SYSTEM,
        unit=unit,
        scan=_kept(found),
        proposed_at=clock.now(),
    )
    with transaction.atomic():
        data = {"problem": pattern.number, "counted_at": unit.pk}
        create(thing=root, by=SYSTEM, kind="propose", data=data)
        count(root, "escalation.roots_proposed")
        now = clock.now()
        links = [Link(root=root, problem_id=pk, at=now) for pk in found.problems]
        create_many(things=links, by=SYSTEM, kind="link", data=[{"root": root.pk}] * len(links))
    return root


def _declined_before(found: Found, unit: Unit) -> bool:
    """Whether this unit has said no to these cases already, and hardly any has come up since.

    It is asked again once as many units as make a proposal have a case that it has not answered.
    """
    answered = Link.objects.filter(
        problem__in=found.problems, root__unit=unit, root__decision=Decision.DECLINED
    )
    told = set(answered.order_by().values_list("problem_id", flat=True))
    fresh = Problem.objects.filter(pk__in=set(found.problems) - told).order_by()
    paths = [ids(path) for path in fresh.values_list("path", flat=True)]
    units = {line[line.index(found.superior) + 1] for line in paths if line[-1] != found.superior}
    return bool(told) and len(units) < FEWEST_SIBLINGS


def _kept(found: Found) -> dict[str, Any]:
    """The test as the page shows it: its figures, and the siblings, those that are hit first."""
    rows = sorted(found.siblings, key=lambda one: (-one.alike, one.unit))
    return {
        **dataclasses.asdict(found.scan),
        "superior": found.superior,
        "rows": [dataclasses.asdict(one) for one in rows[:MOST_SIBLINGS_KEPT]],
        "left_out": max(len(rows) - MOST_SIBLINGS_KEPT, 0),
    }
