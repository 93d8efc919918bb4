"""What triage says about a message: guesses with their confidence, source and words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from xiaohao.triage.reading import Span
from xiaohao.triage.rules import Grade, Source, is_sure
from xiaohao.triage.speaking import Reason

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Option:
    """Another answer that came into question."""

    value: Value
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Guess:
    """One thing guessed.

    Attributes:
        value: id of the category or unit, or the word of an urgency.
        label: its name in the language of the asker at that time; look names up anew to show them.
        confidence: 0 to 1; how often a guess like this is right.
        source: where it comes from.
        reasons: the words that spoke for it, the strongest first, and where they stand.
        confirmed: how often the office itself decided so before (units).
        options: other answers, the likeliest first.
    """

    value: Value
    label: str
    confidence: float
    source: Source
    reasons: tuple[Reason, ...] = ()
    confirmed: int = 0
    options: tuple[Option, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it is filled in; otherwise it is shown as “I don't know, perhaps …”."""
        return is_sure(self.confidence)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A text known before that looks like this one."""

    label: str
    thing_id: int
    similarity: float
    grade: Grade


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything triage says about one message."""

    category: Guess | None
    unit: Guess | None
    urgency: Guess
    lookalikes: list[Lookalike] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Proposal":
        """What `as_json` wrote."""
        urgency = _guess(data["urgency"])
        if urgency is None:
            raise ValueError("a proposal has an urgency")
        return cls(
            category=_guess(data.get("category")),
            unit=_guess(data.get("unit")),
            urgency=urgency,
            lookalikes=[
                Lookalike(**{**one, "grade": Grade(one["grade"])})
                for one in data.get("lookalikes", ())
            ],
        )


def _guess(data: Mapping[str, Any] | None) -> Guess | None:
    if data is None:
        return None
    reasons = [
        Reason(one["word"], tuple(Span(**span) for span in one["spans"])) for one in data["reasons"]
    ]
    return Guess(
        value=data["value"],
        label=data["label"],
        confidence=data["confidence"],
        source=Source(data["source"]),
        reasons=tuple(reasons),
        confirmed=data["confirmed"],
        options=tuple(Option(**one) for one in data["options"]),
    )
