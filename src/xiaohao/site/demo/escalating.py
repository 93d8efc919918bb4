"""What the demo shows of roots, joint calls, arbitration and fixes on the spot, on its last day.

Everything goes through the rooms' own actions, with posts that the month has opened anyway.
"""

import datetime as dt
import io
import random
from typing import Final

from xiaohao.escalation import actions
from xiaohao.escalation.models import Call, Link
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Source
from xiaohao.people.models import Post
from xiaohao.site.demo.pictures import before_after
from xiaohao.site.demo.replay import REFERENCE
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

HOUR: Final = dt.timedelta(hours=1)
CALLED: Final = REFERENCE - 6 * HOUR
WHY = (
    "涉及多个部门职责，需要到现场共同认定",
    "需要联合执法，一次处理到位",
    "需要现场会商，明确由谁整改",
)
ABOVE = ("各街道都遇到同样情况，需要区里统一标准", "资金和审批权在上级，街道没有手段解决")


def stage() -> None:
    """Three joint calls, a claimed root, a declined one, an arbitration, a fix on the spot.

    Does nothing when it has been staged before.
    """
    if Call.objects.exists():
        return
    rows = _with_handlers()
    callers = sorted(rows, key=lambda row: (not _is_street(row), row.pk))[:3]
    _call(callers)
    rest = [row for row in rows if row not in callers and _district(row) is not None]
    _roots(rest[:2])
    _contest()
    streets = Post.objects.filter(role="handler", is_active=True, unit__level="township")
    street = streets.select_related("unit").order_by("code").first()
    if street is not None:
        _on_the_spot(street.unit, _cleared_before())
    with clock.at(REFERENCE):
        actions.propose()
        actions.note_late()


def _with_handlers() -> list[Problem]:
    """Problems being rectified since before the day, by units that have a handler."""
    before = CALLED - 24 * HOUR
    units = Post.objects.filter(role="handler", is_active=True).values("unit_id")
    rows = Problem.objects.filter(state="in_progress", unit__in=units, referred_at__lt=before)
    return list(rows.select_related("unit", "category").order_by("id"))


def _is_street(row: Problem) -> bool:
    """Whether a street or township has it: those are who blows the whistle."""
    return row.unit is not None and row.unit.level == "township" and row.unit.kind == "region"


def _actor(prefix: str, unit: Unit) -> Actor:
    return Post.objects.select_related("unit").get(code=f"{prefix}-{unit.code}").actor()


def _others(unit: Unit) -> list[Unit]:
    """Units with a handler that can be called or handed something, the nearest first."""
    handlers = Post.objects.filter(role="handler", is_active=True).values("unit_id")
    rows = Unit.objects.filter(pk__in=handlers).exclude(pk=unit.pk).order_by("path")
    apart = [
        one
        for one in rows
        if not one.path.startswith(unit.path) and not unit.path.startswith(one.path)
    ]
    return sorted(apart, key=lambda one: (one.parent_id != unit.parent_id, one.path))


def _departments(unit: Unit) -> list[Unit]:
    """Departments that can be called, those of its own district first."""
    others = [one for one in _others(unit) if one.kind != "region"]
    near = unit.parent.path if unit.parent else unit.path
    return sorted(others, key=lambda one: (not one.path.startswith(near), one.path))


def _call(rows: list[Problem]) -> None:
    """The first is answered and graded, the second half silent, the third still runs."""
    for n, row in enumerate(rows):
        if row.unit is None:
            continue
        by, called = _actor("HANDLER", row.unit), _departments(row.unit)[:2]
        start = CALLED + 4.5 * HOUR if n == 2 else CALLED
        with clock.at(start):
            made = actions.call(
                problem=row,
                by=by,
                units=called,
                reason=WHY[n % len(WHY)],
                place=row.place or row.unit.name,
                hours=2,
                on_site_by=start + 4 * HOUR,
            )
        summonses = list(made.summonses.select_related("unit", "call").order_by("id"))
        for summons in summonses[: 2 if n == 0 else 1]:
            with clock.at(start + HOUR):
                actions.answer(summons=summons, by=_actor("HANDLER", summons.unit), comes=True)
            if n < 2:
                with clock.at(start + 3 * HOUR):
                    who = "科室负责人和执法人员两人"
                    actions.check_in(summons=summons, by=_actor("HANDLER", summons.unit), who=who)
                with clock.at(start + 5 * HOUR):
                    actions.grade(summons=summons, by=by, grade="good", words="当场明确了措施")


