"""How a unit stands, in one word and one colour; no database."""

from dataclasses import dataclass
from decimal import Decimal

Value = int | Decimal | None

FEW_ANSWERS = 0.8  # satisfaction below this is said in words


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row of the tree dashboard says.

    Attributes:
        word: key of the word, see `pages.tree`.
        tone: colour; red only for what is late.
    """

    word: str
    tone: str


def standing(
    still_open: Value, overdue: Value, done: Value, satisfaction: Value, answers: Value
) -> Standing:
    """Late before unhappy before at work before done before nothing."""
    if overdue:
        return Standing("late", "red")
    if answers and satisfaction is not None and satisfaction < FEW_ANSWERS:
        return Standing("unhappy", "amber")
    if still_open:
        return Standing("at_work", "blue")
    return Standing("done", "green") if done else Standing("nothing", "grey")
