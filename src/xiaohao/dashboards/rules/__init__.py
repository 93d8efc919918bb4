"""How units stand, alone and beside their peers; no database."""

from xiaohao.dashboards.rules.peers import FAR, NEAR, Funnel, Peer, Verdict, funnel
from xiaohao.dashboards.rules.standing import FEW_ANSWERS, Standing, Value, standing

__all__ = [
    "FAR",
    "FEW_ANSWERS",
    "NEAR",
    "Funnel",
    "Peer",
    "Standing",
    "Value",
    "Verdict",
    "funnel",
    "standing",
]
