"""The room's tables, each witnessed by the trail and guarded by the database."""

from xiaohao.services.models.calls import (
    STATE_NAMES,
    Call,
    CallQuerySet,
    Delivery,
    Proof,
    Upload,
    Verdict,
)
from xiaohao.services.models.lists import (
    AUDIENCES,
    LIST_STATES,
    Measure,
    Service,
    ServiceList,
    ServiceListQuerySet,
    around,
)
from xiaohao.services.rules import Audience, ListState, State

__all__ = [
    "AUDIENCES",
    "LIST_STATES",
    "STATE_NAMES",
    "Audience",
    "Call",
    "CallQuerySet",
    "Delivery",
    "ListState",
    "Measure",
    "Proof",
    "Service",
    "ServiceList",
    "ServiceListQuerySet",
    "State",
    "Upload",
    "Verdict",
    "around",
]
