"""Who is told of what happens to a problem besides those who follow it, by the kind of its event.

What is not here is told to followers alone: it stands on the workbench of whoever comes next, or
everybody concerned did it himself.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

# What happened longer ago is no news any more: after a long standstill it is read on the page.
OLDEST = dt.timedelta(days=7)
# No transaction that writes to a problem takes longer than this.
SETTLED = dt.timedelta(minutes=2)


class Whom(StrEnum):
    """In which part somebody is told."""

    UNIT = "unit"  # the responsible unit's handlers, or its leader where there are none
    LEADERS = "leaders"  # the unit's leader, and the leader who answers for it by name
    FORMER = "former"  # the handlers of the unit that it was taken back from
    OFFICE = "office"  # the office that has it again, and the one that had handed it on
    ARBITER = "arbiter"  # the common superior that decides
    ABOVE = "above"  # the level asked whether the root is its own
    ASKER = "asker"  # the post that asked for more time
    CHECKER = "checker"  # the post that verified the fix that did not hold
    LEAD = "lead"  # the leader who answers for it by name
    HELPERS = "helpers"  # the handlers of the units that help


W = Whom
NEWS: Mapping[str, tuple[Whom, ...]] = {
    "refer": (W.UNIT,),
    "return": (W.ARBITER, W.OFFICE),
    "recall": (W.FORMER, W.OFFICE),
    "arbitrate": (W.UNIT, W.OFFICE),
    "correct": (W.UNIT,),
    "assign": (W.LEAD, W.HELPERS),
    "grant_extension": (W.ASKER, W.UNIT),
    "decline_extension": (W.ASKER, W.UNIT),
    "fail": (W.UNIT, W.LEADERS),
    "not_solved": (W.UNIT, W.LEADERS, W.CHECKER),
    "reopen": (W.UNIT, W.LEADERS, W.CHECKER),
    "merge": (W.UNIT,),
    "point_above": (W.ABOVE,),
    "root_declined": (W.UNIT, W.ABOVE),
    "root_claimed": (W.UNIT,),
    "fixed_above": (W.UNIT,),
}
del W
