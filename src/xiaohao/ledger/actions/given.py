"""Inputs of a move, from what was typed or sent to what the rules and steps work with."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from xiaohao.campaigns.models import Programme
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.masking import mask
from xiaohao.kernel.paths import ids
from xiaohao.kernel.text import clean
from xiaohao.ledger.actions.commenting import read_comment
from xiaohao.ledger.models import OPEN, Problem, Upload
from xiaohao.ledger.rules import AMENDABLE, CORRECTABLE, MOVES, Need
from xiaohao.people.models import Post
from xiaohao.people.queries import posts_within
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit
from xiaohao.units.queries import called

LONGEST = {
    "reason": 2000,
    "note": 2000,
    "done": 500,
    "owner": 120,
    "text": 500,
    "owner_unknown": 500,
    "title": 200,
    "place": 200,
}
# Inputs for which "nothing" is something to say: take it away.
CLEARED = ("programme", "lead", "partners")
# Where a move sees the whole of a thing, an empty field is refused or taken, never left as it was.
WHOLE = {"amend_measure": AMENDABLE, "correct": CORRECTABLE}
MOST_PARTNERS = 10
LONGEST_MEASURE = {"text": 500, "owner": 120}
MOST_MEASURES = 50
_BETWEEN = re.compile(r"[\s,，、;；]+")
Found = tuple[Any, list[Need]]


def read(
    problem: Problem, by: Actor | Nobody, move: str, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Need]]:
    """The inputs that `move` takes, as objects, and what could not be understood."""
    inputs: dict[str, Any] = {}
    trouble: list[Need] = []
    for name in MOVES[move].inputs:
        value = given.get(name)
        may_be_empty = (*CLEARED, *WHOLE.get(move, ()))
        if value is None or (value in ("", []) and name not in may_be_empty):
            continue
        reader = _OWN.get((move, name)) or _READERS[name]
        inputs[name], needs = reader(problem, by, name, value)
        trouble += needs
    return inputs, trouble


def _text(_p: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    text = clean(str(value))
    if len(text) > LONGEST[name]:
        return text, [Need("too_long", name, {"most": LONGEST[name]})]
    return text, []


def _comment(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    """A text in which posts may be named."""
    text, needs = _text(problem, by, name, value)
    said, strangers = read_comment(text, problem, by)
    return said, [*needs, *strangers]


def _day(_p: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    day = as_day(value)
    return day, [] if day else [Need("deadline_missing", name)]


def as_day(value: Any) -> dt.date | None:
    """A date, or ISO text of one; None for anything else."""
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _unit(_p: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    rows = Unit.objects.under(by.unit_path) if isinstance(by, Actor) else Unit.objects.all()
    typed = str(value).strip()[:200]
    key = {"pk": value.pk} if isinstance(value, Unit) else {"code": typed[:40]}
    within = by.unit_path if isinstance(by, Actor) else ""
    unit = rows.filter(**key).first() or called(typed, within)
    if unit is None:
        # A code comes from a list; who is refused has read the name there.
        shown = Unit.objects.filter(code=typed[:40]).values_list("name", flat=True).first()
        return None, [Need("no_such_unit", name, {"unit": (shown or typed)[:80]})]
    if unit.closed_on:
        return None, [Need("unit_closed", name, {"unit": unit.name})]
    return unit, []


def _any_unit(problem: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    """A better owner may lie outside the area of whoever names it."""
    return _unit(problem, Nobody("system"), name, value)


def _worded(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    """A title or place, masked as when it came onto the ledger."""
    text, needs = _text(problem, by, name, value)
    return mask(text)[: LONGEST[name]], needs


def _category(_p: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    if value == "" or isinstance(value, Category):
        return value or None, []
    code = str(value)[:60]
    row = Category.objects.filter(code=code).first()
    return row, [] if row else [Need("no_such_category", name, {"code": code})]


def _place_unit(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    """It may lie outside the area of whoever enters it; the one that stands may be closed."""
    stands = problem.place_unit
    if value == "" or (stands and str(value).strip() == stands.code):
        return (stands if value else None), []
    return _any_unit(problem, by, name, value)


def _yes(_p: Problem, _by: Actor | Nobody, _name: str, value: Any) -> Found:
    return value in {True, "true", "on", "1"}, []


def _measures(_p: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    if not isinstance(value, list) or len(value) > MOST_MEASURES:
        return [], [Need("measures_missing", name)]
    rows, trouble = [], []
    for i, raw in enumerate(value):
        row = raw if isinstance(raw, Mapping) else {}
        texts = {key: clean(str(row.get(key) or "")) for key in LONGEST_MEASURE}
        trouble += [
            Need("too_long", f"{name}.{i}.{key}", {"most": most})
            for key, most in LONGEST_MEASURE.items()
            if len(texts[key]) > most
        ]
        day = row.get("deadline")
        found = as_day(day)
        if day and found is None:
            trouble.append(Need("deadline_missing", f"{name}.{i}.deadline"))
        order = {"days": _whole(row.get("days")), "after": _numbers_in(row.get("after"))}
        rows.append({**texts, "deadline": found, **order})
    return rows, trouble


def _whole(value: Any) -> Any:
    """A whole number, None for nothing, else the value as it came: the rules refuse it."""
    if value in (None, ""):
        return None
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 6 else value  # noqa: PLR2004


def _numbers_in(value: Any) -> list[Any]:
    """Numbers from a list or as people type them: `1, 3` or `1、3`."""
    items = _BETWEEN.split(value.strip()) if isinstance(value, str) else value or []
    return [_whole(item) for item in items if item != ""]


def _programme(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    if value in ("", None):
        return None, []
    code = value.code if isinstance(value, Programme) else str(value)[:40]
    row = Programme.objects.known_to(by).filter(code=code, unit__in=ids(problem.path)).first()
    return row, [] if row else [Need("no_such_programme", name, {"programme": code})]


def _post(_p: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    if value in ("", None):
        return None, []
    code = value.code if isinstance(value, Post) else str(value)[:40]
    row = posts_within(by).filter(code=code, is_active=True).first()
    return row, [] if row else [Need("no_such_post", name, {"post": code})]


def _units(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    if len(items) > MOST_PARTNERS:
        return [], [Need("too_many_partners", name, {"most": MOST_PARTNERS})]
    found = [_unit(problem, by, f"{name}.{i}", one) for i, one in enumerate(items) if one]
    return [u for u, _needs in found if u], [need for _unit, needs in found for need in needs]


def _number(_p: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    try:
        return int(value), []
    except (TypeError, ValueError):
        return None, [Need("no_such_measure", name)]


def _numbers(_p: Problem, _by: Actor | Nobody, name: str, value: Any) -> Found:
    try:
        return [int(item) for item in value], []
    except (TypeError, ValueError):
        return [], [Need("no_such_measure", name)]


def _files(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    items = value if isinstance(value, (list, tuple)) else [value]
    keys = [int(item) for item in items if str(item).isdecimal()][:50]
    rows = Upload.objects.filter(problem=problem, pk__in=keys).select_related("file").order_by("id")
    if isinstance(by, Actor):
        rows = rows.filter(unit_id=by.unit_id)
    found = {row.pk: row for row in rows}
    lost = [item for item in items if not str(item).isdecimal() or int(item) not in found]
    needs = [Need("no_such_file", name, {"file": str(item)[:40]}) for item in lost]
    return list(found.values()), needs


def _problem(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    key = value.pk if isinstance(value, Problem) else Problem.id_of(str(value))
    rows = Problem.objects.all()
    if isinstance(by, Actor):
        rows = rows.visible_to(by)
    target = rows.filter(pk=key).first() if key is not None else None
    if target is None:
        return None, [Need("no_such_problem", name, {"number": str(value)[:40]})]
    if target.pk == problem.pk:
        return None, [Need("target_itself", name)]
    if target.state not in OPEN:
        return None, [Need("target_not_open", name, {"number": target.number})]
    return target, []


def _days(_p: Problem, _by: Actor | Nobody, _name: str, value: Any) -> Found:
    return _whole(value), []


def _day_or_none(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    """Left empty, it is scheduled back from the end."""
    return (None, []) if value == "" else _day(problem, by, name, value)


def _predecessors(problem: Problem, by: Actor | Nobody, name: str, value: Any) -> Found:
    """The ids of the measures that come first, each once and in their order."""
    if value == "":
        return (), []
    keys, needs = _numbers(problem, by, name, value)
    return tuple(sorted(set(keys))), needs


def _proof(_p: Problem, _by: Actor | Nobody, _name: str, value: Any) -> Found:
    """The problem at the root, as the system names it."""
    return (value if isinstance(value, Problem) else None), []


_READERS: Mapping[str, Callable[[Problem, Actor | Nobody, str, Any], Found]] = {
    "reason": _text,
    "note": _text,
    "deadline": _day,
    "unit": _unit,
    "better_unit": _any_unit,
    "owner_unknown": _text,
    "measures": _measures,
    "programme": _programme,
    "title": _worded,
    "category": _category,
    "place": _worded,
    "place_unit": _place_unit,
    "urgent": _yes,
    "lead": _post,
    "partners": _units,
    "done": _text,
    "owner": _text,
    "measure": _number,
    "failed": _numbers,
    "files": _files,
    "into": _problem,
    "above": _any_unit,
    "root": _proof,
    "text": _text,
    "days": _days,
    "after": _predecessors,
}
# Where one move reads an input in a way of its own.
_OWN = {("comment", "note"): _comment, ("amend_measure", "deadline"): _day_or_none}
