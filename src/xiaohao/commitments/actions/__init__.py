"""Writing to the lists: every change is one of these, in one transaction with its trail."""

from xiaohao.commitments.actions.entering import against_entry, enter
from xiaohao.commitments.actions.following import follow
from xiaohao.commitments.actions.handing_on import refer_need
from xiaohao.commitments.actions.hearing import hear
from xiaohao.commitments.actions.moves import against_move, move
from xiaohao.commitments.actions.moving import STEPS
from xiaohao.commitments.actions.photos import upload_photo
from xiaohao.commitments.actions.uploading import upload
from xiaohao.commitments.actions.visiting import (
    against_households,
    against_visit,
    give_aid,
    list_households,
    look_at_name,
    set_up,
    visit,
)

__all__ = [
    "STEPS",
    "against_entry",
    "against_households",
    "against_move",
    "against_visit",
    "enter",
    "follow",
    "give_aid",
    "hear",
    "list_households",
    "look_at_name",
    "move",
    "refer_need",
    "set_up",
    "upload",
    "upload_photo",
    "visit",
]
