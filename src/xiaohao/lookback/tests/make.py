"""Closed problems, rounds over them, and time that passes."""

import datetime as dt

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, actor, picture, problem, walk
from xiaohao.lookback import actions
from xiaohao.lookback.models import Photo, Recheck, Round
from xiaohao.people.models import Post
from xiaohao.trail.actions import seal_day

LATER = DAY + dt.timedelta(days=31)
NIGHT = clock.start_of(clock.local_day(LATER) + dt.timedelta(days=1)) + dt.timedelta(minutes=5)
NEXT = LATER + dt.timedelta(days=1)


def closed(at: City, count: int, days: int = 0) -> list[Problem]:
    """Problems closed on the ledger's day of tests, or some days after it."""
    with clock.at(DAY + dt.timedelta(days=days)):
        return [walk(at, problem(at, urgent=n % 3 == 0), "closed") for n in range(count)]


def laid(at: City, size: int, by: Actor | None = None, **more: object) -> Round:
    """A round laid a month later."""
    with clock.at(LATER):
        return actions.lay(unit=at.city, by=by or at.office, wave=30, size=size, **more)  # type: ignore[arg-type]


def drawn(at: City, size: int, by: Actor | None = None) -> list[Recheck]:
    """A round laid, sealed in the night, and drawn the day after; GUIDANCE, if any, has it all."""
    round_ = laid(at, size, by)
    with clock.at(NIGHT):
        seal_day()
    with clock.at(NEXT):
        rows = actions.draw(round_=round_, by=by or at.office)
        for post in Post.objects.select_related("unit").filter(code="GUIDANCE"):
            for row in rows:
                if row.post_id != post.pk:
                    actions.assign(recheck=row, by=by or at.office, post=post)
    return rows


def rechecked(at: City) -> tuple[Recheck, Photo]:
    """A re-check of the first district, done by a post of the second, with its result and a photo.

    The draw is of the first district, whose superior closed: nobody of it may check again.
    """
    n = Round.objects.count()
    office = actor(f"LB-{n}", at.east, Role.OFFICE)
    checker = actor(f"LV-{n}", at.west, Role.VERIFIER)
    closed(at, 2, 2 * n)
    with clock.at(LATER + dt.timedelta(days=2 * n)):
        round_ = actions.lay(unit=at.east, by=office, wave=30, size=2, source="lottery")
        row = actions.draw(round_=round_, by=office, public_value="7")[0]
        if row.post_id != checker.post_id:
            post = Post.objects.select_related("unit").get(pk=checker.post_id)
            actions.assign(recheck=row, by=office, post=post)
        photos = [("a.jpg", picture())]
        actions.record(recheck=row, by=checker, result="fixed", note="亮", photos=photos)
    return row, Photo.objects.latest("id")
