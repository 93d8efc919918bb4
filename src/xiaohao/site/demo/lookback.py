"""Carrying out the look-back of the month's plan, through the room's own actions."""

import hashlib
import io

from xiaohao.kernel import clock
from xiaohao.lookback import actions
from xiaohao.lookback.models import Recheck, Round
from xiaohao.site.demo.desk import Desk
from xiaohao.site.demo.pictures import before_after
from xiaohao.site.demo.rechecks import ROUNDS, WAVE, Planned
from xiaohao.site.demo.steps import Step

NOTES = (
    "现场查看，整改措施均在，与上报一致。",
    "走访周边住户两家，均表示问题没有再出现。",
    "不打招呼到现场，情况良好，已拍照。",
    "电话回访加现场查看，问题确已解决。",
)
FALSE_NOTES = (
    "到现场看，整改后不到两周又恢复原样，住户说只好了几天。按未整改到位处理。",
    "现场与报办结时的照片对不上，只做了一部分，其余还没有动。按未整改到位处理。",
)
CAME_BACK = "去之前反映人已经说没有解决，问题已重新打开，不再到现场。"
PICTURED = 2  # every so many re-checks bring a photo; one that is not fixed always does


def carry_out(step: Step, desk: Desk, seed: int) -> None:
    """One of these steps."""
    planned = ROUNDS[step.args["round"]]
    match step.args["do"]:
        case "lay":
            office = desk.actor("OFFICE")
            told = f"demo {seed} {step.args['round']}"
            actions.lay(
                unit=desk.unit(office),
                by=office,
                wave=WAVE,
                size=planned.size,
                source=planned.source,
                secret=hashlib.sha256(told.encode()).hexdigest(),
            )
        case "draw":
            round_ = _round(planned)
            actions.draw(round_=round_, by=desk.actor("OFFICE"), public_value=planned.value)
        case _:
            place, false = int(step.args["place"]), bool(step.args["false"])
            _check(_next(_round(planned), standing=false), place, desk, false=false)


def _round(planned: Planned) -> Round:
    return Round.objects.select_related("unit").get(source=planned.source)


def _next(round_: Round, *, standing: bool) -> Recheck:
    """The next re-check to be done; only of a problem that still stands closed, if so wanted."""
    shown = ("problem__category", "unit", "post", "round__unit")
    rows = Recheck.objects.waiting().filter(round=round_).select_related(*shown).order_by("id")
    for row in rows:
        if not (standing and row.came_back):
            return row
    raise ValueError(f"nothing is left to be checked again in {round_.number}")


def _check(row: Recheck, place: int, desk: Desk, *, false: bool) -> None:
    """Do a re-check, by the post it was given to."""
    if row.post is None:
        raise ValueError(f"nobody in the demo may check {row} again")
    came_back = "came_back" if row.came_back else ""
    photos = []
    if false or place % PICTURED == 0:
        topic = row.problem.category.code if row.problem.category else ""
        picture = io.BytesIO(before_after(topic, clock.today(), desk.rng))
        photos.append((f"huitoukan-{row.pk}.jpg", picture))
    actions.record(
        recheck=row,
        by=desk.actor(row.post.code),
        result=came_back or ("not_fixed" if false else "fixed"),
        note=CAME_BACK if came_back else _note(place, false=false),
        photos=photos,
    )


def _note(place: int, *, false: bool) -> str:
    notes = FALSE_NOTES if false else NOTES
    return notes[place % len(notes)]
