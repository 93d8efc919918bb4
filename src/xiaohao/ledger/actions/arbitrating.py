"""The common superior says whose a problem is that units return to each other."""

from xiaohao.ledger.actions.handing import hand
from xiaohao.ledger.actions.step import Took
from xiaohao.ledger.models import Referral


def arbitrate(took: Took) -> None:
    """Hand it to a unit for good; one that had returned it was wrong to, which counts."""
    unit = took.given["unit"]
    wrong = (
        Referral.objects.filter(problem=took.problem, unit=unit).exclude(returned_at=None).exists()
    )
    flows = ["ledger.arbitrated", *(["ledger.overruled"] if wrong else [])]
    hand(took, *flows, data={"overruled": wrong, "first": False, "same_day": False}, final=True)
