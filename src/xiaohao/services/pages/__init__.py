"""This room's pages."""

from xiaohao.services.pages.calls import (
    services_call,
    services_call_changes,
    services_call_new,
    services_calls,
    services_move,
    services_name,
    services_proof,
)
from xiaohao.services.pages.lists import (
    services_add,
    services_change,
    services_list,
    services_lists,
    services_new,
    services_service,
    services_service_changes,
    services_step,
    services_withdraw,
)
from xiaohao.services.pages.public import services_public

__all__ = [
    "services_add",
    "services_call",
    "services_call_changes",
    "services_call_new",
    "services_calls",
    "services_change",
    "services_list",
    "services_lists",
    "services_move",
    "services_name",
    "services_new",
    "services_proof",
    "services_public",
    "services_service",
    "services_service_changes",
    "services_step",
    "services_withdraw",
]
