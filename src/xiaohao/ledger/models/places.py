"""Which problems say where they are, so that a relapse at the same place can be recognised."""

from typing import Final

from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower

from xiaohao.ledger.rules.places import DROPPED, NOWHERE
from xiaohao.units.models import Kind, Level, Unit

SMALL_LEVELS = (Level.VILLAGE, Level.GROUP)
SMALL_KINDS = (Kind.SCHOOL, Kind.HOSPITAL, Kind.UNIVERSITY)


def is_small(unit: Unit) -> bool:
    """Whether a unit is a place by itself: a village, community or group, a school, a hospital."""
    return unit.level in SMALL_LEVELS or unit.kind in SMALL_KINDS


def bare(column: str) -> Func:
    """`rules.places.bare` of a text column, in the database."""
    folded = Lower(Func(F(column), template="normalize(%(expressions)s, NFKC)"))
    return Func(folded, Value(DROPPED), Value(""), Value("g"), function="regexp_replace")


# `Problem.is_placed` in the database: what it compares, and the condition on it.
COMPARED: Final = {
    "words_of_place": bare("place"),
    "words_of_area": bare("place_unit__name"),
    "short_words_of_area": bare("place_unit__short_name"),
}
_SMALL = Q(place_unit__level__in=SMALL_LEVELS) | Q(place_unit__kind__in=SMALL_KINDS)
_SAYS_MORE = ~Q(words_of_place=F("words_of_area")) & ~Q(words_of_place=F("short_words_of_area"))
_SAYS = ~Q(words_of_place__in=sorted(NOWHERE)) & (Q(place_unit=None) | _SAYS_MORE)
PLACED: Final = (_SMALL | _SAYS) & Q(category__isnull=False)
