"""What the tests of notices set up."""

import datetime as dt

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, problem, walk
from xiaohao.ledger.tests.make import city as town
from xiaohao.people.actions import hold_post
from xiaohao.people.models import Holding, Post
from xiaohao.people.tests.make import account

__all__ = ["DAY", "City", "city", "days_on", "handed", "post_of", "seat"]


def city() -> City:
    """The ledger's city, in which somebody holds each post."""
    made = town()
    for post in Post.objects.select_related("unit").order_by("code"):
        seat(post)
    return made


def seat(post: Post) -> Holding:
    """Somebody holds the post from today on."""
    return hold_post(by=SYSTEM, account=account(), post=post)


def handed(at: City, deadline: dt.date, *, urgent: bool = False) -> Problem:
    """A problem handed to the street with that deadline."""
    row = problem(at, urgent=urgent)
    ledger.move(problem=row, move="refer", by=at.operator, unit=at.street, deadline=deadline)
    return walk(at, row, "accepted")


def days_on(n: int, hour: int = 9) -> dt.datetime:
    """A moment `n` days after the day on which the tests begin."""
    return clock.start_of(DAY.date() + dt.timedelta(days=n)) + dt.timedelta(hours=hour)


def post_of(code: str) -> Post:
    """A post of the small city by its code."""
    return Post.objects.select_related("unit").get(code=code)
