"""What the look-back puts on a problem's page."""

from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.slots import Shown
from xiaohao.ledger.models import Problem
from xiaohao.lookback.models import Recheck
from xiaohao.lookback.wording import RESULTS
from xiaohao.people.queries import Permission, require

MOST = 5


def card(request: ActingRequest, problem: Problem) -> Shown | None:
    """The re-checks of the problem that the reader may know of, the last ones first."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    rows = Recheck.objects.visible_to(actor).filter(problem=problem)
    shown = rows.select_related("round", "post").order_by("-id")[:MOST]
    found = [(row, RESULTS[row.result]) for row in shown]
    return ("lookback/_card.html", {"rows": found}) if found else None
