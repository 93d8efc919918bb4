"""Who had a hand in what is to be checked, and so does not check it; as the ledger asks of a fix.

A hand is a post that took the entry up, laid down its plan, worked on it, entered its money or
reported it done in the present round. Its unit checks nothing of that round, nor does the post from
elsewhere, nor the person from another post. Nor does the post that answers for the entry by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paths import WIDTH, last_id

# Moves by which a post puts its hand to an entry.
HANDS = ("start", "plan", "before", "progress", "money", "report")


@dataclass(frozen=True, slots=True)
class Hand:
    """A post that has had a hand in it.

    Attributes:
        move: what it did.
        post: its code.
        unit: id of its unit.
        name: its unit as people call it.
        account: the person, where known.
    """

    move: str
    post: str
    unit: int
    name: str = ""
    account: int | None = None

    def is_himself(self, actor: Actor) -> bool:
        """Whether it was this post or this person, not only one of the same unit."""
        same = actor.account_id is not None and self.account == actor.account_id
        return same or self.post == actor.post_code


def units_of(actor: Actor) -> set[int]:
    """The units of the actor's post and of the person's other posts of the day, by their ids."""
    return {actor.unit_id, *map(last_id, actor.elsewhere)}


def own_hands(hands: Iterable[Hand], actor: Actor) -> list[Hand]:
    """Those hands that are the actor's own, or his unit's."""
    units = units_of(actor)
    return [hand for hand in hands if hand.unit in units or hand.is_himself(actor)]


def nobody_left(hands: Iterable[Hand], actor: Actor, unit_path: str, origin_path: str) -> bool:
    """Whether no unit could check it any more, were the actor to put his hand to it.

    It is seen above its unit and above the office that entered it; neither it nor what is below it
    checks it.
    """
    spent = {actor.unit_id, *(hand.unit for hand in hands)}
    lines = {path for at in (unit_path, origin_path) for path in _up(at)}
    return all(last_id(path) in spent for path in lines if not path.startswith(unit_path))


def _up(path: str) -> Iterable[str]:
    return (path[:end] for end in range(WIDTH, len(path) + 1, WIDTH))
