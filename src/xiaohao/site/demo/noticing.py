"""What the demo shows of following, mentions, saved views, and a root that nobody has named yet.

Like `escalating` it is staged on the last day, through the rooms' own actions; before it, so that
what is followed still moves and the search for roots finds what it is to find.
"""

import datetime as dt
import random
from typing import Final

from xiaohao.kernel import clock
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Source
from xiaohao.notices import actions
from xiaohao.notices.models import Follow
from xiaohao.people.models import Post
from xiaohao.site.demo.desk import Desk
from xiaohao.site.demo.replay import REFERENCE
from xiaohao.triage.models import Category

MORNING: Final = REFERENCE - dt.timedelta(hours=8)
FOLLOWED: Final = 8
TOPIC: Final = "air_pollution"  # what most open problems are about: chance has something to say
DISTRICTS: Final = 6
TITLE = "{place}餐饮油烟净化设备长期不清洗"
TEXT = (
    "调研走访{place}沿街餐饮店，油烟净化设备装了以后长期不清洗，没有统一的清洗周期和检测要求，"
    "居民反映晚饭时段油烟直排。各店都说没有收到过清洗标准。"
)
LOG_IN: Final = "handler"
ASKED = "@{post} 请本周内补齐整改前后的现场照片，月底调度会上要用。"
ANSWERED = "收到，整改前照片已有，整改后照片周五前补齐。"
VIEWS = (("超期未销号", "overdue=1&sort=deadline", True), ("等待核验", "state=reported", False))


def stage() -> None:
    """Follow, ask, keep two views, put down what was found alike in six districts.

    Does nothing when it has been staged before.
    """
    if Follow.objects.exists():
        return
    desk = Desk(random.Random(0))
    with clock.at(MORNING):
        _found_alike(desk)
        office = desk.actor("OFFICE")
        for row in Problem.objects.filter(state="in_progress").order_by("id")[:FOLLOWED]:
            actions.follow(problem=row, by=office)
        for name, query, shared in VIEWS:
            ledger.save_view(by=office, name=name, query=query, shared=shared)
        _ask(desk)


def tell() -> None:
    """Send what the last day gives reason to: rungs, mentions, moves of what is followed."""
    with clock.at(REFERENCE):
        actions.climb()
        actions.tell()


def _ask(desk: Desk) -> None:
    """The office asks a handler for photos by name of his post and follows what comes of it.

    The post that people can log in to comes first.
    """
    handlers = Post.objects.filter(role="handler", is_active=True)
    held = set(handlers.filter(holdings__account__username=LOG_IN).values_list("pk", flat=True))
    for post in sorted(handlers, key=lambda post: (post.pk not in held, post.code)):
        row = Problem.objects.open().filter(unit=post.unit_id, deadline__isnull=False)
        if (problem := row.order_by("id").first()) is not None:
            desk.move(problem.pk, "comment", "OFFICE", note=ASKED.format(post=post.code))
            problem.refresh_from_db()
            actions.follow(problem=problem, by=desk.actor("OFFICE"))
            desk.move(problem.pk, "comment", post.code, note=ANSWERED)
            return


def _found_alike(desk: Desk) -> None:
    """A research visit finds one thing at offices of ecology in several districts."""
    posts = Post.objects.filter(role="handler", is_active=True, unit__code__endswith="-EE")
    category = Category.objects.filter(code=TOPIC).first()
    for post in posts.select_related("unit__parent").order_by("code")[:DISTRICTS]:
        district = post.unit.parent
        if district is None:
            continue
        row = ledger.register(
            by=desk.actor("OFFICE"),
            title=TITLE.format(place=district.name),
            text=TEXT.format(place=district.name),
            category=category,
            source=Source.RESEARCH,
            place=district.name,
            place_unit=district,
        )
        desk.move(row.pk, "refer", "OPERATOR", unit=post.unit)
