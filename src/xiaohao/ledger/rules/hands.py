"""Who had a hand in a fix, and so does not check it; and which units are left to check it.

A hand is a post that took the problem on, laid down or carried out its measures, or reported it
fixed in the present round; of what was fixed on the spot also the post that registered it. Its
unit checks nothing of that round, nor does the post from elsewhere, nor the person from another
post. A post above the responsible unit may do its work; then the check is for another one.
"""

from collections.abc import Iterable

from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.paths import WIDTH, last_id
from xiaohao.ledger.rules.facts import Facts, Hand, Need


def units_of(actor: Actor) -> set[int]:
    """The units of the actor's post and of the person's other posts of the day, by their ids."""
    return {actor.unit_id, *map(last_id, actor.elsewhere)}


def own_hands(facts: Facts, actor: Actor) -> list[Hand]:
    """The hands of the fix that are the actor's own, or his unit's."""
    units = units_of(actor)
    return [
        hand
        for hand in facts.hands
        if hand.unit in units
        or hand.post == actor.post_code
        or (actor.account_id is not None and hand.account == actor.account_id)
    ]


def is_himself(hand: Hand, actor: Actor) -> bool:
    """Whether it was this post or this person, not only one of the same unit."""
    return hand.post == actor.post_code or (
        actor.account_id is not None and hand.account == actor.account_id
    )


def on_the_lines(unit_path: str, origin_path: str) -> set[str]:
    """The paths of the units that see a problem of that unit and are neither it nor below it.

    What stands above it, and the office that registered it with what stands above that.
    """
    above = {path for at in (unit_path, origin_path) for path in _up(at)}
    return {path for path in above if not path.startswith(unit_path)}


def _up(path: str) -> Iterable[str]:
    return (path[:end] for end in range(WIDTH, len(path) + 1, WIDTH))


def left_to_check(facts: Facts) -> list[str]:
    """The names of the units with a post that checks, without a hand in it and not helping."""
    spent = {hand.unit for hand in facts.hands}
    return [
        name
        for path, name in facts.checkers or ()
        if last_id(path) not in spent and not _helps(facts, path)
    ]


def _helps(facts: Facts, path: str) -> bool:
    return any(path.startswith(own) for own in facts.partners)


def with_who(facts: Facts, need: Need) -> Need:
    """The same refusal, naming who can check; as it is where nobody has looked for them."""
    if facts.checkers is None:
        return need
    who = left_to_check(facts)
    return Need(need.code, need.field, {**need.about, "who": who})


def nobody_left(
    facts: Facts, actor: Actor | Nobody, unit_path: str, spent: Iterable[int] = ()
) -> bool:
    """Whether no unit could check the fix any more, were the actor to put his hand to it.

    Args:
        spent: ids of units that would have had a hand in it too.
    """
    if not isinstance(actor, Actor):
        return False
    spent = {actor.unit_id, *spent, *(hand.unit for hand in facts.hands)}
    lines = on_the_lines(unit_path, facts.origin_path)
    return all(last_id(path) in spent or _helps(facts, path) for path in lines)
