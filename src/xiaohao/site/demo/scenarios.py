"""What the generated messages tell of: one scenario per thing that can be wrong or better."""

from dataclasses import dataclass
from functools import cache

from xiaohao.site.demo.grammar import lines, words

PROBLEM_FILES = ("home", "street", "nature", "living", "affairs", "further")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Templates for one thing, and who has to deal with it.

    Attributes:
        topic: a key of `topics.TOPICS`.
        desk: the desk that is responsible, e.g. `um`; `street` is the township's own office.
        at: what sort of place it happens at: estate, road, village, community, district …
        fix: what a unit does about it, step by step (nothing for suggestions).
    """

    key: str
    topic: str
    desk: str
    at: str
    urgent: bool
    suggestion: bool
    titles: tuple[str, ...]
    cores: tuple[str, ...]
    details: tuple[str, ...]
    harms: tuple[str, ...]
    asks: tuple[str, ...]
    fix: tuple[str, ...]


def _scenario(key: str, said: dict[str, str], *, suggestion: bool) -> Scenario:
    def part(name: str) -> tuple[str, ...]:
        return tuple(lines(said.get(name, "")))

    return Scenario(
        key=key,
        topic=said["topic"],
        desk=said["desk"],
        at=said.get("at", "district"),
        urgent=said.get("urgency") == "urgent",
        suggestion=suggestion,
        titles=part("title"),
        cores=part("core"),
        details=part("detail"),
        harms=part("harm"),
        asks=part("ask"),
        fix=part("fix"),
    )


@cache
def problems() -> tuple[Scenario, ...]:
    """Every scenario in which something is wrong."""
    return tuple(
        _scenario(key, dict(said), suggestion=False)
        for name in PROBLEM_FILES
        for key, said in words(name).items()
    )


@cache
def suggestions() -> tuple[Scenario, ...]:
    """Every scenario in which somebody has a good thought."""
    return tuple(
        _scenario(key, dict(said), suggestion=True) for key, said in words("ideas").items()
    )
