"""The lists of commitments (three batches, weak units, hard villages), households and needs."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.commitments import queries
from xiaohao.commitments.models import (
    KIND_NAMES,
    Entry,
    Household,
    HouseholdNeed,
    Kind,
    Plan,
    Visit,
)
from xiaohao.exchange.lists import hands
from xiaohao.exchange.lists.back import Back, numbered, versioned
from xiaohao.exchange.lists.base import Listing, Sheet
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem


def _entries(actor: Actor, get: QueryDict) -> QuerySet[Entry]:
    return _dressed(queries.listed(actor, queries.filters_of(actor, get)))


def _dressed(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries with all that a row shows; their plan is the version in force."""
    last = Plan.objects.filter(entry=OuterRef("pk")).order_by("-number").values("text")[:1]
    rows = rows.select_related("unit", "lead__unit", "problem").annotate(plan_text=Subquery(last))
    return rows.defer("search", "unit__search", "problem__search", "problem__text").order_by("-pk")


def _entries_known(actor: Actor, keys: Sequence[str]) -> Iterable[Entry]:
    rows = Entry.objects.visible_to(actor).filter(pk__in=numbered(keys, Entry.id_of))
    return _dressed(rows)


ENTRIES = Listing(
    "commitments_list",
    _("Lists"),
    _entries,
    [
        Sheet(
            _("Lists"),
            (
                Column(pgettext_lazy("column", "Number"), 16, lambda e: e.number, key="number"),
                Column(pgettext_lazy("column", "Matter"), 36, lambda e: e.title, "wrapped",
                       key="title"),
                Column(pgettext_lazy("column", "List"), 14,
                       lambda e: str(KIND_NAMES[Kind(e.kind)]), key="kind"),
                Column(pgettext_lazy("column", "What it is about"), 50, lambda e: e.text,
                       "wrapped", key="text"),
                Column(pgettext_lazy("column", "State"), 12, lambda e: e.get_state_display()),
                Column(pgettext_lazy("column", "Unit"), 24, lambda e: e.unit, "unit",
                       key="unit"),
                Column(pgettext_lazy("column", "Answers for it"), 24,
                       lambda e: e.lead, "post", key="lead"),
                Column(pgettext_lazy("column", "Deadline"), 12, lambda e: e.deadline, "day",
                       key="deadline"),
                Column(pgettext_lazy("column", "Promised"), 10, lambda e: e.promised, "amount",
                       key="promised"),
                Column(pgettext_lazy("column", "Achieved"), 10, lambda e: e.achieved, "amount",
                       key="achieved"),
                Column(pgettext_lazy("column", "Unit of measure"), 12, lambda e: e.measure,
                       key="measure"),
                Column(pgettext_lazy("column", "Planned (yuan)"), 14, lambda e: e.planned,
                       "amount", key="planned"),
                Column(pgettext_lazy("column", "Arrived (yuan)"), 14, lambda e: e.arrived,
                       "amount", key="arrived"),
                Column(pgettext_lazy("column", "Spent (yuan)"), 14, lambda e: e.spent, "amount",
                       key="spent"),
                Column(pgettext_lazy("column", "Plan"), 50, lambda e: e.plan_text, "wrapped",
                       key="plan"),
                Column(pgettext_lazy("column", "Entered on"), 17, lambda e: e.entered_at,
                       "moment"),
                Column(pgettext_lazy("column", "Done on"), 12, lambda e: e.done_on, "day"),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda e: e.problem.number if e.problem else ""),
                Column(pgettext_lazy("column", "Reason of your change"), 30, lambda _e: "",
                       "wrapped", key="why"),
                Column(pgettext_lazy("column", "Version"), 8, lambda e: e.version, "number",
                       key="version"),
            ),
            back=Back("number", _entries_known, _("Lists"), hands.ENTRY, versioned),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _households(actor: Actor, get: QueryDict) -> QuerySet[Household]:
    return queries.households(actor, queries.household_filters(actor, get)).order_by("pk")


def _households_known(actor: Actor, keys: Sequence[str]) -> Iterable[Household]:
    rows = Household.objects.visible_to(actor).filter(pk__in=numbered(keys))
    return rows.select_related("round", "unit").order_by("pk")


def _visits(_actor: Actor, households: list[Household]) -> Iterable[Visit]:
    return _told(Visit.objects.filter(household__in=households)).order_by("household_id", "pk")


def _visits_known(actor: Actor, keys: Sequence[str]) -> Iterable[Visit]:
    seen = Household.objects.visible_to(actor)
    return _told(Visit.objects.filter(pk__in=numbered(keys), household__in=seen)).order_by("pk")


def _told(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    found = Prefetch("need_rows", HouseholdNeed.objects.order_by("pk"))
    return visits.select_related("household", "post").prefetch_related(found)


def _found(visit: Visit) -> str:
    """The needs that a visit found, one to a line."""
    return "\n".join(map(_line, visit.need_rows.all()))


def _line(need: HouseholdNeed) -> str:
    return hands.COLON.join((str(need.get_kind_display()), " ".join(need.text.split())))


# A household's name is under lock, and each look at it is noted: it goes into no workbook.
HOUSEHOLDS = Listing(
    "commitments_households",
    _("Households"),
    _households,
    [
        Sheet(
            _("Households"),
            (
                Column(pgettext_lazy("column", "Household no."), 12, lambda h: str(h.pk),
                       key="id"),
                Column(pgettext_lazy("column", "Household"), 24, lambda h: h.number,
                       key="number"),
                Column(pgettext_lazy("column", "Village or community"), 28,
                       lambda h: h.unit, "unit", key="unit"),
                Column(pgettext_lazy("column", "Round of visits"), 24, lambda h: h.round.title,
                       key="round"),
                Column(pgettext_lazy("column", "To be visited by"), 12,
                       lambda h: h.round.deadline, "day"),
                Column(pgettext_lazy("column", "Last visit"), 12, lambda h: h.visited_on, "day"),
                Column(pgettext_lazy("column", "Visits"), 8, lambda h: h.visits, "number"),
                Column(pgettext_lazy("column", "Needs"), 8, lambda h: h.needs, "number"),
                Column(pgettext_lazy("column", "Version"), 8, lambda h: h.version, "number",
                       key="version"),
            ),
            back=Back("id", _households_known, _("Households"), hands.HOUSEHOLD, versioned),
        ),
        Sheet(
            _("Visits"),
            (
                Column(pgettext_lazy("column", "Visit no."), 12, lambda v: str(v.pk), key="id"),
                Column(pgettext_lazy("column", "Household no."), 12,
                       lambda v: str(v.household_id), key="household"),
                Column(pgettext_lazy("column", "Household"), 24, lambda v: v.household.number,
                       key="address"),
                Column(pgettext_lazy("column", "Day of the visit"), 12, lambda v: v.day, "day",
                       key="day"),
                Column(pgettext_lazy("column", "Situation"), 30,
                       lambda v: "、".join(v.situation_words), "wrapped", key="situation"),
                Column(pgettext_lazy("column", "Note"), 40, lambda v: v.note, "wrapped",
                       key="note"),
                Column(pgettext_lazy("column", "Needs found"), 50, _found, "wrapped",
                       key="needs"),
                Column(pgettext_lazy("column", "Post"), 24, lambda v: v.post.title),
            ),
            of=_visits,
            back=Back("id", _visits_known, _("Households"), hands.VISIT),
        ),
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _needs(actor: Actor, get: QueryDict) -> QuerySet[HouseholdNeed]:
    return queries.needs(actor, get).order_by("-pk")


def _needs_known(actor: Actor, keys: Sequence[str]) -> Iterable[Any]:
    rows = queries.needs(actor, QueryDict()).filter(pk__in=numbered(keys)).order_by("pk")
    return _seen(actor, list(rows))


def _seen(actor: Actor, needs: list[HouseholdNeed]) -> list[tuple[HouseholdNeed, Problem | None]]:
    """Each need with its problem, where the actor may see it."""
    keys = [need.problem_id for need in needs if need.problem_id]
    seen = Problem.objects.visible_to(actor).defer("search", "text").in_bulk(keys)
    return [(need, seen.get(need.problem_id or 0)) for need in needs]


NEEDS = Listing(
    "commitments_needs",
    _("Needs found on visits"),
    _needs,
    [
        Sheet(
            _("Needs found on visits"),
            (
                Column(pgettext_lazy("column", "Need no."), 12, lambda n: str(n[0].pk), key="id"),
                Column(pgettext_lazy("column", "Kind"), 16, lambda n: n[0].get_kind_display()),
                Column(pgettext_lazy("column", "Need"), 50, lambda n: n[0].text, "wrapped"),
                Column(pgettext_lazy("column", "State"), 14, lambda n: n[0].get_state_display()),
                Column(pgettext_lazy("column", "Household"), 24,
                       lambda n: n[0].household.number),
                Column(pgettext_lazy("column", "Village or community"), 28,
                       lambda n: n[0].household.unit, "unit"),
                Column(pgettext_lazy("column", "Round of visits"), 24,
                       lambda n: n[0].household.round.title),
                Column(pgettext_lazy("column", "Found on"), 17, lambda n: n[0].found_at,
                       "moment"),
                Column(pgettext_lazy("column", "Fixed on"), 17, lambda n: n[0].fixed_at,
                       "moment"),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda n: n[1].number if n[1] else ""),
            ),
            of=_seen,
            back=Back("id", _needs_known, _("Households")),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (ENTRIES, HOUSEHOLDS, NEEDS)
