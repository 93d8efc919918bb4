"""The pages of the public's door and of those who sit behind it."""

from xiaohao.intake.pages.board import (
    intake_board,
    intake_check_receipt,
    intake_places,
    intake_receipt,
    intake_sent,
    intake_similar,
)
from xiaohao.intake.pages.status import intake_answer, intake_photo, intake_status

__all__ = [
    "intake_answer",
    "intake_board",
    "intake_check_receipt",
    "intake_photo",
    "intake_places",
    "intake_receipt",
    "intake_sent",
    "intake_similar",
    "intake_status",
]
