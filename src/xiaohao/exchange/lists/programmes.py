"""Programmes, and the three lists of one (问题清单、责任清单、整改清单) as one workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.campaigns import queries as programmes
from xiaohao.campaigns.models import Programme
from xiaohao.exchange.lists import problem_hands, register_hands
from xiaohao.exchange.lists.back import Back, numbered
from xiaohao.exchange.lists.base import Listing, Sheet, said
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import drives


class Counted(NamedTuple):
    """A programme and how its problems stand."""

    programme: Programme
    counts: drives.Counts


def _known(actor: Actor, get: QueryDict) -> QuerySet[Programme]:
    del get
    return programmes.known(actor).select_related("lead_unit").order_by("final", "pk")


def _counted(actor: Actor, rows: list[Programme]) -> list[Counted]:
    counts = drives.counts(actor, rows)
    return [Counted(row, counts.get(row.pk, drives.Counts())) for row in rows]


def _programmes_known(actor: Actor, keys: Sequence[str]) -> list[Counted]:
    return _counted(actor, list(_known(actor, QueryDict()).filter(code__in=keys)))


def _three(actor: Actor, get: QueryDict, code: str) -> QuerySet[Problem]:
    programme = programmes.find(actor, code)
    return drives.listed(actor, programme, get.get("unit", "")[:40]).order_by("pk")


def _lanes(entry: drives.Entry) -> list[Any]:
    return list(entry.lanes)


def _waits(lane: Any) -> str:
    return "、".join(map(str, lane.after))


def _entries(_actor: Actor, problems: Iterable[Problem]) -> list[drives.Entry]:
    return drives.entries(problems)


def _entries_known(actor: Actor, keys: Sequence[str]) -> list[drives.Entry]:
    """Problems of any programme: their number tells which is meant, not the programme's code."""
    rows = Problem.objects.visible_to(actor).filter(pk__in=numbered(keys, Problem.id_of))
    rows = drives.dressed(rows.filter(programme__isnull=False))
    return drives.entries(rows.order_by("pk"))


def _version(entry: drives.Entry) -> int:
    """Of the problem: each move makes it one more, also those of its measures."""
    return int(entry.problem.version)


NUMBER = Column(pgettext_lazy("column", "Number"), 16, lambda e: e.problem.number, key="number")
TITLE = Column(pgettext_lazy("column", "Problem"), 40, lambda e: e.problem.title, "wrapped")
PLACE = Column(pgettext_lazy("column", "Place"), 24, lambda e: e.problem.place, "wrapped")
UNIT = Column(pgettext_lazy("column", "Responsible unit"), 24, lambda e: e.problem.unit, "unit")
DEADLINE = Column(pgettext_lazy("column", "Deadline"), 12, lambda e: e.problem.deadline, "day")
STATE = Column(pgettext_lazy("column", "State"), 12, lambda e: e.problem.get_state_display())
VERSION = Column(pgettext_lazy("column", "Version"), 8, _version, "number", key="version")
THREE_BACK = Back("number", _entries_known, _("Three lists"), version=_version)

