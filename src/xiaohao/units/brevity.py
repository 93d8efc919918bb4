"""What people shorten official names to, as one rule: 东丽住建委 is 东丽区住房和城乡建设委员会.

A short form has a place, or none, and characters of the rest of the name in their order: the first
of the rest is its first, the last one stands in what names the sort of organisation (the last
three characters: 委员会, 办公室, 局). No list of words and no database.
"""

from collections.abc import Sequence

TAIL = 3  # characters at the end of a name within which a short form ends
SHORTEST, LONGEST = 2, 16  # characters of a short form
OWN, NEAREST = 0, 1  # how far the place lies: in the name itself, the nearest place above …


def shortens(typed: str, rest: str) -> bool:
    """Whether `typed` is `rest` with characters left out: 住建委 of 住房和城乡建设委员会."""
    if not SHORTEST <= len(typed) < len(rest) or typed[0] != rest[0]:
        return False
    if typed[-1] not in rest[-TAIL:]:
        return False
    left = iter(rest)
    return all(char in left for char in typed)


def distance(typed: str, name: str, places: Sequence[str]) -> int | None:
    """How far away the place lies that `typed` is read with; None when it does not shorten `name`.

    0 where no place is read, or one that stands in the name itself, 1 for the nearest place above
    the unit, and so on. A place above is named by its beginning (东丽, 东丽区); the nearest one
    also by how it ends (区住建委, 开发区管委会).

    Args:
        typed: as somebody wrote it.
        name: the unit's official name.
        places: names of the places above the unit, the nearest first.
    """
    rests = _without_place(name, places)
    if any(shortens(typed, rest) for rest in rests):
        return OWN
    for cut in range(len(typed) - SHORTEST, 0, -1):
        place, short = typed[:cut], typed[cut:]
        far = _far(place, places)
        if far is not None and any(shortens(short, rest) for rest in rests):
            return far
        at = name.find(place) + cut
        if cut >= SHORTEST and at >= cut and shortens(short, name[at:]):
            return OWN
    return None


def _far(place: str, places: Sequence[str]) -> int | None:
    if places and places[0].endswith(place):
        return NEAREST
    if len(place) < SHORTEST:
        return None
    return next((n for n, one in enumerate(places, NEAREST) if one.startswith(place)), None)


def _without_place(name: str, places: Sequence[str]) -> list[str]:
    """The name, and what is left of it behind the name of each place that it begins with."""
    behind = [name[len(one) :] for one in places if one and name.startswith(one)]
    return [name, *behind]
