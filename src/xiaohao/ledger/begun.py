"""How far a problem is from how it was registered: whether its registration may be taken back."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from xiaohao.ledger.models import Problem, Reporter, Upload
from xiaohao.ledger.rules import MOVES, STILL_BEGINNING, Begun
from xiaohao.trail.models import Event

# Rooms whose rows follow a problem without standing on it: its parts, the row of a file that it
# came from, and who wants to hear of it.
_FOLLOW = frozenset({"ledger", "exchange", "notices"})


def begun_of_many(problems: Sequence[Problem]) -> dict[int, Begun]:
    """Of those that stand where a registration may be taken back, by their ids.

    In a fixed number of queries; nothing is asked of others.
    """
    origins = MOVES["withdraw"].origins
    asked = [problem for problem in problems if problem.state in origins]
    if not asked:
        return {}
    ties = _ties([problem.pk for problem in asked])
    acts = Event.objects.filter(label=Problem.trail_label(), thing_id=OuterRef("pk")).order_by()
    own = acts.annotate(unit=KT("by__unit"))
    other = ~Q(kind__in=STILL_BEGINNING) | Q(unit=None) | ~Q(unit=OuterRef("office"))
    sent = Upload.objects.filter(problem=OuterRef("pk")).exclude(unit=OuterRef("origin_unit"))
    rows = Problem.objects.filter(pk__in=[problem.pk for problem in asked]).order_by("pk")
    begun = rows.annotate(
        office=Cast(F("origin_unit_id"), TextField()),
        told=Exists(Reporter.objects.filter(problem=OuterRef("pk")).order_by()),
        acted=Exists(own.filter(other)),
        sent=Exists(sent.order_by()),
    )
    found = begun.values_list("pk", "origin_path", "told", "acted", "sent")
    return {
        key: Begun(path, told, acted or sent, ties.get(key, ""))
        for key, path, told, acted, sent in found
    }


def _ties(keys: Sequence[int]) -> dict[int, str]:
    """What stands on each problem, in words: rows of rooms above, and problems merged into it."""
    found: dict[int, str] = {}
    for relation in Problem._meta.related_objects:
        model = relation.related_model
        merged = model is Problem
        if isinstance(model, str) or (model._meta.app_label in _FOLLOW and not merged):
            continue
        name = relation.field.attname
        rows = model._base_manager.filter(**{f"{name}__in": keys}).order_by()
        for key in _each(rows.values_list(name, flat=True).distinct()):
            found.setdefault(key, str(model._meta.verbose_name))
    return found


def _each(keys: Iterable[int | None]) -> list[int]:
    return [key for key in keys if key is not None]
