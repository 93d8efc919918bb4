"""What the ledger's tests set up: a small tree, posts in it, and problems at any state."""

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import RawSQL
from PIL import Image

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.paths import step
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.trail.actions import create
from xiaohao.units import names
from xiaohao.units.models import Unit

DAY = dt.datetime(2019, 9, 10, 9, 0, tzinfo=clock.ZONE)  # a Tuesday


def unit(code: str, parent: Unit | None = None, level: str = "city") -> Unit:
    """A unit in the tree."""
    made = Unit.objects.create(code=code, name=f"单位{code}", level=level, parent=parent)
    made.path = (parent.path if parent else "") + step(made.pk)
    made.save(update_fields=["path"])
    rename(made, made.name)
    return made


def rename(unit: Unit, name: str, short_name: str = "") -> None:
    """Call a unit otherwise, and let it be found by that."""
    terms = names.vector(name, short_name, unit.level, names.sound(short_name or name))
    Unit.objects.filter(pk=unit.pk).update(
        name=name, short_name=short_name, search=RawSQL("%s::tsvector", [terms])
    )


MADE_UP = 10**9  # accounts that nobody opens: no real one may come to be the same person


def actor(code: str, at: Unit, role: Role, account: int | None = None) -> Actor:
    """Somebody who acts from a new post."""
    post = Post(code=code, title=code, unit=at, role=role)
    create(thing=post, by=SYSTEM, kind="open")
    return post.actor(account_id=account)


@dataclass
class City:
    """A city with two districts, one street in the first, and a post of each kind."""

    city: Unit
    east: Unit
    west: Unit
    street: Unit
    office: Actor
    operator: Actor
    handler: Actor
    leader: Actor
    verifier: Actor
    stranger: Actor
    district: Actor

    def judge(self, row: Problem) -> Actor:
        """Whoever arbitrates this problem."""
        return self.district if row.arbiter_id == self.east.pk else self.office


def city() -> City:
    """The tree and posts that most tests need."""
    root = unit("12", None, "city")
    east, west = unit("1201", root, "county"), unit("1202", root, "county")
    street = unit("120101", east, "township")
    return City(
        root,
        east,
        west,
        street,
        office=actor("OFFICE", root, Role.OFFICE, MADE_UP + 1),
        operator=actor("OPERATOR", root, Role.OPERATOR, MADE_UP + 2),
        handler=actor("HANDLER", street, Role.HANDLER, MADE_UP + 3),
        leader=actor("LEADER", street, Role.LEADER, MADE_UP + 4),
        verifier=actor("VERIFIER", root, Role.VERIFIER, MADE_UP + 5),
        stranger=actor("STRANGER", west, Role.LEADER, MADE_UP + 6),
        district=actor("DISTRICT", east, Role.OFFICE, MADE_UP + 7),
    )


def picture(red: int = 20) -> io.BytesIO:
    """A small real photo; another one with another `red`."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (red, 120, 90)).save(stream, "JPEG")
    stream.seek(0)
    return stream


def problem(at: City, **more: Any) -> Problem:
    """A problem registered by the operator."""
    values: dict[str, Any] = {
        "title": "路灯不亮",
        "text": "小区门口的路灯三个月没有亮",
        "by": at.operator,
    }
    values |= more
    return actions.register(**values)


def walk(at: City, row: Problem, to: str) -> Problem:
    """Take a problem along the straight road until it stands at `to`."""
    while row.state != to:
        one_step(at, row)
    return row


def one_step(at: City, row: Problem) -> None:
    """The next move along the straight road."""
    _one(at, row, _next(row))


def _next(row: Problem) -> str:
    if row.state == "in_progress":
        undone = row.measures.filter(done_at=None, dropped_at=None).exists()
        return "finish_measure" if undone else "report"
    if row.state == "verified":
        return "ask" if row.reporters else "close"
    return {
        "registered": "refer",
        "returned": "refer",
        "arbitration": "arbitrate",
        "referred": "accept",
        "accepted": "plan",
        "reopened": "plan",
        "reported": "pass",
        "awaiting": "close",
    }[row.state]


def _one(at: City, row: Problem, name: str) -> None:
    given: dict[str, Any] = {}
    by = at.handler
    match name:
        case "refer":
            by, given = at.operator, {"unit": at.street}
        case "arbitrate":
            by = at.judge(row)
            given = {"unit": at.street, "reason": "属地管理"}
        case "plan":
            today, day = clock.today(), clock.today() + dt.timedelta(days=5)
            if row.deadline and row.deadline >= today:
                day = min(day, row.deadline)
            given = {"measures": [{"text": "换灯", "owner": "城管科", "deadline": day}]}
        case "finish_measure":
            sent = actions.upload(problem=row, by=by, name="after.jpg", stream=picture())
            measure = row.measures.filter(done_at=None).earliest("id")
            given = {"measure": measure.pk, "files": [sent.pk]}
        case "report":
            by = at.leader
        case "pass":
            # What an office fixed on the spot another unit has to look at.
            by = at.district if row.track == "spot" else at.verifier
            given = {"note": "现场看过，灯亮了"}
        case "ask" | "close":
            by = at.office
    actions.move(problem=row, move=name, by=by, **given)
