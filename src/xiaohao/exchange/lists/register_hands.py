"""What hands write in the lists of programmes, posts and units: by the actions of their rooms."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns.models import Origin, Programme
from xiaohao.exchange.lists.back import Act, Desk, Hand, Typed, chosen, cleared, unknown
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.paths import WIDTH, step
from xiaohao.people import actions as people
from xiaohao.people.models import ROLE_NAMES, Post
from xiaohao.units import actions as units
from xiaohao.units.models import Kind, Level, Line, Unit

_BETWEEN = re.compile(r"[\n,，、;；]+")

_LAST = 36**WIDTH - 1  # ids that no unit has come to: steps of paths that are only drafted

PROGRAMME_FIELDS = ("name", "name_en", "lead_unit", "about", "final")
NEW_PROGRAMME = ("code", "origin", *PROGRAMME_FIELDS)


def _revised(desk: Desk, counted: Any, typed: Typed) -> Sequence[Act]:
    """A programme with the cells that differ put in; what does not differ stays as it is."""
    programme: Programme = counted.programme
    stands = {name: getattr(programme, name) for name in PROGRAMME_FIELDS}
    fields = _fields(desk, {name: typed[name] for name in PROGRAMME_FIELDS if name in typed})
    given = {"programme": programme, "by": desk.actor, **stands, **fields}
    return [
        Act(
            [*fields],
            partial(campaigns.against_revise, **given),
            partial(campaigns.revise, version=programme.version, **given),
        )
    ]


def _set_up(desk: Desk, typed: Typed) -> Act:
    empty = dict.fromkeys(("code", "origin", "name", "name_en", "lead_unit"), "")
    given: dict[str, Any] = {"final": None, **empty, **_fields(desk, typed), "by": desk.actor}
    given["origin"] = chosen(given["origin"], dict(Origin.choices))
    return Act(
        NEW_PROGRAMME,
        partial(campaigns.against_set_up, **given),
        partial(campaigns.set_up, **given),
    )


def _fields(desk: Desk, typed: Typed) -> dict[str, Any]:
    """What was typed as the action takes it: the unit that is called so, and a day as a day."""
    fields = dict(typed)
    if fields.get("lead_unit"):
        fields["lead_unit"] = desk.unit(fields["lead_unit"])
    if fields.get("final"):
        fields["final"] = _day(fields["final"])
    return fields


def _day(typed: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return None


PROGRAMME = Hand(PROGRAMME_FIELDS, _revised, NEW_PROGRAMME, _set_up, named=True)

NEW_POST = ("code", "title", "role", "unit")


def _post_changed(desk: Desk, held: Any, typed: Typed) -> Sequence[Act]:
    """Out of use, or back into it."""
    post: Post = held.post
    said = {"1": _("yes"), "0": _("no")}
    answer = chosen(typed["in_use"], said)

    def against() -> list[Unmet]:
        require_at(desk.actor, Permission.MANAGE_PEOPLE, post.unit.path)
        if answer in said:
            return people.against_in_use(by=desk.actor, post=post, in_use=answer == "1")
        text = _("Write “%(yes)s” or “%(no)s”.") % {"yes": said["1"], "no": said["0"]}
        return [Unmet("bad_answer", text, "in_use")]

    take = partial(
        people.set_in_use, by=desk.actor, post=post, in_use=answer == "1", expected=post.version
    )
    return [Act(("in_use",), against, take)]


def _post_opened(desk: Desk, typed: Typed) -> Act:
    given: dict[str, Any] = {name: typed.get(name, "") for name in NEW_POST} | {"by": desk.actor}
    given["role"] = chosen(given["role"], ROLE_NAMES)
    given["unit"] = desk.unit(given["unit"])

    def against() -> list[Unmet]:
        if isinstance(given["unit"], Unit):
            return people.against_post(**given)
        return [unknown(given["unit"], "unit")]

    return Act(NEW_POST, against, partial(people.open_post, **given))


NEW_UNIT = ("code", "name", "short_name", "level", "kind", "lines", "parent", "superior",
            "founded_on")  # fmt: skip


def _unit_changed(desk: Desk, placed: Any, typed: Typed) -> Sequence[Act]:
    """A unit's names, its kind and its lines; the first action sees that nobody wrote since."""
    unit: Unit = placed.unit
    call: dict[str, Any] = {"unit": unit, "by": desk.actor}
    acts: list[tuple[list[str], Any, Any, dict[str, Any]]] = []
    if "name" in typed or "short_name" in typed:
        named = {key: typed.get(key, getattr(unit, key)) for key in ("name", "short_name")}
        asked = [key for key in named if key in typed]
        acts.append((asked, units.against_rename, units.rename, named))
    if "kind" in typed:
        of = {"kind": chosen(typed["kind"], dict(Kind.choices)), "sectors": unit.sectors}
        acts.append((["kind"], units.against_change, units.change, of))
    if "lines" in typed:
        lines = {"lines": _lines(typed["lines"])}
        acts.append((["lines"], units.against_lines, units.set_lines, lines))
    return [
        Act(
            columns,
            partial(against, **call, **given),
            partial(take, **call, **given, expected=None if n else placed.version),
        )
        for n, (columns, against, take, given) in enumerate(acts)
    ]


