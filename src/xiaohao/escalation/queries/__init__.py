"""Reading: root causes and their cases, joint calls, what is passed around."""

from xiaohao.escalation.queries.book import Book
from xiaohao.escalation.queries.calls import (
    RATES,
    calls_of,
    departments,
    find_call,
    find_summons,
    may_answer,
    may_call,
    silent_below,
    summonses,
)
from xiaohao.escalation.queries.crowds import Crowds, Found
from xiaohao.escalation.queries.deciders import DECIDE, decider
from xiaohao.escalation.queries.history import call_history, root_history
from xiaohao.escalation.queries.passing import (
    PASSING,
    GivenBack,
    Passed,
    cases,
    given_back,
    passing,
    told_of,
)
from xiaohao.escalation.queries.roots import (
    SCAN,
    Last,
    cases_of,
    find_root,
    last_look,
    like_cases,
    links_of,
    listed,
    may_claim,
    may_decline,
    places_named,
    root_of,
    waiting_counts,
)
from xiaohao.escalation.queries.waiting import to_arbitrate, to_come, to_decide, to_grade
from xiaohao.escalation.wording import DECISIONS, STANDINGS

__all__ = [
    "DECIDE",
    "DECISIONS",
    "PASSING",
    "RATES",
    "SCAN",
    "STANDINGS",
    "Book",
    "Crowds",
    "Found",
    "GivenBack",
    "Last",
    "Passed",
    "call_history",
    "calls_of",
    "cases",
    "cases_of",
    "decider",
    "departments",
    "find_call",
    "find_root",
    "find_summons",
    "given_back",
    "last_look",
    "like_cases",
    "links_of",
    "listed",
    "may_answer",
    "may_call",
    "may_claim",
    "may_decline",
    "passing",
    "places_named",
    "root_history",
    "root_of",
    "silent_below",
    "summonses",
    "to_arbitrate",
    "to_come",
    "to_decide",
    "to_grade",
    "told_of",
    "waiting_counts",
]
