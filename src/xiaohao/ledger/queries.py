"""Reading the ledger: one problem with its facts, lists with filters, what may be done next."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody, Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.paths import AFTER, ids
from xiaohao.ledger import drives
from xiaohao.ledger.begun import begun_of_many
from xiaohao.ledger.behind import Gathered, tell_imports, words_answered
from xiaohao.ledger.belonging import arbiter_of, is_within_reach, named_owner
from xiaohao.ledger.handed import referred_by_of
from xiaohao.ledger.hands import checkers_of, had_hand, hands_of, hands_of_many
from xiaohao.ledger.models import (
    Cooperation,
    Extension,
    Measure,
    Problem,
    ProblemQuerySet,
    Referral,
    Reporter,
    Source,
    State,
    Verification,
    Word,
)
from xiaohao.ledger.more_time import MoreTime, asked_of
from xiaohao.ledger.narrowing import Filters, filters_of, listed
from xiaohao.ledger.rules import (
    MOVES,
    Entry,
    Facts,
    MeasureFact,
    Move,
    WordFact,
    is_himself,
    unmet,
    without,
)
from xiaohao.ledger.stuck import Held, stuck
from xiaohao.ledger.timeline import WORDS
from xiaohao.ledger.unattended import (
    LOOKING,
    Empty,
    any_empty,
    empty_units,
    told_of_empty,
    unattended,
)
from xiaohao.ledger.wording import MOVE_NAMES, put
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

if TYPE_CHECKING:
    from xiaohao.ledger.shown import OnRecord as OnRecord  # noqa: PLC0414 (handed on)
    from xiaohao.ledger.shown import Shown as Shown  # noqa: PLC0414 (handed on)

__all__ = [
    "LOOKING",
    "Empty",
    "Filters",
    "Gathered",
    "Held",
    "MoreTime",
    "Offer",
    "amendable",
    "any_empty",
    "arbiter_of",
    "asked_of",
    "begun_of_many",
    "category_of",
    "drives",
    "empty_units",
    "entry_of",
    "facts_of",
    "facts_of_many",
    "filters_of",
    "find",
    "gone_from",
    "had_hand",
    "hands_of",
    "is_himself",
    "is_within_reach",
    "listed",
    "move_words",
    "named_owner",
    "offers",
    "referred_by_of",
    "seers",
    "source_of",
    "stuck",
    "tell_imports",
    "told_of_empty",
    "unattended",
    "word_facts",
    "words_answered",
    "words_of_many",
]  # fmt: skip


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


def gone_from(actor: Actor) -> QuerySet[Referral]:
    """Referrals that units of the actor's area gave back, or that were taken back from them.

    `gone_at` says when. They know that it is so, whether or not they may still see the problem.
    """
    if not actor.may(Permission.SEE_LEDGER):
        return Referral.objects.none()
    inside = {"unit__path__gte": actor.unit_path, "unit__path__lt": actor.unit_path + AFTER}
    rows = Referral.objects.annotate(gone_at=Coalesce("returned_at", "recalled_at"))
    return rows.filter(gone_at__isnull=False, **inside)


def _whole(rows: ProblemQuerySet, key: int) -> Problem | None:
    rows = rows.select_related(
        "category", "unit", "place_unit", "merged_into", "arbiter", "programme", "lead__unit"
    )
    heavy = ("merged_into", "unit", "place_unit", "arbiter", "lead__unit")
    rows = rows.defer("search", *(f"{name}__search" for name in heavy))
    return rows.filter(pk=key).first()


def facts_of(problem: Problem) -> Facts:
    """Everything the rules look at, in a few queries whatever the problem's size."""
    facts = facts_of_many([problem])[problem.pk]
    begun, by = begun_of_many([problem]).get(problem.pk), referred_by_of([problem])
    checkers, entry = checkers_of(problem), entry_of(problem)
    by_path = by.get(problem.pk)
    return replace(facts, begun=begun, referred_by=by_path, checkers=checkers, entry=entry)


def entry_of(problem: Problem) -> Entry:
    """How it stands on the ledger, as far as that may be put right."""
    return Entry(
        problem.origin_path, problem.title, problem.category_id, problem.place,
        problem.place_unit_id, problem.urgent,
    )  # fmt: skip


def facts_of_many(problems: Sequence[Problem]) -> dict[int, Facts]:
    """The facts of each problem by its id, in seven queries whatever their number."""
    measures, passed, words = _measures(problems), _passed(problems), words_of_many(problems)
    arbiters = _arbiters(problems)
    asked = Extension.objects.filter(problem__in=problems, decided_at=None)
    partners, hands = _partners(problems), hands_of_many(problems)
    extending = set(asked.order_by("problem_id").values_list("problem_id", flat=True))
    return {
        problem.pk: Facts(
            state=State(problem.state),
            today=clock.today(),
            unit_path=problem.path if problem.unit_id else "",
            origin_path=problem.origin_path,
            round=problem.round,
            deadline=problem.deadline,
            due=problem.due,
            returns=problem.returns,
            final=problem.final,
            arbiter_path=arbiters.get(problem.arbiter_id, ""),
            extensions=problem.extensions,
            extension_asked=problem.pk in extending,
            measures=measures.get(problem.pk, []),
            verified_by=_standing(problem, passed),
            words=words[problem.pk],
            registrar=(problem.registered_account, problem.registered_post_id),
            reported_account=problem.reported_account,
            partners=partners.get(problem.pk, ()),
            hands=hands.get(problem.pk, ()),
        )
        for problem in problems
    }


