"""Doing one thing as one post: the hands of the replay and of the scripted office.

Everything goes through the rooms' own actions, as from a page; nothing here writes a state.
"""

import datetime as dt
import io
import random
from functools import cache
from typing import Any

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post
from xiaohao.site.demo.pictures import before_after
from xiaohao.units.models import Unit


class Desk:
    """Posts at work."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.actor = cache(self._actor)

    def _actor(self, code: str) -> Actor:
        """Whoever acts from the post: its holder today, where it has one."""
        post = Post.objects.select_related("unit").get(code=code)
        holding = post.holdings.filter(during__contains=clock.today()).order_by("id").first()
        return post.actor(account_id=holding.account_id if holding else None)

    def unit(self, actor: Actor) -> Unit:
        """The unit of a post."""
        return Unit.objects.get(pk=actor.unit_id)

    def problem(self, pk: int) -> Problem:
        """The problem as it stands now."""
        return Problem.objects.select_related("unit", "category", "merged_into").get(pk=pk)

    def move(self, pk: int, move: str, who: str, **given: Any) -> Problem:
        """One move of the state table."""
        return ledger.move(problem=self.problem(pk), move=move, by=self.actor(who), **given)

    def finish(self, pk: int, who: str, place: int, note: str) -> Problem:
        """Finish the measure at that place of the present round, with a picture as evidence."""
        problem, by = self.problem(pk), self.actor(who)
        rows = problem.measures.filter(dropped_at=None, round=problem.round).order_by("id")
        topic = problem.category.code if problem.category else ""
        picture = before_after(topic, clock.today(), self.rng)
        name = f"{clock.today():%m%d}-{place + 1}.jpg"
        upload = ledger.upload(problem=problem, by=by, name=name, stream=io.BytesIO(picture))
        measure = rows[place].pk
        return ledger.move(
            problem=problem,
            move="finish_measure",
            by=by,
            measure=measure,
            files=[upload.pk],
            note=note,
        )

    def failed(self, pk: int, places: list[int]) -> list[int]:
        """Numbers of the measures at those places of the present round."""
        problem = self.problem(pk)
        rows = list(problem.measures.filter(dropped_at=None, round=problem.round).order_by("id"))
        return [rows[place].pk for place in places]


def midnight_after(day: dt.date) -> dt.datetime:
    """Half an hour after `day` is over: when the nightly seal is made."""
    return clock.start_of(day + dt.timedelta(days=1)) + dt.timedelta(minutes=30)
