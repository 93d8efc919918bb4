"""Putting many units into lines of business at once, as an import tells."""

from collections.abc import Mapping

from xiaohao.kernel.access import By
from xiaohao.trail.actions import note
from xiaohao.units.models import Line, Unit
from xiaohao.units.queries import LABEL

BLOCK = 5_000  # units looked at in one statement


def known() -> dict[str, int]:
    """Ids of lines by all that a sheet may call them: code, name, English name, in small letters.

    Where two are called the same, a code goes before a name.
    """
    lines = list(Line.objects.order_by("-code"))
    found = {word.casefold(): one.pk for one in lines for word in (one.name_en, one.name) if word}
    return found | {one.code.casefold(): one.pk for one in lines}


def put(lined: Mapping[int, tuple[int, ...]], *, by: By) -> int:
    """Let each unit belong to these lines and no others; how many did not before.

    Runs under the lock of the tree, in the transaction of the import.

    Args:
        lined: ids of lines by id of unit.
    """
    through, wanted, changed = Unit.lines.through, sorted(lined), 0
    codes = dict(Line.objects.order_by().values_list("pk", "code"))
    for start in range(0, len(wanted), BLOCK):
        some = wanted[start : start + BLOCK]
        before: dict[int, set[int]] = {unit: set() for unit in some}
        rows = through.objects.filter(unit__in=some).order_by()
        for unit, line in rows.values_list("unit_id", "line_id"):
            before[unit].add(line)
        differing = [unit for unit in some if before[unit] != set(lined[unit])]
        through.objects.filter(unit__in=differing).delete()
        through.objects.bulk_create(
            through(unit_id=unit, line_id=line) for unit in differing for line in lined[unit]
        )
        for unit in differing:
            told = {"before": before[unit], "after": lined[unit]}
            data = {name: sorted(codes[line] for line in lines) for name, lines in told.items()}
            note(label=LABEL, thing_id=unit, by=by, kind="lined", data=data)
        changed += len(differing)
    return changed
