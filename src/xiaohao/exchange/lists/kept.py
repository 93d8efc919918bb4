"""Suggestions, the duty list, and the lines of business."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists.base import Listing, Sheet, said
from xiaohao.exchange.workbook import Column
from xiaohao.intake import queries as intake
from xiaohao.intake.models import Suggestion
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.masking import mask
from xiaohao.triage.models import Duty
from xiaohao.triage.queries import duty_units
from xiaohao.units.models import Line, Unit
from xiaohao.units.queries import line_by_code, line_counts


def _suggestions(actor: Actor, get: QueryDict) -> QuerySet[Suggestion]:
    stage = get.get("stage", "")
    rows: QuerySet[Suggestion] = intake.suggestions(
        actor, stage if stage in Suggestion.Stage.values else ""
    )
    return rows.select_related("message__contact").order_by("-pk")


class Masked(NamedTuple):
    """A suggestion without what tells who wrote it."""

    row: Suggestion
    title: str
    text: str


def _masked(_actor: Actor, rows: Iterable[Suggestion]) -> Iterator[Masked]:
    for one in rows:
        known = intake.known_words(one.message)
        yield Masked(one, mask(one.title, known), mask(one.message.text, known))


SUGGESTIONS = Listing(
    "intake_suggestions",
    _("Suggestions"),
    _suggestions,
    [
        Sheet(
            _("Suggestions"),
            (
                Column(pgettext_lazy("column", "Received"), 17,
                       lambda s: s.row.message.received_at, "moment"),
                Column(pgettext_lazy("column", "Suggestion"), 36, lambda s: s.title, "wrapped"),
                Column(pgettext_lazy("column", "What was written"), 60, lambda s: s.text,
                       "wrapped"),
                Column(pgettext_lazy("column", "Category"), 16, lambda s: said(s.row.category)),
                Column(pgettext_lazy("column", "Stage"), 12,
                       lambda s: s.row.get_stage_display()),
                Column(pgettext_lazy("column", "What the study found"), 50, lambda s: s.row.note,
                       "wrapped"),
                Column(pgettext_lazy("column", "Studied on"), 17, lambda s: s.row.studied_at,
                       "moment"),
                Column(pgettext_lazy("column", "Reported up on"), 17,
                       lambda s: s.row.reported_at, "moment"),
            ),
            of=_masked,
            stays=_("Suggestions go out masked, without what tells who wrote them, so their "
                    "workbook cannot come back. Study each on its own page."),
        )
    ],
    (Permission.SEE_MESSAGES,),
)  # fmt: skip


def _duties(actor: Actor, get: QueryDict) -> QuerySet[Duty]:
    del get  # the page narrows nothing
    rows = Duty.objects.filter(is_active=True, unit__in=duty_units(actor).order_by().values("pk"))
    return rows.select_related("unit", "category").order_by("unit__path", "category__code")


DUTIES = Listing(
    "triage_duties",
    _("Duty list"),
    _duties,
    [
        Sheet(
            _("Duty list"),
            (
                Column(pgettext_lazy("column", "Unit on duty"), 28, lambda d: d.unit, "unit"),
                Column(pgettext_lazy("column", "Code"), 18, lambda d: d.unit.code),
                Column(pgettext_lazy("column", "Answers for"), 24, lambda d: said(d.category)),
                Column(pgettext_lazy("column", "Words by which one knows it"), 50,
                       lambda d: "、".join(d.words), "wrapped"),
            ),
            stays=_("Who answers for what is set on the unit's own page of the duty list, where "
                    "it shows at once to whom messages are then proposed."),
        )
    ],
    (Permission.MANAGE_DUTIES,),
)  # fmt: skip


def _lines(actor: Actor, get: QueryDict) -> list[tuple[Line, int]]:
    del actor, get  # open to everybody, and the page narrows nothing
    return line_counts()


LINES = Listing(
    "units_lines",
    _("Lines"),
    _lines,
    [
        Sheet(
            _("Lines"),
            (
                Column(pgettext_lazy("column", "Code of the line"), 18, lambda one: one[0].code),
                Column(pgettext_lazy("column", "Name in Chinese"), 28, lambda one: one[0].name),
                Column(pgettext_lazy("column", "Name in English"), 28,
                       lambda one: one[0].name_en),
                Column(pgettext_lazy("column", "Units in the line"), 12, lambda one: one[1],
                       "number"),
            ),
            stays=_("Lines are set up and named on the page “Lines”. Which units bear a line comes "
                    "back with the workbook of the units."),
        )
    ],
)  # fmt: skip


def _of_line(actor: Actor, get: QueryDict, code: str) -> QuerySet[Unit]:
    del actor, get  # open to everybody, and the page narrows nothing
    rows = Unit.objects.filter(lines=line_by_code(code)).select_related("parent")
    return rows.defer("search", "parent__search").order_by("code")


OF_LINE = Listing(
    "units_line",
    _("Units of a line"),
    _of_line,
    [
        Sheet(
            _("Units of a line"),
            (
                Column(pgettext_lazy("column", "Name of the unit"), 32, lambda u: u.name),
                Column(pgettext_lazy("column", "Code"), 18, lambda u: u.code),
                Column(pgettext_lazy("column", "Level"), 12, lambda u: u.get_level_display()),
                Column(pgettext_lazy("column", "Kind"), 14, lambda u: u.get_kind_display()),
                Column(pgettext_lazy("column", "Superior of the unit"), 28,
                       lambda u: u.parent.name if u.parent else ""),
            ),
            stays=_("Which lines a unit bears comes back with the workbook of the units: export "
                    "that from the page “Units”."),
        )
    ],
    key="code",
)  # fmt: skip

LISTS: tuple[Listing, ...] = (SUGGESTIONS, DUTIES, LINES, OF_LINE)