PROBLEMS = Sheet(
    _("Problem list"),
    (
        NUMBER, TITLE,
        Column(pgettext_lazy("column", "Manifestation"), 60, lambda e: e.problem.text, "wrapped"),
        Column(pgettext_lazy("column", "Source"), 14, lambda e: e.problem.get_source_display()),
        Column(pgettext_lazy("column", "Category"), 16, lambda e: said(e.problem.category)),
        PLACE,
        Column(pgettext_lazy("column", "Registered"), 17, lambda e: e.problem.registered_at,
               "moment"),
        Column(pgettext_lazy("column", "Way of fixing"), 14,
               lambda e: e.problem.get_track_display()),
        STATE, VERSION,
    ),
    of=_entries,
    back=THREE_BACK,
)  # fmt: skip
RESPONSIBILITY = Sheet(
    _("Responsibility list"),
    (
        NUMBER, TITLE, PLACE, UNIT,
        Column(pgettext_lazy("column", "Leader who answers for it"), 28, lambda e: e.problem.lead,
               "post", key="lead"),
        Column(pgettext_lazy("column", "Co-operating units"), 28,
               lambda e: e.helpers, "units", key="partners"),
        Column(pgettext_lazy("column", "Owners of measures"), 28,
               lambda e: "\n".join(e.owners), "wrapped"),
        DEADLINE, VERSION,
    ),
    of=_entries,
    back=replace(THREE_BACK, hand=problem_hands.RESPONSIBILITY),
)  # fmt: skip
RECTIFICATION = Sheet(
    _("Rectification list"),
    (
        NUMBER, TITLE, PLACE, UNIT,
        Column(pgettext_lazy("column", "Measure no."), 8, lambda n: n.number, "number", below=True,
               key="measure"),
        Column(pgettext_lazy("column", "Measure"), 40, lambda n: n.measure.text, "wrapped",
               below=True,
               key="text"),
        Column(pgettext_lazy("column", "Owner of the measure"), 16, lambda n: n.measure.owner,
               below=True,
               key="owner"),
        Column(pgettext_lazy("column", "Must begin on"), 12, lambda n: n.start, "day", below=True),
        Column(pgettext_lazy("column", "Deadline of the measure"), 12,
               lambda n: n.measure.deadline, "day", below=True,
               key="deadline"),
        Column(pgettext_lazy("column", "Working days of the measure"), 10,
               lambda n: n.measure.days, "number", below=True,
               key="days"),
        Column(pgettext_lazy("column", "Waits for measures"), 10, _waits, below=True,
               key="after"),
        Column(pgettext_lazy("column", "Measure done"), 17, lambda n: n.measure.done_at, "moment",
               below=True),
        Column(pgettext_lazy("column", "Reason of your change"), 30, lambda _n: "", "wrapped",
               below=True, key="why"),
        DEADLINE, STATE,
        Column(pgettext_lazy("column", "Struck off"), 17, lambda e: e.problem.closed_at, "moment"),
        VERSION,
    ),
    of=_entries,
    parts=_lanes,
    back=replace(THREE_BACK, hand=problem_hands.RECTIFICATION, part=problem_hands.NUMBER),
)  # fmt: skip

THREE = Listing(
    "programmes_lists",
    _("Three lists"),
    _three,
    (PROBLEMS, RESPONSIBILITY, RECTIFICATION),
    (Permission.SEE_LEDGER,),
    key="code",
)
PROGRAMMES = Listing(
    "programmes_list",
    _("Programmes"),
    _known,
    [
        Sheet(
            _("Programmes"),
            (
                Column(pgettext_lazy("column", "Code"), 16, lambda c: c.programme.code,
                       key="code"),
                Column(pgettext_lazy("column", "Name in Chinese"), 36,
                       lambda c: c.programme.name, "wrapped", key="name"),
                Column(pgettext_lazy("column", "Name in English"), 36,
                       lambda c: c.programme.name_en, "wrapped", key="name_en"),
                Column(pgettext_lazy("column", "Set by"), 12,
                       lambda c: c.programme.get_origin_display(), key="origin"),
                Column(pgettext_lazy("column", "Lead unit"), 24,
                       lambda c: c.programme.lead_unit, "unit", key="lead_unit"),
                Column(pgettext_lazy("column", "What it is against"), 50,
                       lambda c: c.programme.about, "wrapped", key="about"),
                Column(pgettext_lazy("column", "Final date"), 12, lambda c: c.programme.final,
                       "day", key="final"),
                Column(pgettext_lazy("column", "Problems found"), 10, lambda c: c.counts.found,
                       "number",
                       derived=True),
                Column(pgettext_lazy("column", "Fixed on the spot"), 10, lambda c: c.counts.spot,
                       "number",
                       derived=True),
                Column(pgettext_lazy("column", "Open"), 8, lambda c: c.counts.open, "number",
                       derived=True),
                Column(pgettext_lazy("column", "Overdue"), 8, lambda c: c.counts.overdue,
                       "number",
                       derived=True),
                Column(pgettext_lazy("count", "Struck off"), 8, lambda c: c.counts.closed,
                       "number",
                       derived=True),
                Column(pgettext_lazy("column", "Version"), 8, lambda c: c.programme.version,
                       "number", key="version"),
            ),
            of=_counted,
            back=Back("code", _programmes_known, _("Programmes"), register_hands.PROGRAMME,
                      lambda counted: int(counted.programme.version)),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (PROGRAMMES, THREE)
