"""Reading what came in."""

from xiaohao.intake.queries.finding import (
    board_unit,
    by_code,
    home_of,
    known_words,
    receipt_of,
    sender_of,
)

__all__ = ["board_unit", "by_code", "home_of", "known_words", "receipt_of", "sender_of"]
