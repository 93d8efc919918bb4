"""What a ledger list is narrowed to and in which order it stands; the address says both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import (
    Case,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.http import QueryDict

from xiaohao.campaigns import queries as programmes
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paths import AFTER
from xiaohao.ledger.behind import of_import, records_behind, unit_in_scope
from xiaohao.ledger.models import (
    OPEN,
    Channel,
    Problem,
    ProblemQuerySet,
    Source,
    State,
    Track,
    Verification,
    Withdrawal,
)
from xiaohao.units.models import Unit

LONGEST_NUMBER = 4  # digits of a number of days
# Every parameter that narrows or orders a list; all others are left out of a saved view.
PARAMETERS = (
    "state", "unit", "overdue", "due_soon", "waiting", "urgent", "source", "channel", "category",
    "programme", "track", "cooperating", "closing", "q", "figure", "asof", "since", "until",
    "line", "own", "took", "import", "verified_by", "sort", "columns",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a ledger list is narrowed to; every field optional.

    Attributes:
        unit: code of the unit at whose subtree to look.
        states: names of states; `open` stands for all open ones.
        overdue: only what is late today.
        q: full text, or a number.
        category, channel, source: code of a category (its children included), a channel, a source.
        due_soon: due within so many days from today.
        waiting: open, and received at least so many days ago.
        programme: code of a programme.
        track: `ledger` or `spot`.
        own: those at the unit itself, not with one that stands below it.
        cooperating: those of other units in which one's own co-operates.
        ids: problem numbers' ids (records behind a figure).
        brought: ids of those that an import brought.
        verified_by: code of the post on whose check the present round of fixing stands.
    """

    unit: str = ""
    states: Sequence[str] = ()
    overdue: bool = False
    q: str = ""
    category: str = ""
    channel: str = ""
    source: str = ""
    urgent: bool = False
    due_soon: int | None = None
    waiting: int | None = None
    closing: str = ""
    programme: str = ""
    track: str = ""
    cooperating: bool = False
    own: bool = False
    ids: QuerySet[Any] | Sequence[int] | None = None
    brought: QuerySet[Any] | None = None
    verified_by: str = ""

    def within(self) -> frozenset[State]:
        """The states that the list can hold: those named, “open” standing for all that are.

        All where none is named; a name that is none adds nothing, and alone leads to no problem.
        """
        if not self.states:
            return frozenset(State)
        named = frozenset(State(state) for state in self.states if state in set(State))
        return named | OPEN if "open" in self.states else named


# What a list shows and its rules look at; long texts and search terms stay in the database.
_SHOWN = (
    "version",
    "year",
    "title",
    "state",
    "urgent",
    "place",
    "place_unit__name",
    "place_unit__short_name",
    "place_unit__code",
    "channel",
    "source",
    "track",
    "deadline",
    "round",
    "returns",
    "final",
    "extensions",
    "reporters",
    "received_at",
    "registered_at",
    "registered_account",
    "registered_post_id",
    "referred_at",
    "reported_at",
    "reported_account",
    "verified_at",
    "closed_at",
    "closing",
    "path",
    "origin_path",
    "unit__code",
    "unit__path",
    "unit__closed_on",
    "unit__name",
    "unit__short_name",
    "arbiter_id",
    "programme__code",
    "programme__name",
    "programme__name_en",
    "programme__final",
    "category__code",
    "category__name",
    "category__name_en",
)


def filters_of(actor: Actor, get: QueryDict) -> Filters:
    """The filters that an address names; unknown words are left out.

    A figure's records answer for all that it was narrowed to themselves: a problem may have
    moved on since it was counted.

    Raises:
        NotFound: a unit, a figure or an import that the actor may not know of.
    """
    figure = bool(get.get("figure"))
    return Filters(
        unit="" if figure else get.get("unit", "")[:40],
        states=[s for s in get.getlist("state") if s == "open" or s in set(State)],
        overdue=get.get("overdue") == "1",
        q=get.get("q", "")[:200],
        category="" if figure else get.get("category", "")[:60],
        channel="" if figure else _one_of(get.get("channel", ""), Channel.values),
        source="" if figure else _one_of(get.get("source", ""), Source.values),
        urgent=get.get("urgent") == "1",
        due_soon=_days(get.get("due_soon", "")),
        waiting=_days(get.get("waiting", "")),
        closing=get.get("closing", "")[:12],
        programme="" if figure else get.get("programme", "")[:40],
        track=_one_of(get.get("track", ""), Track.values),
        cooperating=get.get("cooperating") == "1",
        own=get.get("own") == "1" and not figure,
        ids=records_behind(actor, get) if figure else None,
        brought=of_import(actor, str(get["import"])).ids if get.get("import") else None,
        verified_by=get.get("verified_by", "")[:40],
    )


def _days(typed: str) -> int | None:
    fits = typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER
    return int(typed) if fits else None


def _one_of(typed: str, known: Sequence[str]) -> str:
    return typed if typed in known else ""


def listed(actor: Actor, filters: Filters) -> ProblemQuerySet:
    """The problems an actor may see, narrowed; unordered, paging orders them.

    Raises:
        NotFound: a unit or a programme he may not know of.
    """
    rows = _seen(actor, filters).only(*_SHOWN)
    if filters.programme:
        rows = rows.filter(programme=programmes.find(actor, filters.programme))
    if filters.unit:
        unit = unit_in_scope(actor, filters.unit)
        rows = standing_at(rows, unit) if filters.own else rows.at(unit.path)
    within = filters.within()
    if within == OPEN:
        rows = rows.open()
    elif len(within) < len(State):
        rows = rows.filter(state__in=sorted(within))
    if filters.overdue:
        rows = rows.overdue(clock.today())
    if filters.due_soon is not None:
        rows = _due_soon(rows, filters.due_soon)
    if filters.waiting is not None:
        rows = _waiting(rows, filters.waiting)
    rows = rows.filter(_brought(filters), _checked(filters), **_plain(filters))
    if filters.category:
        code = filters.category
        above = Q(category__code=code) | Q(category__parent__code=code)
        rows = rows.filter(above | Q(category__parent__parent__code=code))
    if filters.q:
        rows = _searched(rows, filters.q)
    return rows


