"""Reading what came in."""

from xiaohao.intake.queries.figures import BoardFigures, board_figures
from xiaohao.intake.queries.finding import (
    board_unit,
    by_code,
    code_hash,
    known_words,
    receipt_of,
    sender_of,
)
from xiaohao.intake.queries.listing import (
    Filters,
    filters_of,
    listed,
    shared,
    shared_photos,
    suggestions,
)
from xiaohao.intake.queries.nearby import Known, joinable, known_nearby, offered
from xiaohao.intake.queries.places import place_label, place_of, place_typed, places
from xiaohao.intake.queries.progress import Progress, Step, next_triage_day, progress
from xiaohao.intake.queries.receipts import Genuine, code_in, genuine
from xiaohao.intake.queries.triaging import (
    Case,
    Like,
    case,
    decided_words,
    find_message,
    neighbours,
    queue,
    queue_page,
)

__all__ = [
    "BoardFigures",
    "Case",
    "Filters",
    "Genuine",
    "Known",
    "Like",
    "Progress",
    "Step",
    "board_figures",
    "board_unit",
    "by_code",
    "case",
    "code_hash",
    "code_in",
    "decided_words",
    "filters_of",
    "find_message",
    "genuine",
    "joinable",
    "known_nearby",
    "known_words",
    "listed",
    "neighbours",
    "next_triage_day",
    "offered",
    "place_label",
    "place_of",
    "place_typed",
    "places",
    "progress",
    "queue",
    "queue_page",
    "receipt_of",
    "sender_of",
    "shared",
    "shared_photos",
    "suggestions",
]
