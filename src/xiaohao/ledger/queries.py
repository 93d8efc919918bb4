"""Reading the ledger: one problem with its facts, lists with filters, what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.campaigns import queries as programmes
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody, Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.paths import ids, superior
from xiaohao.ledger.behind import records_behind, unit_in_scope
from xiaohao.ledger.models import (
    Extension,
    Problem,
    ProblemQuerySet,
    Reporter,
    Source,
    State,
    Verification,
    Word,
)
from xiaohao.ledger.rules import (
    MOVES,
    Facts,
    MeasureFact,
    Move,
    WordFact,
    unmet,
)
from xiaohao.ledger.wording import MOVE_NAMES, put
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit


def find(actor: Actor, number: str) -> Problem:
    """The problem of that number, as far as the actor may see it.

    Raises:
        NotFound: there is none, or not for him.
    """
    key = Problem.id_of(number)
    # Two questions, not one with an OR: each has its index.
    problem = None
    if key is not None:
        problem = _whole(Problem.objects.visible_to(actor), key)
        problem = problem or _whole(Problem.objects.helped_by(actor), key)
    if problem is None:
        text = _("There is no problem “%(number)s” that you can see.") % {"number": number}
        raise NotFound([Unmet("not_found", text)])
    return problem


def _whole(rows: ProblemQuerySet, key: int) -> Problem | None:
    rows = rows.select_related(
        "category", "unit", "place_unit", "merged_into", "arbiter", "programme", "lead__unit"
    )
    heavy = ("merged_into", "unit", "place_unit", "arbiter", "lead__unit")
    rows = rows.defer("search", *(f"{name}__search" for name in heavy))
    return rows.filter(pk=key).first()


def facts_of(problem: Problem) -> Facts:
    """Everything the rules look at, in four queries whatever the problem's size."""
    measures = problem.measures.filter(dropped_at=None).annotate(proofs=Count("evidence"))
    passed = (
        Verification.objects.filter(problem=problem, round=problem.round, passed=True)
        .select_related("unit")
        .order_by("-id")
        .first()
    )
    stands = passed if passed and problem.reported_at and passed.at >= problem.reported_at else None
    return Facts(
        state=State(problem.state),
        today=clock.today(),
        unit_path=problem.path if problem.unit_id else "",
        round=problem.round,
        deadline=problem.deadline,
        returns=problem.returns,
        final=problem.final,
        arbiter_path=problem.arbiter.path if problem.arbiter else "",
        extensions=problem.extensions,
        extension_asked=Extension.objects.filter(problem=problem, decided_at=None).exists(),
        measures=[
            MeasureFact(m.pk, m.text, m.round, m.done_at is not None, m.proofs)
            for m in measures.order_by("id")
        ],
        verified_by=stands.unit.path if stands else None,
        words=word_facts(problem),
        registrar=(problem.registered_account, problem.registered_post_id),
        reported_account=problem.reported_account,
    )


def arbiter_of(problem: Problem, better: Unit | None = None) -> Unit:
    """Who decides between the units that return a problem to each other.

    The lowest unit above all of them, and above those they named as better placed, at which
    somebody may refer; the registering office where there is none.
    """
    rows = problem.referrals.select_related("unit", "better_unit").order_by("id")
    parties = [unit for row in rows for unit in (row.unit, row.better_unit) if unit]
    line = ids(superior([unit.path for unit in [*parties, *([better] if better else [])]]))
    able = Post.objects.filter(
        unit_id__in=line, is_active=True, role__in=roles_granting(Permission.REFER)
    )
    lowest = Unit.objects.filter(posts__in=able).order_by("-path").first()
    return lowest or problem.origin_unit


def word_facts(problem: Problem) -> list[WordFact]:
    """The present round's word of every reporter."""
    reporters = Reporter.objects.filter(problem=problem, until=None).order_by("id")
    words = {
        word.reporter_id: word
        for word in Word.objects.filter(problem=problem, round=problem.round).order_by("id")
    }
    return [_word_fact(words.get(reporter.pk)) for reporter in reporters]


def _word_fact(word: Word | None) -> WordFact:
    if word is None:
        return WordFact(asked=False, answer_by=None, answer="")
    return WordFact(asked=True, answer_by=word.answer_by, answer=word.answer)


@dataclass(frozen=True, slots=True)
class Offer:
    """A move as offered to one actor: allowed, or every reason why not.

    Attributes:
        missing: requirements that a form will still supply (reason, measures …).
        unmet: requirements that stand in the way whatever is typed.
    """

    move: Move
    label: str
    unmet: Sequence[Unmet]
    missing: Sequence[Unmet]

    @property
    def allowed(self) -> bool:
        """Whether it can be made once its inputs are given."""
        return not self.unmet


def offers(problem: Problem, actor: Actor | Nobody, facts: Facts | None = None) -> list[Offer]:
    """What this actor may do next, and why not for what he may not.

    Moves of other states, and those his post never grants, are left out.
    """
    facts = facts or facts_of(problem)
    found = []
    for move in MOVES.values():
        if facts.state not in move.origins:
            continue
        if move.permission is None or (isinstance(actor, Actor) and not actor.may(move.permission)):
            continue
        needs = unmet(move.name, facts, actor, {})
        inputs = set(move.inputs)
        asks = [n for n in needs if n.field and n.field.split(".")[0] in inputs]
        if move.name in {"report", "close"}:
            asks = []
        stands = [put(n) for n in needs if n not in asks]
        label = _(MOVE_NAMES[move.name])
        found.append(Offer(move, label, stands, [put(n) for n in asks]))
    return found