def _arbiters(problems: Sequence[Problem]) -> dict[int | None, str]:
    """Paths of the units that decide; nothing is asked where nobody had to."""
    keys = {key for key in (problem.arbiter_id for problem in problems) if key is not None}
    if not keys:
        return {}
    return dict(Unit.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "path"))


def _measures(problems: Sequence[Problem]) -> dict[int, list[MeasureFact]]:
    rows = list(
        Measure.objects.filter(problem__in=problems)
        .annotate(proofs=Count("evidence"))
        .order_by("id")
    )
    gone = {m.pk: m.after for m in rows if m.dropped_at}
    found: dict[int, list[MeasureFact]] = {}
    for m in rows:
        if m.dropped_at:
            continue
        day = clock.local_day(m.done_at) if m.done_at else None
        done = m.done_at is not None
        after = tuple(sorted(without(gone, m.after)))
        fact = MeasureFact(
            m.pk, m.text, m.round, done, m.proofs, m.days, m.deadline, day, m.owner, after
        )
        found.setdefault(m.problem_id, []).append(fact)
    return found


def _partners(problems: Sequence[Problem]) -> dict[int, list[str]]:
    """The paths of the units that help with each problem now."""
    rows = Cooperation.objects.filter(problem__in=problems, until=None).order_by("id")
    found: dict[int, list[str]] = {}
    for key, path in rows.values_list("problem_id", "unit__path"):
        found.setdefault(key, []).append(path)
    return found


def _passed(problems: Sequence[Problem]) -> dict[tuple[int, int], Verification]:
    """The last passed check of each problem and round."""
    rows = Verification.objects.filter(problem__in=problems, passed=True).select_related("unit")
    return {(row.problem_id, row.round): row for row in rows.order_by("id")}


def _standing(problem: Problem, passed: Mapping[tuple[int, int], Verification]) -> str | None:
    """The path of the unit whose check of this fix stands."""
    check = passed.get((problem.pk, problem.round))
    stands = check and problem.reported_at and check.at >= problem.reported_at
    return check.unit.path if check and stands else None


def seers(problem: Problem) -> QuerySet[Post]:
    """The posts in use that can see this problem: of few units, all on the lines above it."""
    helping = problem.cooperations.filter(until=None).order_by("id")
    paths = [problem.path, problem.origin_path, *helping.values_list("unit__path", flat=True)]
    units = {key for path in paths for key in ids(path)}
    able = roles_granting(Permission.SEE_LEDGER)
    posts = Post.objects.filter(unit_id__in=units, is_active=True, role__in=able)
    return posts.select_related("unit").order_by("code")


def word_facts(problem: Problem) -> list[WordFact]:
    """The present round's word of every reporter."""
    return words_of_many([problem])[problem.pk]


def words_of_many(problems: Sequence[Problem]) -> dict[int, list[WordFact]]:
    """The present round's word of every reporter, by the problem's id.

    Who left while he was asked is waited for as long as he may answer.
    """
    rounds = {problem.pk: problem.round for problem in problems}
    words = {
        word.reporter_id: word
        for word in Word.objects.filter(problem__in=problems).order_by("id")
        if word.round == rounds[word.problem_id]
    }
    found: dict[int, list[WordFact]] = {key: [] for key in rounds}
    for reporter in Reporter.objects.filter(problem__in=problems, until=None).order_by("id"):
        found[reporter.problem_id].append(_word_fact(words.pop(reporter.pk, None)))
    today = clock.today()
    for word in words.values():
        if not word.answer and word.answer_by >= today:
            found[word.problem_id].append(_word_fact(word))
    return found


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


def amendable(problems: Iterable[Problem], actor: Actor) -> set[int]:
    """The ids of those with a measure that the actor may amend, in six queries at most."""
    move = MOVES["amend_measure"]
    if move.permission is None or not actor.may(move.permission):
        return set()
    rows = [problem for problem in problems if problem.state in move.origins]
    facts = facts_of_many(rows) if rows else {}
    return {row.pk for row in rows if _may(offers(row, actor, facts[row.pk]), move)}


def _may(found: Iterable[Offer], move: Move) -> bool:
    return any(offer.move is move and offer.allowed for offer in found)


def move_words(kind: str) -> str:
    """What happened, in words, from the kind of a problem's event."""
    return _(WORDS.get(kind, kind))


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


def shown(actor: Actor, get: QueryDict) -> "Shown":
    """The list that an address shows, with its columns and in its order, on all its pages.

    Raises:
        NotFound: a unit, programme or figure that the actor may not know of.
    """
    from xiaohao.ledger import shown as lists  # noqa: PLC0415 (it is built of what stands here)

    return lists.shown(actor, get)


def on_record(actor: Actor, keys: Collection[int]) -> "OnRecord":
    """Of the problems with these ids those that lists of an actor can hold, to compare them."""
    from xiaohao.ledger import shown as lists  # noqa: PLC0415 (it is built of what stands here)

    return lists.on_record(actor, keys)