def _units_coming(desk: Desk, rows: Sequence[Typed]) -> Mapping[str, int]:
    """Draft the new units of a sheet, each with its path, and say how deep each stands.

    One under itself by way of others stands nowhere: its superior is not found.
    """
    drafted = {row["code"]: row for row in rows if row.get("code")}
    codes = {row["name"]: code for code, row in drafted.items() if row.get("name")} | {
        code: code for code in drafted
    }
    deep: dict[str, int] = {}

    def place(code: str, below: tuple[str, ...]) -> Unit | None:
        if code in desk.coming or code in below:
            return desk.coming.get(code)
        said = _superior(drafted[code])
        parent = _above(desk, said, codes, lambda above: place(above, (*below, code)))
        if parent is not None:
            level = chosen(drafted[code].get("level", ""), dict(Level.choices))
            path = parent.path + step(_LAST - len(deep))
            desk.coming[code] = Unit(
                code=code, name=drafted[code].get("name", ""), level=level, path=path
            )
            deep[code] = deep.get(parent.code, -1) + 1
        return desk.coming.get(code)

    for code in drafted:
        place(code, ())
    return deep


def _superior(typed: Typed) -> str:
    return str(typed.get("parent") or typed.get("superior", ""))


def _above(
    desk: Desk, said: str, codes: Mapping[str, str], coming: Callable[[str], Unit | None]
) -> Unit | None:
    """The superior that is called so: on record by just that name or code, else in the sheet."""
    found = desk.unit(said)
    standing: Unit | None = found if isinstance(found, Unit) else None
    if said in codes and (standing is None or said not in {standing.code, standing.name}):
        return coming(codes[said])
    return standing


def _unit_founded(desk: Desk, typed: Typed) -> Act:
    """A unit under a superior that is named by its code, or else by its name.

    The superior may be new itself and stand in the same sheet.
    """
    given: dict[str, Any] = {
        "by": desk.actor,
        **{name: typed.get(name, "") for name in ("code", "name", "short_name")},
        "level": chosen(typed.get("level", ""), dict(Level.choices)),
        "kind": chosen(typed["kind"], dict(Kind.choices)) if "kind" in typed else Kind.REGION,
        "founded_on": _day(typed.get("founded_on", "")),
    }
    said, lines = _superior(typed), _lines(typed.get("lines", ""))
    codes = {unit.name: code for code, unit in desk.coming.items()}
    codes |= {code: code for code in desk.coming}
    parent = _above(desk, said, codes, desk.coming.get)
    coming: Unit | None = desk.coming.get(parent.code) if parent else None

    def against() -> list[Unmet]:
        column = "parent" if "parent" in typed else "superior"
        if parent is None:
            return [unknown(said, column)]
        if parent is coming and parent.code in desk.lost:
            text = _("The superior “%(what)s” stands in a row that cannot be taken. Mend that row.")
            return [Unmet("superior_lost", text % {"what": said[:60]}, column)]
        if typed.get("founded_on") and given["founded_on"] is None:
            text = _("“%(value)s” is no day that can be read. Write it like 2019-09-30.")
            return [Unmet("bad_day", text % {"value": typed["founded_on"]}, "founded_on")]
        wrong = units.against_found(parent=parent, **given)
        return wrong or units.against_lines(unit=parent, by=desk.actor, lines=lines)

    def take() -> Unit:
        above = parent
        if coming is not None and above is coming:  # founded a moment ago, by a row above
            above = Unit.objects.get(code=coming.code)
        unit = units.found(parent=above, **given)
        return units.set_lines(unit=unit, by=desk.actor, lines=lines) if lines else unit

    return Act(NEW_UNIT, against, take)


def _lines(typed: str) -> list[str]:
    """The codes of lines that are called so; a name of none stays, and is refused."""
    names = [one.strip() for one in _BETWEEN.split(cleared(typed)) if one.strip()]
    codes = {name: line.code for line in Line.objects.order_by("pk")
             for name in (line.code, line.label)} if names else {}  # fmt: skip
    return [codes.get(name, name) for name in names]


POST = Hand(("in_use",), _post_changed, NEW_POST, _post_opened, named=True)
UNIT = Hand(
    ("name", "short_name", "kind", "lines"),
    _unit_changed,
    NEW_UNIT,
    _unit_founded,
    named=True,
    depths=_units_coming,
    tree=True,
)
