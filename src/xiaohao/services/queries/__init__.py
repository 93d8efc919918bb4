"""Reading lists, services, calls, and what became of them."""

from xiaohao.services.queries.calls import (
    TABS,
    WHICH,
    Offer,
    against_caller,
    calls_of,
    calls_seen,
    facts_of,
    find_call,
    may_know_name,
    offers,
    on_problem,
    went_badly,
)
from xiaohao.services.queries.history import (
    call_events,
    call_history,
    service_history,
    shown_proof,
)
from xiaohao.services.queries.lists import (
    find_list,
    find_service,
    keeps,
    list_names,
    lists_of,
    published,
)
from xiaohao.services.queries.numbers import (
    Numbers,
    Told,
    everybodys,
    numbers_by_list,
    numbers_by_service,
)
from xiaohao.services.queries.waiting import to_deliver, to_grade

__all__ = [
    "TABS",
    "WHICH",
    "Numbers",
    "Offer",
    "Told",
    "against_caller",
    "call_events",
    "call_history",
    "calls_of",
    "calls_seen",
    "everybodys",
    "facts_of",
    "find_call",
    "find_list",
    "find_service",
    "keeps",
    "list_names",
    "lists_of",
    "may_know_name",
    "numbers_by_list",
    "numbers_by_service",
    "offers",
    "on_problem",
    "published",
    "service_history",
    "shown_proof",
    "to_deliver",
    "to_grade",
    "went_badly",
]
