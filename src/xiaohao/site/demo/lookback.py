"""Carrying out the look-back of the month's plan, through the room's own actions."""

import hashlib
import io

from xiaohao.kernel import clock
from xiaohao.lookback import actions
from xiaohao.lookback.models import Recheck, Round
from xiaohao.site.demo.desk import Desk
from xiaohao.site.demo.pictures import before_after
from xiaohao.site.demo.rechecks import FALSE, SIZE, WAVE
from xiaohao.site.demo.steps import Step

NOTES = (
    "现场查看，整改措施均在，与上报一致。",
    "走访周边住户两家，均表示问题没有再出现。",
    "不打招呼到现场，情况良好，已拍照。",
    "电话回访加现场查看，问题确已解决。",
)
NOT_FIXED = "到现场看，整改后不到两周又恢复原样，住户说只好了几天。按未整改到位处理。"


def carry_out(step: Step, desk: Desk, seed: int) -> None:
    """One of these steps."""
    match step.args["do"]:
        case "lay":
            office = desk.actor("OFFICE")
            secret = hashlib.sha256(f"demo {seed}".encode()).hexdigest()
            unit = desk.unit(office)
            actions.lay(unit=unit, by=office, wave=WAVE, size=SIZE, secret=secret)
        case "draw":
            round_ = Round.objects.select_related("unit").latest("id")
            actions.draw(round_=round_, by=desk.actor("OFFICE"))
        case _:
            _check(int(step.args["place"]), desk)


def _check(place: int, desk: Desk) -> None:
    """The re-check at that place, by the post it was given to."""
    rows = Recheck.objects.select_related("problem__category", "unit", "post", "round__unit")
    row = rows.order_by("id")[place]
    if row.post is None:
        raise ValueError(f"nobody in the demo may check {row} again")
    false = place == FALSE
    topic = row.problem.category.code if row.problem.category else ""
    picture = io.BytesIO(before_after(topic, clock.today(), desk.rng))
    actions.record(
        recheck=row,
        by=desk.actor(row.post.code),
        result="not_fixed" if false else "fixed",
        note=NOT_FIXED if false else NOTES[place % len(NOTES)],
        photos=[(f"huitoukan-{place + 1}.jpg", picture)],
    )
