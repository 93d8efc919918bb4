"""What hands write in the lists' workbooks: by the actions of the rooms, with their gates."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import (
    KIND_NAMES,
    Entry,
    Household,
    NeedKind,
    Round,
    Situation,
)
from xiaohao.exchange.lists.back import WHY, Act, Desk, Hand, Typed, chosen, unknown
from xiaohao.kernel.access import require
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet

SUMS = ("planned", "arrived", "spent")
COLON = "："


def _entry_changed(desk: Desk, entry: Entry, typed: Typed) -> Sequence[Act]:
    """An entry's cells as its own moves, in the order in which one would make them."""
    why = typed.get(WHY, "")
    given: list[tuple[str, Typed]] = []
    if "lead" in typed:
        given.append(("appoint", {"lead": desk.post(typed["lead"]), "reason": why}))
    if "deadline" in typed:
        given.append(("extend", {"deadline": typed["deadline"], "reason": why}))
    if sums := {name: typed[name] for name in SUMS if name in typed}:
        given.append(("money", sums | {"reason": why}))
    if "plan" in typed:
        given.append(("plan", {"plan": typed["plan"], "reason": why}))
    if "achieved" in typed:
        given.append(("progress", {"achieved": typed["achieved"], "note": why}))
    return [_move(desk, entry, name, inputs) for name, inputs in given]


def _move(desk: Desk, entry: Entry, name: str, inputs: Typed) -> Act:
    given = {key: value for key, value in inputs.items() if value}
    columns = [key for key in inputs if key not in {"reason", "note"}]
    call: dict[str, Any] = {"entry": entry, "move": name, "by": desk.actor, **given}
    return Act(
        columns,
        partial(actions.against_move, **call),
        partial(actions.move, **call),
        {"reason": WHY, "note": WHY},
    )


NEW_ENTRY = ("title", "kind", "text", "unit", "lead", "deadline", "promised", "measure", "planned",
             "plan")  # fmt: skip


def _entry_entered(desk: Desk, typed: Typed) -> Act:
    given: dict[str, Any] = {name: typed[name] for name in NEW_ENTRY if typed.get(name)}
    kind = chosen(given.pop("kind", ""), KIND_NAMES)
    if unit := given.get("unit"):
        given["unit"] = desk.unit(unit)
    if lead := given.get("lead"):
        given["lead"] = desk.post(lead)
    call = {"by": desk.actor, "kind": kind, **given}

    def against() -> list[Unmet]:
        require(desk.actor, Permission.REGISTER)  # as the page and the API ask before the action
        return [_in_words(one) for one in actions.against_entry(**call)]

    def take() -> Entry:
        require(desk.actor, Permission.REGISTER)
        return actions.enter(**call)

    return Act(NEW_ENTRY, against, take)


def _in_words(unmet: Unmet) -> Unmet:
    """The refusal of a list by the names that stand in the sheets, not by those of the API."""
    if unmet.code != "no_such_list":
        return unmet
    text = _("There is no such list. Write one of: %(lists)s.")
    return Unmet(
        unmet.code, text % {"lists": "、".join(map(str, KIND_NAMES.values()))}, unmet.field
    )


ENTRY = Hand(
    ("lead", "deadline", *SUMS, "plan", "achieved"),
    _entry_changed,
    NEW_ENTRY,
    _entry_entered,
)

NEW_HOUSEHOLD = ("number", "unit", "round")


def _household_entered(desk: Desk, typed: Typed) -> Act:
    """A household onto the list of a round; its name is told on the page, never in a sheet."""

    def call() -> dict[str, Any]:
        return {
            "round_": _round(desk, typed.get("round", "")),
            "by": desk.actor,
            "unit": desk.unit(typed["unit"]) if typed.get("unit") else None,
            "rows": [(typed.get("number", ""), "")],
        }

    def against() -> list[Unmet]:
        given = call()
        found = actions.against_households(**given)
        if not found and _there(given, typed["number"]):
            text = _("This household stands on the list of the round already.")
            found.append(Unmet("there_already", text, "number"))
        return found

    def take() -> Household:
        given = call()
        actions.list_households(**given)
        return _there(given, typed["number"]).get()

    return Act(NEW_HOUSEHOLD, against, take, {"rows": "number"})


def _there(given: dict[str, Any], number: str) -> QuerySet[Household]:
    rows = Household.objects.filter(round=given["round_"], unit=given["unit"], number=number)
    return rows.order_by("pk")[:1]


def _round(desk: Desk, title: str) -> Round:
    """The round of that title that reaches the sender.

    Raises:
        Refused: there is none, or several.
    """
    found = Round.objects.visible_to(desk.actor).filter(title=title).order_by("-pk")[:2]
    if len(found) == 1:
        return found[0]
    text = _("There are several rounds of that title. List the household on the page of its round.")
    raise Refused([Unmet("several", text, "round") if found else unknown(title, "round")])


HOUSEHOLD = Hand(new=NEW_HOUSEHOLD, entered=_household_entered)

NEW_VISIT = ("household", "address", "day", "situation", "note", "needs")


def _visit_entered(desk: Desk, typed: Typed) -> Act:
    """A visit of a household on the list, with the needs found: one to a line, kind：text."""
    ticks = typed.get("situation", "").replace("\n", "、").split("、")
    said = {
        "by": desk.actor,
        "day": typed.get("day"),
        "situation": [
            chosen(tick.strip(), dict(Situation.choices)) for tick in ticks if tick.strip()
        ],
        "note": typed.get("note", ""),
        "needs": [_need(line) for line in typed.get("needs", "").split("\n") if line.strip()],
    }

    def call() -> dict[str, Any]:
        return {"household": _household(desk, typed.get("household", "")), **said}

    def against() -> list[Unmet]:
        given = call()
        found = actions.against_visit(**given)
        stands = given["household"].number
        if typed.get("address", stands) != stands:
            text = _("Household %(no)s is “%(stands)s”. Correct its number, or its address.")
            words = {"no": typed["household"], "stands": stands}
            found.append(Unmet("other_household", text % words, "address"))
        return [Unmet(one.code, one.message, (one.field or "").split(".")[0]) for one in found]

    return Act(NEW_VISIT, against, lambda: actions.visit(**call()))


def _need(line: str) -> dict[str, str]:
    kind, *text = re.split(f"[:{COLON}]", line, maxsplit=1)
    named = chosen(kind.strip(), dict(NeedKind.choices))
    return {"kind": named, "text": "".join(text).strip()}


def _household(desk: Desk, typed: str) -> Household:
    """The household of that number; read anew, so that several visits of one file fit.

    Raises:
        Refused: there is none that the sender can see.
    """
    fits = typed.isascii() and typed.isdigit() and len(typed) < 18  # noqa: PLR2004 (bigint)
    try:
        return queries.find_household(desk.actor, int(typed) if fits else 0)
    except NotFound:
        raise Refused([unknown(typed, "household")]) from None


VISIT = Hand(new=NEW_VISIT, entered=_visit_entered)
