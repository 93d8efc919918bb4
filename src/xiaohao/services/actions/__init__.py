"""What can be done here; the doors for pages, API and rehearsals."""

from xiaohao.services.actions.calling import call, look_at_name
from xiaohao.services.actions.listing import (
    add_service,
    change_service,
    close,
    make_list,
    publish,
    withdraw_service,
)
from xiaohao.services.actions.moving import against_move, move, upload

__all__ = [
    "add_service",
    "against_move",
    "call",
    "change_service",
    "close",
    "look_at_name",
    "make_list",
    "move",
    "publish",
    "upload",
    "withdraw_service",
]
