"""Who may put on the ledger what he found himself, and how far that reaches."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Source
from xiaohao.units.models import Unit
from xiaohao.units.queries import named

# An office registers for others; who only handles registers what his own unit finds at itself.
FINDERS = (Permission.REGISTER, Permission.HANDLE)
OWN_SOURCES = (Source.SELF, Source.INSPECTION, Source.DELIBERATION)
_ELSEWHERE = frozenset({Source.MESSAGE, Source.ROOT})  # these come in by doors of their own


def may_register(actor: Actor) -> bool:
    """Whether the post registers problems at all: for others, or what its own unit finds."""
    return any(actor.may(permission) for permission in FINDERS)


def only_own(actor: Actor) -> bool:
    """Whether the post registers for its own unit and what stands below it alone."""
    return not actor.may(Permission.REGISTER)


def sources_of(actor: Actor) -> list[str]:
    """How what the post registers may have been found."""
    own: Iterable[str] = OWN_SOURCES if only_own(actor) else Source.values
    return [source for source in own if source not in _ELSEWHERE]


def area_of(actor: Actor, typed: str | None) -> Unit | None:
    """The unit typed as the place, those of the actor's own area first; None for nothing typed.

    Raises:
        Refused: `no_such_unit` or `unit_unclear`.
    """
    if not typed:
        return None
    try:
        return named(typed, "place_unit", actor.unit_path)
    except Refused:
        return named(typed, "place_unit")


def stay_within(actor: Actor, source: str, area: Unit | None) -> None:
    """Go on only where what was found lies as far as the post's word reaches.

    Raises:
        Refused: `source_not_own` or `area_not_own`: a unit registers no problem of another.
    """
    if not only_own(actor):
        return
    if source not in OWN_SOURCES:
        text = _(
            "Your unit registers what it found by examining or inspecting itself, and what its "
            "residents decided."
        )
        raise Refused.because("source_not_own", text, "source")
    if area is not None and not actor.covers(area.path):
        text = _(
            "%(unit)s lies outside your unit. You register what your own unit and those below it "
            "have to put right; tell the office above of the rest."
        )
        raise Refused.because("area_not_own", text % {"unit": area.shown}, "place_unit")
