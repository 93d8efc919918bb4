"""Reading the lists: one entry with its facts, lists with filters, what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.commitments.models import (
    WORKED_ON,
    Entry,
    EntryQuerySet,
    Kind,
    Stage,
    State,
    piece_of,
)
from xiaohao.commitments.queries.hands import entry_hands
from xiaohao.commitments.rules import MOVES, ONCE, Facts, Money, Move, Piece, unmet
from xiaohao.commitments.wording import MOVE_NAMES, put
from xiaohao.figures.queries import behind
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paging import Page, take
from xiaohao.ledger.models import Problem
from xiaohao.units.models import Unit

PAGE = 50
# While it is worked on or waits for its check, it matters who had a hand in an entry.
MATTERS = WORKED_ON | {State.REPORTED}
SORTS = {"-id": ("-id",), "id": ("id",), "deadline": ("deadline", "id")}


def unit_in_scope(actor: Actor, code: str) -> Unit:
    """The unit of that code in the actor's subtree.

    Raises:
        NotFound: there is none, or not for him.
    """
    unit = Unit.objects.under(actor.unit_path).filter(code=code).first()
    if unit is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "unit")])
    return unit


def find(actor: Actor, number: str) -> Entry:
    """The entry of that number, as far as the actor may see it.

    Raises:
        NotFound: there is none, or not for him.
    """
    key = Entry.id_of(number)
    rows = Entry.objects.visible_to(actor).select_related("unit", "lead__unit", "problem")
    rows = rows.defer("search", "unit__search", "problem__search", "lead__unit__search")
    entry = rows.filter(pk=key).first() if key is not None else None
    if entry is None:
        text = _("There is no entry “%(number)s” that you can see.") % {"number": number}
        raise NotFound([Unmet("not_found", text)])
    return entry


def counts(entry: Entry, problem: Problem) -> bool:
    """Whether the closing of that problem closes the entry."""
    return entry.from_here or problem.path.startswith(entry.path)


def open_beside(kind: str, unit: int, but: int = 0) -> Entry | None:
    """The open entry of a list on which a unit stands once at a time; None while there is none."""
    if kind not in ONCE:
        return None
    rows = Entry.objects.open().filter(kind=kind, unit=unit).exclude(pk=but)
    return rows.select_related("unit").order_by("-pk").first()


def facts_of(entry: Entry) -> Facts:
    """Everything the rules look at, in a fixed number of queries."""
    shown = Q(stage=Stage.BEFORE) | Q(stage=Stage.AFTER, round=entry.round)
    pieces: dict[str, list[Piece]] = {Stage.BEFORE: [], Stage.AFTER: []}
    for proof in entry.proofs.filter(shown).select_related("file").order_by("id"):
        pieces[proof.stage].append(piece_of(proof.file))
    key = entry.problem_id
    problem = Problem.objects.only("state", "path").get(pk=key) if key else None
    return Facts(
        kind=Kind(entry.kind),
        state=State(entry.state),
        today=clock.today(),
        unit_path=entry.path,
        round=entry.round,
        deadline=entry.deadline,
        plans=entry.plans.count(),
        before=pieces[Stage.BEFORE],
        after=pieces[Stage.AFTER],
        promised=entry.promised,
        achieved=entry.achieved,
        money=Money(entry.planned, entry.arrived, entry.spent),
        problem=problem.state if problem else None,
        problem_counts=problem is not None and counts(entry, problem),
        extensions=entry.extensions,
        reported_account=entry.reported_account,
        origin_path=entry.origin_path,
        lead=entry.lead.code,
        hands=entry_hands(entry) if State(entry.state) in MATTERS else (),
        other=_other(entry),
    )


def _other(entry: Entry) -> Mapping[str, str]:
    """The open entry that stands beside one which would come back, for the sentence."""
    if State(entry.state) is not State.DONE:
        return {}
    other = open_beside(entry.kind, entry.unit_id, entry.pk)
    if other is None:
        return {}
    return {"unit": other.unit.shown, "list": other.kind, "number": other.number}


@dataclass(frozen=True, slots=True)
class Offer:
    """A move as offered to one actor: allowed, or every reason why not.

    Attributes:
        unmet: what stands in the way whatever is typed.
        missing: what its form will still ask for.
    """

    move: Move
    label: str
    unmet: Sequence[Unmet]
    missing: Sequence[Unmet]

    @property
    def allowed(self) -> bool:
        """Whether it can be made once its inputs are given."""
        return not self.unmet


def offers(entry: Entry, actor: Actor, facts: Facts | None = None) -> list[Offer]:
    """What this actor may do next, and why not for what he may not.

    Left out are moves of other states, those his post never grants, those of the ledger's own, and
    for an entry that can be no problem, or is none, the moves that would make it one or part it.
    """
    facts = facts or facts_of(entry)
    found = []
    for move in MOVES.values():
        if facts.state not in move.origins or move.permission is None:
            continue
        if not actor.may(move.permission):
            continue
        needs = unmet(move.name, facts, actor, {})
        if any(need.code in {"no_problem_list", "not_linked"} for need in needs):
            continue
        asks = [n for n in needs if n.field in move.inputs]
        stands = [put(n) for n in needs if n not in asks]
        found.append(Offer(move, _(MOVE_NAMES[move.name]), stands, [put(n) for n in asks]))
    return found


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; every field optional.

    Attributes:
        kind: which list.
        unit: code of the unit at whose subtree to look.
        state: a state, or `open`.
        lead: code of the post that answers.
        ids: ids of the records behind a figure.
    """

    kind: str = ""
    unit: str = ""
    state: str = ""
    overdue: bool = False
    lead: str = ""
    q: str = ""
    ids: QuerySet[Any, Any] | None = None


