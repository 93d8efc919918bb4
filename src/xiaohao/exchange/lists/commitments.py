"""The lists of commitments (three batches, weak units, hard villages), households and needs."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.commitments import queries
from xiaohao.commitments.models import KIND_NAMES, Entry, Household, HouseholdNeed, Kind
from xiaohao.exchange.lists.base import Listing, Sheet, shown
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem


def _entries(actor: Actor, get: QueryDict) -> QuerySet[Entry]:
    rows = queries.listed(actor, queries.filters_of(actor, get))
    rows = rows.select_related("unit", "lead__unit", "problem")
    return rows.defer("search", "unit__search", "problem__search", "problem__text").order_by("-pk")


ENTRIES = Listing(
    "commitments_list",
    _("Lists"),
    _entries,
    [
        Sheet(
            _("Lists"),
            (
                Column(pgettext_lazy("column", "Number"), 16, lambda e: e.number),
                Column(pgettext_lazy("column", "Matter"), 36, lambda e: e.title, "wrapped"),
                Column(pgettext_lazy("column", "List"), 14,
                       lambda e: str(KIND_NAMES[Kind(e.kind)])),
                Column(pgettext_lazy("column", "What it is about"), 50, lambda e: e.text,
                       "wrapped"),
                Column(pgettext_lazy("column", "State"), 12, lambda e: e.get_state_display()),
                Column(pgettext_lazy("column", "Unit"), 24, lambda e: shown(e.unit)),
                Column(pgettext_lazy("column", "Answers for it"), 24,
                       lambda e: f"{shown(e.lead.unit)} · {e.lead.title}"),
                Column(pgettext_lazy("column", "Deadline"), 12, lambda e: e.deadline, "day"),
                Column(pgettext_lazy("column", "Promised"), 10, lambda e: e.promised, "amount"),
                Column(pgettext_lazy("column", "Achieved"), 10, lambda e: e.achieved, "amount"),
                Column(pgettext_lazy("column", "Unit of measure"), 12, lambda e: e.measure),
                Column(pgettext_lazy("column", "Planned (yuan)"), 14, lambda e: e.planned,
                       "amount"),
                Column(pgettext_lazy("column", "Arrived (yuan)"), 14, lambda e: e.arrived,
                       "amount"),
                Column(pgettext_lazy("column", "Spent (yuan)"), 14, lambda e: e.spent, "amount"),
                Column(pgettext_lazy("column", "Entered on"), 17, lambda e: e.entered_at,
                       "moment"),
                Column(pgettext_lazy("column", "Done on"), 12, lambda e: e.done_on, "day"),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda e: e.problem.number if e.problem else ""),
            ),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _households(actor: Actor, get: QueryDict) -> QuerySet[Household]:
    return queries.households(actor, queries.household_filters(actor, get)).order_by("pk")


# A household's name is under lock, and each look at it is noted: it goes into no workbook.
HOUSEHOLDS = Listing(
    "commitments_households",
    _("Households"),
    _households,
    [
        Sheet(
            _("Households"),
            (
                Column(pgettext_lazy("column", "Household"), 24, lambda h: h.number),
                Column(pgettext_lazy("column", "Village or community"), 28,
                       lambda h: h.unit.name),
                Column(pgettext_lazy("column", "Round of visits"), 24, lambda h: h.round.title),
                Column(pgettext_lazy("column", "To be visited by"), 12,
                       lambda h: h.round.deadline, "day"),
                Column(pgettext_lazy("column", "Last visit"), 12, lambda h: h.visited_on, "day"),
                Column(pgettext_lazy("column", "Visits"), 8, lambda h: h.visits, "number"),
                Column(pgettext_lazy("column", "Needs"), 8, lambda h: h.needs, "number"),
            ),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _needs(actor: Actor, get: QueryDict) -> QuerySet[HouseholdNeed]:
    return queries.needs(actor, get).order_by("-pk")


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
                Column(pgettext_lazy("column", "Kind"), 16, lambda n: n[0].get_kind_display()),
                Column(pgettext_lazy("column", "Need"), 50, lambda n: n[0].text, "wrapped"),
                Column(pgettext_lazy("column", "State"), 14, lambda n: n[0].get_state_display()),
                Column(pgettext_lazy("column", "Household"), 24,
                       lambda n: n[0].household.number),
                Column(pgettext_lazy("column", "Village or community"), 28,
                       lambda n: n[0].household.unit.name),
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
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (ENTRIES, HOUSEHOLDS, NEEDS)
