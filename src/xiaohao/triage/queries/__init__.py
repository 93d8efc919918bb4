"""Reading: proposals, look-alikes, categories, duties, and what models are worth."""

from xiaohao.triage.categories import seeds
from xiaohao.triage.likeness import KEYS, cosines, likenesses
from xiaohao.triage.models import Kind, TrainedModel
from xiaohao.triage.proposals import Guess, Lookalike, Option, Proposal
from xiaohao.triage.queries.book import (
    category_codes,
    category_groups,
    category_lines,
    category_named,
    category_tree,
)
from xiaohao.triage.queries.duties import duties_of, duty_of, duty_units, unanswered
from xiaohao.triage.queries.leading import History, history, leading, waiting_lessons
from xiaohao.triage.queries.lookalikes import lookalikes
from xiaohao.triage.queries.proposing import Asked, propose, propose_many
from xiaohao.triage.reading import Span
from xiaohao.triage.rules import LOOK, THRESHOLD, Grade, Source
from xiaohao.triage.speaking import Reason
from xiaohao.triage.urgency import NORMAL, URGENT
from xiaohao.triage.wording import marked, urgency_word, why

__all__ = [
    "KEYS",
    "LOOK",
    "NORMAL",
    "THRESHOLD",
    "URGENT",
    "Asked",
    "Grade",
    "Guess",
    "History",
    "Kind",
    "Lookalike",
    "Option",
    "Proposal",
    "Reason",
    "Source",
    "Span",
    "TrainedModel",
    "category_codes",
    "category_groups",
    "category_lines",
    "category_named",
    "category_tree",
    "cosines",
    "duties_of",
    "duty_of",
    "duty_units",
    "history",
    "leading",
    "likenesses",
    "lookalikes",
    "marked",
    "propose",
    "propose_many",
    "seeds",
    "unanswered",
    "urgency_word",
    "waiting_lessons",
    "why",
]
