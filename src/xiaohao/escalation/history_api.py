"""How the fields of root causes and joint calls came to be, for programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from xiaohao.escalation import queries
from xiaohao.escalation.api import acting
from xiaohao.kernel.told import FieldChange, told

router = Router(tags=["escalation"])


@router.get(
    "/roots/{root_id}/history",
    response=list[FieldChange],
    summary="Changes of each field of a root",
)
def root_history(request: HttpRequest, root_id: int, field: str = "") -> list[dict[str, Any]]:
    """Who set which field when: put to a unit, declined, claimed; newest first."""
    return told(queries.root_history(queries.find_root(acting(request), root_id)), field)


@router.get(
    "/joint-calls/{call_id}/history",
    response=list[FieldChange],
    summary="Fields of a call and of its departments",
)
def call_history(request: HttpRequest, call_id: int, field: str = "") -> list[dict[str, Any]]:
    """Who set which field of a call, and of each department called; newest first."""
    return told(queries.call_history(queries.find_call(acting(request), call_id)), field)