@dataclass(frozen=True, slots=True)
class Filters:
    """What a ledger list is narrowed to; every field optional.

    Attributes:
        unit: code of the unit at whose subtree to look.
        states: names of states; `open` stands for all open ones.
        overdue: only what is late today.
        q: full text, or a number.
        category, channel: code of a category (its children included), a channel.
        due_soon: due within so many days from today.
        programme: code of a programme.
        track: `ledger` or `spot`.
        cooperating: those of other units in which one's own co-operates.
        ids: problem numbers' ids (records behind a figure).
    """

    unit: str = ""
    states: Sequence[str] = ()
    overdue: bool = False
    q: str = ""
    category: str = ""
    channel: str = ""
    urgent: bool = False
    due_soon: int | None = None
    closing: str = ""
    programme: str = ""
    track: str = ""
    cooperating: bool = False
    ids: QuerySet[Any] | Sequence[int] | None = None


# What a list shows; long texts and search terms stay in the database.
_SHOWN = (
    "version",
    "year",
    "title",
    "state",
    "urgent",
    "deadline",
    "reporters",
    "registered_at",
    "closed_at",
    "closing",
    "path",
    "unit__code",
    "unit__name",
    "unit__short_name",
    "category__code",
    "category__name",
    "category__name_en",
)


def filters_of(actor: Actor, get: QueryDict) -> Filters:
    """The filters that an address names; unknown words are left out.

    A figure's records answer for its unit, category and channel themselves: a problem may have
    moved on since it was counted.

    Raises:
        NotFound: a unit or a figure that the actor may not know of.
    """
    soon, figure = get.get("due_soon", ""), bool(get.get("figure"))
    return Filters(
        unit="" if figure else get.get("unit", "")[:40],
        states=[s for s in get.getlist("state") if s == "open" or s in set(State)],
        overdue=get.get("overdue") == "1",
        q=get.get("q", "")[:200],
        category="" if figure else get.get("category", "")[:60],
        channel="" if figure else get.get("channel", ""),
        urgent=get.get("urgent") == "1",
        due_soon=int(soon) if soon.isdecimal() and len(soon) < 4 else None,  # noqa: PLR2004
        closing=get.get("closing", ""),
        programme=get.get("programme", "")[:40],
        track=get.get("track", ""),
        cooperating=get.get("cooperating") == "1",
        ids=records_behind(actor, get) if figure else None,
    )


def listed(actor: Actor, filters: Filters) -> ProblemQuerySet:
    """The problems an actor may see, narrowed; unordered, paging orders them.

    Raises:
        NotFound: a unit or a programme he may not know of.
    """
    rows = Problem.objects.visible_to(actor)
    if filters.cooperating:
        rows = Problem.objects.helped_by(actor)
    rows = rows.select_related("unit", "category").only(*_SHOWN)
    if filters.programme:
        rows = rows.filter(programme=programmes.find(actor, filters.programme))
    if filters.unit:
        rows = rows.at(unit_in_scope(actor, filters.unit).path)
    states = [state for state in filters.states if state in set(State)]
    if "open" in filters.states:
        rows = rows.open()
    elif states:
        rows = rows.filter(state__in=states)
    if filters.overdue:
        rows = rows.overdue(clock.today())
    if filters.due_soon is not None:
        rows = _due_soon(rows, filters.due_soon)
    rows = rows.filter(**_plain(filters))
    if filters.category:
        code = filters.category
        above = Q(category__code=code) | Q(category__parent__code=code)
        rows = rows.filter(above | Q(category__parent__parent__code=code))
    if filters.q:
        rows = _searched(rows, filters.q)
    return rows


def _plain(filters: Filters) -> Mapping[str, Any]:
    plain: dict[str, Any] = {}
    if filters.channel:
        plain["channel"] = filters.channel
    if filters.urgent:
        plain["urgent"] = True
    if filters.track:
        plain["track"] = filters.track
    if filters.closing:
        plain["closing"] = filters.closing
    if filters.ids is not None:
        plain["pk__in"] = filters.ids
    return plain


def _due_soon(rows: ProblemQuerySet, days: int) -> ProblemQuerySet:
    today = clock.today()
    return rows.open().filter(deadline__gte=today, deadline__lte=today + timedelta(days=days))


def _searched(rows: ProblemQuerySet, typed: str) -> ProblemQuerySet:
    upper = typed.strip().upper()
    if upper.startswith("XH-") and (key := Problem.id_of(upper)) is not None:
        return rows.filter(pk=key)
    return rows.matching(typed)


def category_of(code: str | None) -> Category | None:
    """The category of that code; None for none.

    Raises:
        Refused: `no_such_category`.
    """
    if not code:
        return None
    category = Category.objects.filter(code=code).first()
    if category is None:
        text = _("There is no category “%(code)s”.") % {"code": code}
        raise Refused.because("no_such_category", text, "category")
    return category


def source_of(name: str) -> str:
    """A source other than the public's messages, which come in by their own door.

    Raises:
        Refused: `no_such_source`.
    """
    known = [source for source in Source.values if source not in {Source.MESSAGE, Source.ROOT}]
    if name not in known:
        text = _("There is no source “%(name)s”. Possible: %(known)s.")
        text %= {"name": name, "known": ", ".join(known)}
        raise Refused.because("no_such_source", text, "source")
    return name
