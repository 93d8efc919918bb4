"""The room's tables, each witnessed by the trail and guarded by the database."""

from xiaohao.escalation.models.calls import Call, CallQuerySet, Grade, Summons, SummonsQuerySet
from xiaohao.escalation.models.parts import taken_part_around
from xiaohao.escalation.models.roots import Decision, FoundBy, Link, Reading, Root, RootQuerySet

__all__ = [
    "Call",
    "CallQuerySet",
    "Decision",
    "FoundBy",
    "Grade",
    "Link",
    "Reading",
    "Root",
    "RootQuerySet",
    "Summons",
    "SummonsQuerySet",
    "taken_part_around",
]