def _district(row: Problem) -> Unit | None:
    """The superior to whose office a root can be put."""
    above = row.unit.parent if row.unit else None
    found = above and Post.objects.filter(code=f"OFFICE-{above.code}", is_active=True).exists()
    return above if found else None


def _roots(rows: list[Problem]) -> None:
    """Two units say that the root lies higher: one word is taken up, the other is not."""
    for n, row in enumerate(rows):
        above = _district(row)
        if above is None or row.unit is None:
            continue
        with clock.at(CALLED):
            by = _actor("HANDLER", row.unit)
            ledger.move(problem=row, move="point_above", by=by, above=above, reason=ABOVE[n])
            actions.gather()
        root = Link.objects.select_related("root__unit").get(problem=row).root
        with clock.at(CALLED + 2 * HOUR):
            office = _actor("OFFICE", root.unit)
            if n == 0:
                actions.claim(root=root, by=office)
            else:
                actions.decline(root=root, by=office, reason="审批权在市级部门，建议由市里研究")


def _contest() -> None:
    """One problem is returned by two units and waits for the word of their superior."""
    handlers = Post.objects.filter(role="handler", is_active=True).values("unit_id")
    open_ = Problem.objects.filter(state__in=["referred", "accepted"], unit__in=handlers)
    row = open_.filter(returns=0, final=False).select_related("unit").order_by("id").first()
    if row is None or row.unit is None:
        return
    first, second = row.unit, _others(row.unit)[0]
    operator = Post.objects.select_related("unit").get(code="OPERATOR").actor()
    for n, (unit, better) in enumerate(((first, second), (second, first))):
        with clock.at(CALLED + n * HOUR):
            if n:
                ledger.move(problem=row, move="refer", by=operator, unit=unit)
        with clock.at(CALLED + (n + 0.5) * HOUR):
            reason = f"不属本单位职责，建议由{better.name}办理"
            by = _actor("HANDLER", unit)
            ledger.move(problem=row, move="return", by=by, reason=reason, better_unit=better)


def _cleared_before() -> Problem | None:
    """The last danger of fire that was struck off at a known place: there it is found again."""
    rows = Problem.objects.filter(state="closed", category__code="fire", place_unit__isnull=False)
    return (
        rows.exclude(place="").select_related("unit", "place_unit").order_by("-closed_at").first()
    )


def _on_the_spot(unit: Unit, before: Problem | None) -> None:
    """A research visit finds a fire lane blocked and sees it cleared; the check is to come.

    It lies where another was struck off `before`, so that the night finds a relapse.
    """
    again = before if before is not None and before.unit is not None else None
    office = Post.objects.select_related("unit").get(code="OFFICE").actor()
    with clock.at(CALLED + HOUR):
        row = ledger.register(
            by=office,
            title="调研途中发现消防通道被杂物和车辆堵塞",
            text="现场走访时看到小区消防通道堆放旧家具，并有两辆车占道，消防车无法进入。",
            category=Category.objects.filter(code="fire").first(),
            source=Source.RESEARCH,
            place=again.place if again else unit.name,
            place_unit=again.place_unit if again else unit,
        )
    with clock.at(CALLED + 2 * HOUR):
        picture = io.BytesIO(before_after("fire", clock.today(), random.Random(0)))
        proof = ledger.upload(problem=row, by=office, name="xianchang.jpg", stream=picture)
        ledger.move(
            problem=row,
            move="spot",
            by=office,
            unit=again.unit if again else unit,
            done="当场清走杂物，联系车主挪车，重新划出禁停标线。",
            owner="现场经办人",
            files=[proof.pk],
            note="离开前复看，通道畅通。",
        )
