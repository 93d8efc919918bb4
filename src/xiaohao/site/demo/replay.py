"""A month of the office's work as a plan: dated steps, still without any database.

Of 427 messages 157 problems are struck off by the reference day, as the reference campaign
published it for its first weeks. The rest is under way, late, returned or reopened, as it falls.
"""

import datetime as dt
import random
from dataclasses import dataclass
from functools import partial

from xiaohao.kernel.clock import ZONE
from xiaohao.site.demo import rechecks, shifts
from xiaohao.site.demo.casework import MERGED, script
from xiaohao.site.demo.city import City
from xiaohao.site.demo.scenarios import problems
from xiaohao.site.demo.steps import Case, Step
from xiaohao.site.demo.texts import Draft, Writer

FIRST_DAY = dt.date(2019, 8, 30)
REFERENCE = dt.datetime(2019, 9, 30, 16, 20, tzinfo=ZONE)
LAST_MESSAGE = dt.datetime(2019, 9, 30, 15, 45, tzinfo=ZONE)
ISSUE_KEYS = (
    "heating-works", "night-building", "school-place", "water-pressure", "ev-charging",
    "relocation-housing", "bus-line", "property-fee", "factory-smell",
)  # fmt: skip
OVERLOOKED = dt.date(2019, 9, 27)
WITHIN = dt.timedelta(days=5)  # a hot issue's messages come within this time


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens in the month.

    Attributes:
        received: messages by the reference day, `suggestions` of them with a good thought.
        done: problems struck off by then.
        issues: people behind each hot issue.
        waiting: messages of the last day that nobody has triaged yet.
    """

    received: int = 427
    done: int = 157
    suggestions: int = 38
    issues: tuple[int, ...] = (14, 11, 9, 8, 6, 5, 4, 3, 3)
    waiting: int = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """The month.

    Attributes:
        drafts: every message, by number.
        steps: in the order of time.
        posts: codes of the posts that act.
    """

    drafts: tuple[Draft, ...]
    steps: tuple[Step, ...]
    posts: tuple[str, ...]

    def closed(self) -> int:
        """How many cases are struck off at the end."""
        last: dict[int, str] = {}
        for step in self.steps:
            if step.what == "close" or (step.what == "answer" and step.args["answer"] != "solved"):
                last[step.case] = step.what
        return sum(what == "close" for what in last.values()) - rechecks.false(self.steps)


def plan(city: City, seed: int = 2019, size: Size | None = None) -> Plan:
    """The plan for `city`; the same seed gives the same month.

    Raises:
        ValueError: with this seed fewer cases than wanted come to their end in time.
    """
    size = size or Size()
    rng = random.Random(seed)
    cases, drafts = _cases(Writer(city, seed), rng, size)
    scripts = [script(case, city, rng) for case in cases]
    scripts = [[step for step in steps if step.at <= REFERENCE] for steps in scripts]
    _leave_lying(scripts, size.waiting)
    extra = rechecks.steps(partial(_standing, scripts))
    # More are struck off than stay so: the look-back finds some that were not fixed.
    _hold_back(scripts, size.done + rechecks.false(extra), rng)
    scripts.append(extra)
    steps = sorted((s for steps in scripts for s in steps), key=lambda s: (s.at, s.case))
    posts = sorted({step.who for step in steps} - {"citizen", "ARBITER"})
    return Plan(tuple(drafts), tuple(steps), tuple(posts))


def _cases(writer: Writer, rng: random.Random, size: Size) -> tuple[list[Case], list[Draft]]:
    """Every case with its messages, numbered in the order in which they come in."""
    groups = _issues(writer, size) + [[writer.suggestion()] for _ in range(size.suggestions)]
    single = size.received - sum(len(group) for group in groups)
    groups += [[writer.problem()] for _ in range(single)]
    rng.shuffle(groups)
    moments = shifts.arrivals(FIRST_DAY, LAST_MESSAGE, size.received, rng)
    dated: list[tuple[dt.datetime, int, Draft]] = []
    for number, group in enumerate(sorted(groups, key=len, reverse=True)):
        times = _times(moments, len(group), rng)
        dated += [(at, number, draft) for at, draft in zip(times, group, strict=True)]
    dated.sort(key=lambda item: item[:2])
    cases: dict[int, Case] = {}
    for index, (at, number, draft) in enumerate(dated):
        case = cases.setdefault(number, Case(number, draft))
        case.messages.append((index, at))
    return list(cases.values()), [draft for _at, _number, draft in dated]


def _issues(writer: Writer, size: Size) -> list[list[Draft]]:
    by_key = {scenario.key: scenario for scenario in problems()}
    found = []
    for key, count in zip(ISSUE_KEYS, size.issues, strict=False):
        scenario = by_key[key]
        found.append(writer.issue(key, scenario, writer.place_for(scenario), count))
    return found


def _times(moments: list[dt.datetime], count: int, rng: random.Random) -> list[dt.datetime]:
    """Take `count` of the moments: those of one issue lie close together and not at the end."""
    if count == 1:
        return [moments.pop(rng.randrange(len(moments)))]
    start = rng.choice([m for m in moments if m < REFERENCE - dt.timedelta(days=12)])
    near = [m for m in moments if start <= m <= start + WITHIN]
    taken = sorted(rng.sample(near, k=min(count, len(near))))
    for moment in taken:
        moments.remove(moment)
    while len(taken) < count:  # a quiet time: the rest comes soon after
        taken.append(moments.pop(min(range(len(moments)), key=lambda i: abs(moments[i] - start))))
    return sorted(taken)


def _leave_lying(scripts: list[list[Step]], waiting: int) -> None:
    """The last messages of the day still wait for triage, and two have been overlooked."""
    single = [steps for steps in scripts if steps and _lone(steps)]
    single.sort(key=lambda steps: steps[0].at)
    overlooked = [steps for steps in single if steps[0].at.date() == OVERLOOKED][:2]
    for steps in single[-waiting:] + overlooked:
        del steps[1:]


def _lone(steps: list[Step]) -> bool:
    return sum(step.what == "message" for step in steps) == 1


def _hold_back(scripts: list[list[Step]], done: int, rng: random.Random) -> None:
    """Leave exactly `done` cases struck off: the last ones over that still lack their end.

    Raises:
        ValueError: fewer than `done` cases come to their end with this seed.
    """
    ends = [(steps[-1].at, number) for number, steps in enumerate(scripts) if _is_closed(steps)]
    if len(ends) < done:
        raise ValueError(f"only {len(ends)} cases end by the reference day; {done} are wanted")
    ends.sort()
    for _at, number in ends[done:]:
        steps = scripts[number]
        steps.pop()
        if steps[-1].what == "answer" and rng.random() < 0.5:
            steps.pop()


def _standing(scripts: list[list[Step]], day: dt.date) -> int:
    """How many cases are struck off by the end of `day` and stay so."""
    return sum(_is_closed(steps) and steps[-1].at.date() <= day for steps in scripts)


def _is_closed(steps: list[Step]) -> bool:
    return bool(steps) and steps[-1].what == "close"


__all__ = ["MERGED", "REFERENCE", "Plan", "Size", "Step", "plan"]
