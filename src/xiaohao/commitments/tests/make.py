"""What this room's tests set up: entries at any state, rounds and households."""

import datetime as dt
import io
from typing import Any

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry, Household, Round
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger.tests.make import DAY, City, actor, city, picture, problem, walk

__all__ = ["DAY", "City", "Role", "actor", "city", "entry", "files", "household", "one_step",
           "paper", "picture", "problem", "round_", "second_leader", "walk", "walked"]  # fmt: skip


def entry(at: City, kind: str = "project", **more: Any) -> Entry:
    """An entry of the street, entered by the office."""
    values: dict[str, Any] = {
        "title": "新增停车泊位",
        "text": "利用边角地新增停车泊位",
        "unit": at.street,
        "lead": "LEADER",
        "deadline": clock.today() + dt.timedelta(days=60),
        "planned": "120万元",
        "promised": "36",
        "measure": "个",
    }
    values |= more
    return actions.enter(by=at.office, kind=kind, **values)


def files(row: Entry, by: Actor, name: str = "after") -> list[int]:
    """One uploaded photo, as a move's `files`; another one by another name."""
    stream = picture(40 * len(name))
    return [actions.upload(entry=row, by=by, name=f"{name}.jpg", stream=stream).pk]


def paper(row: Entry, by: Actor, words: str = "答复") -> list[int]:
    """One uploaded document, as a move's `files`."""
    stream = io.BytesIO(words.encode())
    return [actions.upload(entry=row, by=by, name=f"{words}.txt", stream=stream).pk]


def one_step(at: City, row: Entry) -> None:
    """The next move along the straight road to *done*."""
    match row.state:
        case "entered":
            shown = files(row, at.handler, "before")
            plan = "第一步摸底，第二步施工"
            actions.move(entry=row, move="start", by=at.handler, plan=plan, files=shown)
        case "under_way":
            given: dict[str, Any] = {
                "files": files(row, at.leader),
                "note": "已完工",
                "achieved": "36",
            }
            if row.promised is None:
                del given["achieved"]
            actions.move(entry=row, move="report", by=at.leader, **given)
        case "reported":
            actions.move(entry=row, move="pass", by=at.verifier, note="现场看过，属实")


def walked(at: City, to: str, kind: str = "project", **more: Any) -> Entry:
    """An entry taken along the straight road until it stands at `to`."""
    row = entry(at, kind, **more)
    while row.state != to:
        one_step(at, row)
    return row


def second_leader(at: City) -> Actor:
    """Another leader's post, at the east district."""
    return actor("LEADER-EAST", at.east, Role.LEADER, 7)


def round_(at: City, **more: Any) -> Round:
    """A round of visits in the whole city."""
    day = clock.today()
    values: dict[str, Any] = {"title": "九月大走访", "unit": at.city, "starts": day}
    values |= {"deadline": day + dt.timedelta(days=30), "by": at.office, **more}
    return actions.set_up(**values)


def household(at: City, row: Round | None = None, number: str = "3号楼2门401") -> Household:
    """A household of the street with a sealed name."""
    row = row or round_(at)
    named = [(number, "王秀英")]
    actions.list_households(round_=row, by=at.handler, unit=at.street, rows=named)
    return Household.objects.select_related("round", "unit").get(round=row, number=number)
