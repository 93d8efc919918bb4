"""Reading rounds of visits: households, needs, coverage per unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.commitments.models import (
    Household,
    HouseholdNeed,
    HouseholdQuerySet,
    HouseholdWord,
    NeedState,
    Round,
)
from xiaohao.commitments.queries.entries import unit_in_scope
from xiaohao.commitments.rules import CATEGORIES, NEED_LABEL
from xiaohao.figures.queries import Scope, behind, children, records_address, table
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.crypto import unseal
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Answer, Problem, Word
from xiaohao.ledger.models import State as LedgerState
from xiaohao.ledger.queries import had_hand
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

COVERAGE = (
    "commitments.households",
    "commitments.visited",
    "commitments.with_needs",
    "commitments.needs",
    "commitments.needs_fixed",
)
ASKED = "asked"  # on the ledger, fixed and checked: the household's word is waited for
STATES = ("waiting", "visited", "needs")


def name_of(household: Household) -> str | None:
    """The sealed name; only for masking, and for a look that is noted on the trail."""
    return None if household.sealed is None else unseal(bytes(household.sealed), household.context)


def _missing(text: str) -> NotFound:
    return NotFound([Unmet("not_found", text)])


def find_round(actor: Actor, key: int) -> Round:
    """The round, if it reaches the actor.

    Raises:
        NotFound: there is none, or not for him.
    """
    row = Round.objects.visible_to(actor).select_related("unit").filter(pk=key).first()
    if row is None:
        raise _missing(_("There is no such round of visits that you can see."))
    return row


def find_household(actor: Actor, key: int) -> Household:
    """The household, if it lies in the actor's area.

    Raises:
        NotFound: there is none, or not for him.
    """
    rows = Household.objects.visible_to(actor).select_related("round", "unit")
    row = rows.filter(pk=key).first()
    if row is None:
        raise _missing(_("There is no such household that you can see."))
    return row


def find_need(actor: Actor, key: int) -> HouseholdNeed:
    """The need, if its household lies in the actor's area.

    Raises:
        NotFound: there is none, or not for him.
    """
    seen = Household.objects.visible_to(actor)
    rows = HouseholdNeed.objects.filter(household__in=seen)
    row = rows.select_related("household__unit", "household__round", "problem").filter(pk=key)
    need = row.first()
    if need is None:
        raise _missing(_("There is no such need that you can see."))
    return need


@dataclass(frozen=True, slots=True)
class HouseholdFilters:
    """What the list of households is narrowed to.

    Attributes:
        state: `waiting`, `visited` or `needs`.
        ids: ids of households behind a figure.
    """

    unit: str = ""
    round: int | None = None
    state: str = ""
    q: str = ""
    ids: QuerySet[Any, Any] | None = None


def household_filters(actor: Actor, get: QueryDict) -> HouseholdFilters:
    """The filters that an address names; unknown words are left out.

    Raises:
        NotFound: a figure or unit that the actor may not know of.
    """
    figure, round_ = bool(get.get("figure")), get.get("round", "")
    state = get.get("state", "")
    return HouseholdFilters(
        unit="" if figure else get.get("unit", "")[:40],
        round=int(round_) if round_.isdecimal() and len(round_) < 10 else None,  # noqa: PLR2004 (an id)
        state=state if state in STATES else "",
        q=get.get("q", "")[:60].strip(),
        ids=behind(actor, {name: str(get[name]) for name in get}).ids if figure else None,
    )


def households(actor: Actor, filters: HouseholdFilters) -> HouseholdQuerySet:
    """The households an actor may see, narrowed; unordered.

    Raises:
        NotFound: a unit he may not know of.
    """
    rows = Household.objects.visible_to(actor).select_related("round", "unit")
    if filters.unit:
        path = unit_in_scope(actor, filters.unit).path
        rows = rows.filter(path__gte=path, path__lt=f"{path}~")
    if filters.round is not None:
        rows = rows.filter(round_id=filters.round)
    if filters.state == "waiting":
        rows = rows.filter(visits=0)
    elif filters.state:
        rows = rows.filter(**{"visits__gt" if filters.state == "visited" else "needs__gt": 0})
    if filters.ids is not None:
        rows = rows.filter(pk__in=filters.ids)
    if filters.q:
        rows = rows.filter(number__icontains=filters.q)
    return rows


def needs(actor: Actor, get: QueryDict) -> QuerySet[HouseholdNeed]:
    """The needs found in the actor's area, narrowed by the address; unordered.

    Raises:
        NotFound: a figure or unit that the actor may not know of.
    """
    seen = Household.objects.visible_to(actor)
    rows = HouseholdNeed.objects.filter(household__in=seen).select_related(
        "household__unit", "household__round", "problem"
    )
    if get.get("figure"):
        return rows.filter(pk__in=behind(actor, {name: str(get[name]) for name in get}).ids)
    if code := get.get("unit", "")[:40]:
        path = unit_in_scope(actor, code).path
        rows = rows.filter(household__path__gte=path, household__path__lt=f"{path}~")
    if get.get("state") == ASKED:
        return rows.filter(pk__in=asked().values("reporter__source_id"))
    if (state := get.get("state", "")) in set(NeedState):
        rows = rows.filter(state=state)
    return rows


def usual_category(kind: str) -> Category | None:
    """The category as which needs of that kind stand on the ledger; None where there is no one."""
    return Category.objects.filter(code=CATEGORIES.get(kind, "")).first()


def usual_categories() -> Mapping[str, Category]:
    """The same of every kind that has one, by the kind; one query."""
    found = {row.code: row for row in Category.objects.filter(code__in=CATEGORIES.values())}
    return {kind: found[code] for kind, code in CATEGORIES.items() if code in found}


def asked() -> QuerySet[Word]:
    """The words that the ledger waits for from households now."""
    return Word.objects.filter(
        reporter__label=NEED_LABEL,
        reporter__until=None,
        answer="",
        round=F("problem__round"),
        problem__state=LedgerState.AWAITING,
    )


def heard() -> Exists:
    """Whether a need's household has had its word on the present fix, as the database demands it.

    It said that it is solved, which somebody took down; or its days passed without an answer before
    the problem was struck off.
    """
    words = Word.objects.filter(
        reporter__label=NEED_LABEL,
        reporter__source_id=OuterRef("pk"),
        problem=OuterRef("problem"),
        round=F("problem__round"),
    )
    taken = HouseholdWord.objects.filter(word=OuterRef("pk"), need=F("word__reporter__source_id"))
    solved = Q(Exists(taken), answer=Answer.SOLVED)
    return Exists(words.filter(solved | Q(answer="", answer_by__lt=F("problem__closed_on"))))


def to_hear(actor: Actor) -> QuerySet[HouseholdNeed]:
    """Needs on which the actor is to ask the household now, with the day it has; unordered.

    Who may visit there, belongs to another unit than the responsible one, and whose unit had no
    hand in the fix: `actions.hear` refuses everybody else.
    """
    words = asked().filter(reporter__source_id=OuterRef("pk")).order_by("id")
    rows = HouseholdNeed.objects.filter(household__in=Household.objects.visible_to(actor))
    rows = rows.annotate(answer_by=Subquery(words.values("answer_by")[:1]))
    if not (actor.may(Permission.HANDLE) or actor.may(Permission.REGISTER)):
        return rows.none()
    own = [key for path in (actor.unit_path, *actor.elsewhere) for key in ids(path)]
    rows = rows.filter(problem__state=LedgerState.AWAITING).exclude(problem__unit_id__in=own)
    rows = rows.exclude(had_hand(actor, "problem_id"))
    if actor.account_id is not None:
        rows = rows.exclude(problem__reported_account=actor.account_id)
    return rows.select_related("household__unit").filter(answer_by__isnull=False)


def words_on(needs: Sequence[HouseholdNeed]) -> Mapping[int, Word]:
    """The last word that was asked of the household on each need; one query."""
    keys = [need.pk for need in needs]
    rows = Word.objects.filter(reporter__label=NEED_LABEL, reporter__source_id__in=keys)
    rows = rows.select_related("reporter", "problem").defer("problem__search", "problem__text")
    return {word.reporter.source_id: word for word in rows.order_by("id")}


@dataclass(frozen=True, slots=True)
class Covered:
    """One unit's row of the coverage table: each number with the address of its records."""

    unit: Unit
    numbers: Sequence[tuple[Any, str]]
    share: float | None


def coverage(unit: Unit) -> tuple[Covered, list[Covered]]:
    """How far the visits are at a unit and at each unit right below that has any; two queries."""
    below = children(unit, None)
    found = table(COVERAGE, [unit, *below], Scope())
    rows = [_covered(one, found[one.pk]) for one in below]
    return _covered(unit, found[unit.pk]), [row for row in rows if row.numbers[0][0]]


def _covered(unit: Unit, values: Mapping[str, Any]) -> Covered:
    numbers = [(values[key], records_address(key, unit.code)) for key in COVERAGE]
    listed, visited = int(values[COVERAGE[0]] or 0), int(values[COVERAGE[1]] or 0)
    return Covered(unit, numbers, visited / listed if listed else None)


def needs_on_problem(actor: Actor, problem: Problem) -> list[HouseholdNeed]:
    """The visible needs that stand on the ledger as this problem."""
    seen = Household.objects.visible_to(actor)
    rows = HouseholdNeed.objects.filter(problem=problem, household__in=seen)
    return list(rows.select_related("household__unit").order_by("id"))