def filters_of(actor: Actor, get: QueryDict) -> Filters:
    """The filters that an address names; unknown words are left out.

    Raises:
        NotFound: a figure or unit that the actor may not know of.
    """
    figure = bool(get.get("figure"))
    kind = get.get("list", "")
    state = get.get("state", "")
    return Filters(
        kind=kind if kind in set(Kind) and not figure else "",
        unit="" if figure else get.get("unit", "")[:40],
        state=state if state == "open" or state in set(State) else "",
        overdue=get.get("overdue") == "1",
        lead=get.get("lead", "")[:40],
        q=get.get("q", "")[:200],
        ids=behind(actor, {name: str(get[name]) for name in get}).ids if figure else None,
    )


def listed(actor: Actor, filters: Filters) -> EntryQuerySet:
    """The entries an actor may see, narrowed; unordered.

    Raises:
        NotFound: a unit he may not know of.
    """
    rows = Entry.objects.visible_to(actor)
    if filters.unit:
        rows = rows.at(unit_in_scope(actor, filters.unit).path)
    if filters.state == "open":
        rows = rows.open()
    elif filters.state:
        rows = rows.filter(state=filters.state)
    if filters.overdue:
        rows = rows.overdue(clock.today())
    plain: Mapping[str, Any] = {"kind": filters.kind, "lead__code": filters.lead}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if filters.ids is not None:
        rows = rows.filter(pk__in=filters.ids)
    if filters.q:
        rows = _searched(rows, filters.q)
    return rows


def _searched(rows: EntryQuerySet, typed: str) -> EntryQuerySet:
    upper = typed.strip().upper()
    if upper.startswith("QD-") and (key := Entry.id_of(upper)) is not None:
        return rows.filter(pk=key)
    return rows.matching(typed)


def paged(
    rows: EntryQuerySet, sort: str = "-id", cursor: str | None = None, size: int = PAGE
) -> Page[Entry]:
    """A page of rows as lists show them.

    Raises:
        Refused: `bad_cursor`.
    """
    shown = rows.select_related("unit", "lead", "problem").defer(
        "search", "text", "unit__search", "problem__search", "problem__text"
    )
    return take(shown, SORTS.get(sort, SORTS["-id"]), cursor, size)


@dataclass(frozen=True, slots=True)
class Totals:
    """What stands at the foot of a list: the sums of exactly the rows that it shows."""

    entries: int
    done: int
    planned: Decimal
    arrived: Decimal
    spent: Decimal


def totals(rows: EntryQuerySet) -> Totals:
    """Sums over all rows of a list, withdrawn ones left out."""
    standing = rows.exclude(state=State.WITHDRAWN).order_by()
    found = standing.aggregate(
        entries=Count("pk"),
        done=Count("pk", filter=Q(state=State.DONE)),
        planned=Sum("planned"),
        arrived=Sum("arrived"),
        spent=Sum("spent"),
    )
    zero = Decimal("0.00")
    return Totals(
        found["entries"],
        found["done"],
        found["planned"] or zero,
        found["arrived"] or zero,
        found["spent"] or zero,
    )


def on_problem(actor: Actor, problem: Problem) -> list[Entry]:
    """The visible entries that are this problem."""
    rows = Entry.objects.visible_to(actor).filter(problem=problem).select_related("unit")
    return list(rows.order_by("id"))
