"""This room's pages."""

from xiaohao.escalation.pages.calls import (
    escalation_call,
    escalation_call_new,
    escalation_calls,
    escalation_summons,
    escalation_withdraw,
)
from xiaohao.escalation.pages.changes import escalation_call_changes, escalation_root_changes
from xiaohao.escalation.pages.passing import (
    escalation_arbitration,
    escalation_given_back,
    escalation_passing,
)
from xiaohao.escalation.pages.rates import escalation_departments, escalation_summonses
from xiaohao.escalation.pages.roots import escalation_root, escalation_root_do, escalation_roots

__all__ = [
    "escalation_arbitration",
    "escalation_call",
    "escalation_call_changes",
    "escalation_call_new",
    "escalation_calls",
    "escalation_departments",
    "escalation_given_back",
    "escalation_passing",
    "escalation_root",
    "escalation_root_changes",
    "escalation_root_do",
    "escalation_roots",
    "escalation_summons",
    "escalation_summonses",
    "escalation_withdraw",
]
