"""What triage proposes for a message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xiaohao.triage.classifier import Classifier
from xiaohao.triage.models import Kind
from xiaohao.triage.proposals import Guess, Option, Proposal
from xiaohao.triage.queries.book import Book, Heard, book
from xiaohao.triage.queries.leading import classifiers
from xiaohao.triage.queries.lookalikes import lookalikes
from xiaohao.triage.queries.routing import Router
from xiaohao.triage.reading import Reading
from xiaohao.triage.rules import Source, agreed, is_sure
from xiaohao.triage.speaking import Reason, found, located, reasons
from xiaohao.triage.urgency import NORMAL, URGENT, soundings, urgency
from xiaohao.triage.wording import urgency_word

_OPTIONS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to say something about.

    Attributes:
        place_unit_id: the unit that the place is or lies in, if known.
        exclude: (label, id) of the message itself, so that it is not its own look-alike.
    """

    title: str
    text: str
    place_unit_id: int | None = None
    exclude: tuple[str, int] | None = None


def propose(
    *,
    title: str,
    text: str,
    place_unit_id: int | None = None,
    exclude: tuple[str, int] | None = None,
) -> Proposal:
    """Category, unit, urgency and look-alikes of a message, each with confidence and reasons.

    A guess below `THRESHOLD` is given too, but `Guess.sure` is False: nothing is filled in.
    """
    return propose_many([Asked(title, text, place_unit_id, exclude)])[0]


def propose_many(asked: Sequence[Asked], *, with_lookalikes: bool = True) -> list[Proposal]:
    """The same for many at once; models and the duty list are read once for all of them."""
    standing = book()
    router = Router(standing)
    readings = [Reading.of(one.title, one.text) for one in asked]
    texts = [(one.title, one.text) for one in asked]
    models = classifiers()
    topics = _distributions(models.get(Kind.CATEGORY), texts)
    alarms = _distributions(models.get(Kind.URGENCY), texts)
    proposals = []
    for one, reading, topic, alarm in zip(asked, readings, topics, alarms, strict=True):
        heard = standing.hear(reading)
        spread, category = _category(standing, reading, topic, heard)
        words = category.reasons if category else ()
        proposals.append(
            Proposal(
                category=category,
                unit=router.unit(spread, heard, router.place(one.place_unit_id), reading, words),
                urgency=_urgency(reading, alarm),
                lookalikes=lookalikes(title=one.title, text=one.text, exclude=one.exclude)
                if with_lookalikes
                else [],
            )
        )
    return proposals


@dataclass(frozen=True, slots=True)
class _Said:
    """What a model said: P by label, and the model itself to be asked for its reasons."""

    model: Classifier
    shares: dict[str, float]


def _distributions(
    model: Classifier | None, texts: Sequence[tuple[str, str]]
) -> Iterable[_Said | None]:
    if model is None:
        return [None] * len(texts)
    table = model.probabilities(texts)
    return [
        _Said(model, {label: float(p) for label, p in zip(model.labels, row, strict=True)})
        for row in table
    ]


def _category(
    standing: Book, reading: Reading, said: _Said | None, heard: list[Heard]
) -> tuple[dict[int, float], Guess | None]:
    """P(category) by id, and the guess made of it."""
    by_words = {one.category: one.confidence for one in heard}
    if said is None:
        return by_words, _by_words(standing, reading, by_words, heard)
    known = {
        standing.by_code[label]: share
        for label, share in said.shares.items()
        if label in standing.by_code
    }
    if not known:
        return by_words, _by_words(standing, reading, by_words, heard)
    first = heard[0] if heard else None
    strange = first and not set(standing.line(first.category)) & set(known)
    if first and strange and is_sure(first.confidence) and not is_sure(max(known.values())):
        return by_words, _by_words(standing, reading, by_words, heard)
    value, sure = _best(standing, known)
    if by_words:
        named, heard_so = _best(standing, by_words)
        if value in standing.line(named):
            known, sure = _backed(known, value, agreed(sure, heard_so))
    leaf = max(known, key=lambda one: (one in standing.below(value), known[one]))
    spoke = reasons(said.model, reading, standing.entries[leaf].code)
    return known, Guess(
        value, standing.label(value), sure, Source.MODEL, spoke,
        options=_options(standing, known, value),
    )  # fmt: skip


def _backed(known: dict[int, float], value: int, sure: float) -> tuple[dict[int, float], float]:
    """P(category) once words have backed `value` up to `sure`; the others share the rest."""
    before = known.get(value)
    if before is None or before >= sure:
        return known, max(sure, before or 0.0)
    rest = (1.0 - sure) / (1.0 - before)
    return {one: share * rest for one, share in known.items()} | {value: sure}, sure


def _by_words(
    standing: Book, reading: Reading, shares: dict[int, float], heard: list[Heard]
) -> Guess | None:
    if not shares:
        return None
    value, sure = _best(standing, shares)
    below = set(standing.below(value))
    words = dict.fromkeys(word for one in heard if one.category in below for word in one.words)
    spoke = tuple(found(reading, word) for word in list(words)[:6])
    return Guess(
        value, standing.label(value), sure, Source.DUTIES, spoke,
        options=_options(standing, shares, value),
    )  # fmt: skip


def _best(standing: Book, shares: dict[int, float]) -> tuple[int, float]:
    """The likeliest category; where it is not sure but one above it is, that one."""
    leaf = max(shares, key=lambda one: (shares[one], -one))
    for category in standing.line(leaf):
        below = set(standing.below(category))
        sure = min(1.0, sum(share for one, share in shares.items() if one in below))
        if is_sure(sure):
            return category, sure
    return leaf, shares[leaf]


def _options(standing: Book, shares: dict[int, float], chosen: int) -> tuple[Option, ...]:
    others = sorted((one for one in shares if one != chosen), key=lambda one: -shares[one])
    return tuple(
        Option(one, standing.label(one), shares[one])
        for one in others[:_OPTIONS]
        if shares[one] > 0
    )


def _urgency(reading: Reading, said: _Said | None) -> Guess:
    """By the rules' words; a model trained on what the office confirmed may raise or settle it."""
    whole = reading.whole
    sounded = soundings(whole)
    value, sure = urgency(sounded)
    spoke = tuple(
        located(reading, whole[one.start : one.end], [(one.start, one.end)]) for one in sounded
    )
    learnt = said.shares.get(URGENT, 0.0) if said else 0.0
    if said and not sounded and is_sure(learnt):
        words: tuple[Reason, ...] = reasons(said.model, reading, URGENT)
        return Guess(URGENT, urgency_word(URGENT), learnt, Source.MODEL, words)
    if said and not sounded:
        return Guess(NORMAL, urgency_word(NORMAL), 1.0 - learnt, Source.MODEL)
    return Guess(value, urgency_word(value), sure, Source.RULES, spoke)