def standing_at(rows: ProblemQuerySet, unit: Unit) -> ProblemQuerySet:
    """Those that stand with the unit itself, or with a closed one below it that went into it."""
    rows = rows.at(unit.path)
    for path in unit.children.active().values_list("path", flat=True):
        rows = rows.exclude(path__gte=path, path__lt=path + AFTER)
    return rows


def _seen(actor: Actor, filters: Filters) -> ProblemQuerySet:
    own, helped = Problem.objects.visible_to(actor), Problem.objects.helped_by(actor)
    return whole(helped if filters.cooperating else own)


def whole(rows: ProblemQuerySet) -> ProblemQuerySet:
    """The same problems with all that a list says of them."""
    rows = rows.annotate(why_withdrawn=_why_withdrawn())
    return rows.select_related("unit", "category", "programme", "place_unit")


def _why_withdrawn() -> Case:
    """Why the registration was taken back; nothing is looked up for a problem that stands."""
    reason = Withdrawal.objects.filter(problem=OuterRef("pk")).order_by().values("reason")[:1]
    return Case(
        When(state=State.WITHDRAWN, then=Subquery(reason)),
        default=Value(""),
        output_field=TextField(),
    )


def _plain(filters: Filters) -> Mapping[str, Any]:
    plain: dict[str, Any] = {
        name: getattr(filters, name)
        for name in ("channel", "source", "closing", "track")
        if getattr(filters, name)
    }
    if filters.urgent:
        plain["urgent"] = True
    if filters.ids is not None:
        plain["pk__in"] = filters.ids
    return plain


def _brought(filters: Filters) -> Q:
    return Q() if filters.brought is None else Q(pk__in=filters.brought)


def _checked(filters: Filters) -> Q:
    """Those whose present round stands on the check of the post named."""
    if not filters.verified_by:
        return Q()
    checks = Verification.objects.filter(post__code=filters.verified_by, passed=True)
    return Q(pk__in=checks.filter(round=F("problem__round")).values("problem"))


def due_within(days: int) -> Q:
    """Open and due from today on, within so many days."""
    today = clock.today()
    soon = Q(deadline__gte=today, deadline__lte=today + timedelta(days=days))
    return soon & Q(state__in=sorted(OPEN))


def _due_soon(rows: ProblemQuerySet, days: int) -> ProblemQuerySet:
    return rows.filter(due_within(days))


def _waiting(rows: ProblemQuerySet, days: int) -> ProblemQuerySet:
    """Received on a day that lies at least so many days back, and still open."""
    return rows.open().filter(
        received_at__lt=clock.start_of(clock.today() - timedelta(days=days - 1))
    )


def _searched(rows: ProblemQuerySet, typed: str) -> ProblemQuerySet:
    upper = typed.strip().upper()
    if upper.startswith("XH-") and (key := Problem.id_of(upper)) is not None:
        return rows.filter(pk=key)
    return rows.matching(typed)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the list: keys for `kernel.paging.take`, and those of them that may be empty."""

    keys: tuple[str, ...]
    nullable: frozenset[str] = frozenset()


# By what a list can be sorted, and the column of the table behind it. Rows without a value come
# last in both directions.
SORTABLE = {
    "id": "id",
    "state": "state_rank",
    "unit": "path",
    "category": "category_id",
    "programme": "programme_id",
    "reporters": "reporters",
    "received": "received_at",
    "referred": "referred_at",
    "deadline": "deadline",
    "reported": "reported_at",
    "verified": "verified_at",
    "closed": "closed_at",
    "returns": "returns",
    "extensions": "extensions",
}
_WAY = (
    State.REGISTERED, State.RETURNED, State.ARBITRATION, State.REFERRED, State.ACCEPTED,
    State.REOPENED, State.IN_PROGRESS, State.REPORTED, State.VERIFIED, State.AWAITING, State.CLOSED,
)  # fmt: skip
_EMPTY = frozenset({
    "category_id", "programme_id", "referred_at", "deadline", "reported_at",
    "verified_at", "closed_at",
})  # fmt: skip
NEWEST_FIRST = "-id"


def order_of(typed: str) -> tuple[str, Order]:
    """The order that an address asks for, by its name there; the newest first for any other."""
    name = typed.removeprefix("-")
    if name not in SORTABLE:
        typed, name = NEWEST_FIRST, "id"
    column = SORTABLE[name]
    sign = "-" if typed.startswith("-") else ""
    keys = (sign + column,) if column == "id" else (sign + column, sign + "id")
    return typed, Order(keys, _EMPTY & {column})


def ordered(rows: ProblemQuerySet, order: Order) -> ProblemQuerySet:
    """The rows with what the order looks at: states stand in the order of the way to closing."""
    if "state_rank" not in order.keys[0]:
        return rows
    ranks = [When(state=state, then=Value(rank)) for rank, state in enumerate(_WAY)]
    last = Value(len(_WAY))
    return rows.annotate(state_rank=Case(*ranks, default=last, output_field=IntegerField()))
