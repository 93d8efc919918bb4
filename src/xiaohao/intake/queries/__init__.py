"""Reading what came in."""

from xiaohao.intake.queries.figures import BoardFigures, board_figures
from xiaohao.intake.queries.finding import (
    board_unit,
    by_code,
    home_of,
    known_words,
    receipt_of,
    sender_of,
)
from xiaohao.intake.queries.nearby import Known, known_nearby
from xiaohao.intake.queries.places import place_label, place_of, place_typed, places
from xiaohao.intake.queries.progress import Progress, Step, next_triage_day, progress
from xiaohao.intake.queries.receipts import Genuine, code_in, genuine

__all__ = [
    "BoardFigures",
    "Genuine",
    "Known",
    "Progress",
    "Step",
    "board_figures",
    "board_unit",
    "by_code",
    "code_in",
    "genuine",
    "home_of",
    "known_nearby",
    "known_words",
    "next_triage_day",
    "place_label",
    "place_of",
    "place_typed",
    "places",
    "progress",
    "receipt_of",
    "sender_of",
]
