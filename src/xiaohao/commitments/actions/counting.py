"""The figures of entries and households: what stands, before and after a change."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xiaohao.commitments.models import Entry, Household, HouseholdNeed, State
from xiaohao.commitments.rules import OPEN, Money, NeedState, fen
from xiaohao.figures.actions import Delta, add

SUMS = ("planned", "arrived", "spent")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an entry's figures depend on."""

    path: str
    kind: str
    state: str
    deadline: date
    money: Money

    @classmethod
    def of(cls, entry: Entry) -> "Standing":
        """How the entry counts as it stands."""
        money = Money(entry.planned, entry.arrived, entry.spent)
        return cls(entry.path, entry.kind, str(entry.state), entry.deadline, money)


def count(entry: Entry, before: Standing | None) -> None:
    """Write the figures between how the entry counted `before` and how it counts now."""
    after = Standing.of(entry)
    if before == after:
        return
    old = _amounts(before) if before else {}
    new = _amounts(after)
    deltas = []
    for key in {**old, **new}:
        metric, day = key
        change = new.get(key, 0) - old.get(key, 0)
        if change:
            deltas.append(
                Delta(
                    metric=metric,
                    path=after.path,
                    thing_id=entry.pk,
                    amount=change,
                    channel=after.kind,
                    day=day,
                )
            )
    add(deltas)


def _amounts(standing: Standing) -> Mapping[tuple[str, date | None], int]:
    """Each figure that the entry counts in, with its amount; dated ones by their day."""
    found: dict[tuple[str, date | None], int] = {}
    if standing.state == State.WITHDRAWN:
        return found
    if standing.state in OPEN:
        found["commitments.open", None] = 1
        found["commitments.due", standing.deadline] = 1
    if standing.state == State.DONE:
        found["commitments.done", None] = 1
    sums = dataclasses.asdict(standing.money)
    return found | {(f"commitments.{name}", None): fen(sums[name]) for name in SUMS if sums[name]}


def count_household(household: Household, *metrics: str) -> None:
    """Count a household once in each of the metrics."""
    add(
        [
            Delta(metric=f"commitments.{metric}", path=household.path, thing_id=household.pk)
            for metric in metrics
        ]
    )


def count_need(need: HouseholdNeed, before: str) -> None:
    """Count a need that stood `before` ("" for none) and stands as it is now."""
    changes = []
    if not before:
        changes.append(("commitments.needs", 1))
    if (before == NeedState.FIXED) != (need.state == NeedState.FIXED):
        changes.append(("commitments.needs_fixed", 1 if need.state == NeedState.FIXED else -1))
    path = need.household.path
    add([Delta(metric=m, path=path, thing_id=need.pk, amount=n) for m, n in changes])
