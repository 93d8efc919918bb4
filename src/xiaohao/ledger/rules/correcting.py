"""What of an entry may be put right, and what becomes of it."""

from collections.abc import Mapping
from typing import Any

from xiaohao.ledger.rules.facts import Entry, Facts, Need, State

# What was reported is what somebody said: it stays, and what is wrong in it is noted beside it.
CORRECTABLE = ("title", "category", "place", "place_unit", "urgent")
# What is struck off may still be put under its right category; what is merged or withdrawn
# stands for nothing by itself.
CORRECTED_IN = frozenset(State) - {State.MERGED, State.WITHDRAWN}


def corrected(entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that become another, each with what it becomes; what is not given stays."""
    return {
        name: given[name]
        for name in CORRECTABLE
        if name in given and _plain(given[name]) != getattr(entry, name)
    }


def correction_needs(facts: Facts, given: Mapping[str, Any]) -> list[Need]:
    """What is missing: a title, or anything that becomes another or is to be read otherwise."""
    if "title" in given and not given["title"]:
        return [Need("title_missing", "title")]
    said = str(given.get("note") or "").strip()
    if said or (facts.entry and corrected(facts.entry, given)):
        return []
    return [Need("nothing_corrected", "category")]


def _plain(value: Any) -> Any:
    """A thing by its id, as the entry holds it."""
    return getattr(value, "pk", value)
