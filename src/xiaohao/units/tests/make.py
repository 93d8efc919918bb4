"""A small tree for tests: a city with districts, streets and communities."""

from itertools import count
from typing import Any

from xiaohao.kernel.acting import SYSTEM
from xiaohao.units import actions
from xiaohao.units.models import Kind, Level, Unit

_numbers = count(1)


def unit(parent: Unit | None = None, *, name: str = "", level: str = "", **more: Any) -> Unit:
    """A unit, one rung below `parent` unless told otherwise."""
    number = next(_numbers)
    if not level:
        ladder = list(Level.values)
        at = ladder.index(parent.level) + 1 if parent else ladder.index(Level.CITY)
        level = ladder[min(at, len(ladder) - 1)]
    return actions.found(
        by=SYSTEM,
        code=more.pop("code", f"U{number:04}"),
        name=name or f"单位{number}",
        level=level,
        parent=parent,
        **more,
    )


def department(parent: Unit, name: str = "", **more: Any) -> Unit:
    """A department on its superior's level."""
    return unit(parent, name=name, level=parent.level, kind=Kind.DEPARTMENT, **more)


def city() -> dict[str, Unit]:
    """河州市 with two districts, three streets, two communities and a department."""
    top = unit(name="河州市", code="4100", level=Level.CITY)
    east = unit(top, name="河东区", code="410001")
    west = unit(top, name="河西区", code="410002")
    river = unit(west, name="梅江街道", code="410002001")
    south = unit(west, name="南园街道", code="410002002")
    north = unit(east, name="北塘街道", code="410001001")
    return {
        "city": top,
        "east": east,
        "west": west,
        "river": river,
        "south": south,
        "north": north,
        "zhihe": unit(river, name="致和社区居委会", code="410002001001"),
        "heping": unit(north, name="和平村村委会", code="410001001201"),
        "works": department(top, name="河州市城市管理委员会", short_name="市城管委", code="D001"),
    }
