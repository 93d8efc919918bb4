"""The pages of the public's door and of those who sit behind it."""

from xiaohao.intake.pages.board import (
    intake_board,
    intake_check_receipt,
    intake_places,
    intake_receipt,
    intake_sent,
    intake_similar,
)
from xiaohao.intake.pages.messages import (
    intake_correct,
    intake_message,
    intake_message_photo,
    intake_messages,
    intake_problem_photos,
    intake_share,
    intake_shared_photo,
)
from xiaohao.intake.pages.operator import intake_operator, intake_poster, intake_posters
from xiaohao.intake.pages.queue import intake_case, intake_queue, intake_undo
from xiaohao.intake.pages.status import intake_answer, intake_photo, intake_status
from xiaohao.intake.pages.suggestions import intake_suggestion, intake_suggestions

__all__ = [
    "intake_answer",
    "intake_board",
    "intake_case",
    "intake_check_receipt",
    "intake_correct",
    "intake_message",
    "intake_message_photo",
    "intake_messages",
    "intake_operator",
    "intake_photo",
    "intake_places",
    "intake_poster",
    "intake_posters",
    "intake_problem_photos",
    "intake_queue",
    "intake_receipt",
    "intake_sent",
    "intake_share",
    "intake_shared_photo",
    "intake_similar",
    "intake_status",
    "intake_suggestion",
    "intake_suggestions",
    "intake_undo",
]
