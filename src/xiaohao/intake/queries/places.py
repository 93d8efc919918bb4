"""Places as citizens name them."""

from django.db.models import Q

from xiaohao.intake.queries.finding import board_unit
from xiaohao.kernel.errors import Refused
from xiaohao.units import queries as units
from xiaohao.units.models import Kind, Unit

SHOWN = 12
REGIONS = Q(kind=Kind.REGION)


def place_of(code: str) -> Unit | None:
    """The place with that code, if the board is kept for it."""
    if not code:
        return None
    return Unit.objects.active().filter(code=code[:40], path__startswith=_board()).first()


def place_typed(typed: str, spot: str) -> tuple[Unit | None, str]:
    """The place chosen and the words for it.

    Where nothing was chosen from the list, a code or the only place of that name is found; else
    the words are kept as they are.
    """
    typed = typed.strip()
    unit = place_of(typed)
    if unit is None and typed:
        named = Unit.objects.active().under(_board()).filter(REGIONS, name=typed).order_by("pk")
        found = list(named[:2])
        unit = found[0] if len(found) == 1 else None
    words = units.shown_path(unit) if unit else typed
    return unit, " ".join(part for part in (words, spot.strip()) if part)[:200]


def place_label(unit: Unit) -> str:
    """What stands in the field for a chosen place."""
    return unit.name


def places(typed: str) -> list[dict[str, str]]:
    """Places for the picker: value, label, and the superiors that tell twins apart."""
    if not typed.strip():
        return []
    found = units.search(typed, within=_board(), among=REGIONS, limit=SHOWN)
    above = units.labels(found)
    return [{"value": u.code, "label": u.name, "hint": above[u.pk]} for u in found]


def _board() -> str:
    try:
        return board_unit().path
    except Refused:
        return ""
