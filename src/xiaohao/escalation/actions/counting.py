"""Figures of this room: each change at the unit it is about."""

from xiaohao.escalation.models import Root, Summons
from xiaohao.figures.actions import Delta, add


def count(root: Root, *metrics: str) -> None:
    """Count a root once at the unit that it was put to."""
    category = root.category_id
    add(Delta(metric=m, path=root.unit.path, thing_id=root.pk, category_id=category)
        for m in metrics)  # fmt: skip


def count_called(summons: Summons, *metrics: str) -> None:
    """Count a called department once."""
    category = summons.call.problem.category_id
    add(Delta(metric=m, path=summons.unit.path, thing_id=summons.pk, category_id=category)
        for m in metrics)  # fmt: skip
