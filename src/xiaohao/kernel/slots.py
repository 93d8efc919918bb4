"""Places on a page that rooms above its own may fill: the lower room never learns who does.

A room's template says `{% slot "ledger.problem" problem %}`; a room above says at its start
(`apps.ready`) `fill("ledger.problem", order, card)`. A card reads only what its reader may see.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from xiaohao.kernel.access import ActingRequest

# The template of a card and what it shows; None where there is nothing for this person.
Shown = tuple[str, Mapping[str, Any]]
Card = Callable[[ActingRequest, Any], Shown | None]

_cards: dict[str, dict[tuple[int, str], Card]] = {}


def fill(place: str, order: int, card: Card) -> None:
    """Let `card` stand at `place`; the lower its `order`, the higher it stands.

    Told twice, it stands once.
    """
    key = (order, f"{card.__module__}.{card.__qualname__}")
    _cards.setdefault(place, {})[key] = card


def shown(place: str, request: ActingRequest, thing: Any) -> Iterator[Shown]:
    """What the cards at `place` show of `thing` to the one who asks, in order."""
    for _key, card in sorted(_cards.get(place, {}).items()):
        found = card(request, thing)
        if found is not None:
            yield found
