"""Who had a hand in an entry of a list, read from the trail."""

from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from xiaohao.commitments.models import Entry
from xiaohao.commitments.rules import ANEW, HANDS, Hand, units_of
from xiaohao.kernel.acting import Actor
from xiaohao.trail.models import Event
from xiaohao.units.models import Unit


def entry_hands(entry: Entry) -> list[Hand]:
    """Who had a hand in it in the present round, in the order in which they had."""
    rows = Event.objects.filter(label=Entry.trail_label(), thing_id=entry.pk)
    found: list[tuple[str, dict[str, Any]]] = []
    for kind, by in rows.filter(kind__in=[*HANDS, *ANEW]).order_by("seq").values_list("kind", "by"):
        if kind in ANEW:
            found.clear()
        elif by.get("unit"):
            found.append((kind, by))
    units = {by["unit"] for _kind, by in found}
    names = {unit.pk: unit.shown for unit in Unit.objects.filter(pk__in=units)} if units else {}
    return [_hand(kind, by, names) for kind, by in found]


def _hand(kind: str, by: dict[str, Any], names: dict[int, str]) -> Hand:
    unit = by["unit"]
    return Hand(kind, by["post"], unit, names.get(unit, str(unit)), by.get("account"))


def had_hand(actor: Actor) -> Exists:
    """Whether the actor or his unit had a hand in the present round of an entry, for a filter."""
    same = Event.objects.filter(label=Entry.trail_label(), thing_id=OuterRef("thing_id"))
    began = same.filter(kind__in=ANEW).order_by().values("thing_id").annotate(n=Max("seq"))
    own = Q(post=actor.post_code) | Q(unit__in=[str(unit) for unit in units_of(actor)])
    if actor.account_id is not None:
        own |= Q(account=str(actor.account_id))
    acts = Event.objects.filter(label=Entry.trail_label(), thing_id=OuterRef("pk"), kind__in=HANDS)
    hands = acts.order_by().annotate(
        unit=KT("by__unit"),
        post=KT("by__post"),
        account=KT("by__account"),
        since=Coalesce(Subquery(began.values("n")), 0),
    )
    return Exists(hands.filter(own, seq__gt=F("since")))
