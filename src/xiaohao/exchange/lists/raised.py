"""Joint calls, root causes, look-back rounds and re-checks."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.escalation import queries as escalation
from xiaohao.escalation.models import Call, Root
from xiaohao.exchange.lists.back import Back, numbered, versioned
from xiaohao.exchange.lists.base import Listing, Sheet, said
from xiaohao.exchange.lists.problem_hands import CALL
from xiaohao.exchange.workbook import Column
from xiaohao.figures.queries import behind
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.lookback import queries as lookback
from xiaohao.lookback.models import Recheck, Round
from xiaohao.units.models import Unit


def _calls(actor: Actor, get: QueryDict) -> QuerySet[Call]:
    return escalation.calls_of(actor, get.get("tab", "")).order_by("-pk")


def _calls_known(actor: Actor, keys: Sequence[str]) -> Iterable[Call]:
    return escalation.calls_of(actor).filter(pk__in=numbered(keys, Call.id_of)).order_by("pk")


def _call_version(call: Call) -> int:
    """Of the call and of what became of each department: each step of them makes it one more."""
    return call.version + sum(summons.version for summons in call.summonses.all())


def _called(call: Call) -> list[Any]:
    return list(call.summonses.all())


def _comes(summons: Any) -> str:
    return (
        "" if summons.comes is None else str(_("will come") if summons.comes else _("cannot come"))
    )


CALLS = Listing(
    "escalation_calls",
    _("Joint calls"),
    _calls,
    [
        Sheet(
            _("Joint calls"),
            (
                Column(pgettext_lazy("column", "Number"), 16, lambda c: c.number, key="number"),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda c: c.problem.number),
                Column(pgettext_lazy("column", "Problem"), 36, lambda c: c.problem.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "Called by"), 24, lambda c: c.unit, "unit"),
                Column(pgettext_lazy("column", "What is needed"), 40, lambda c: c.reason,
                       "wrapped"),
                Column(pgettext_lazy("column", "Where to come to"), 24, lambda c: c.place,
                       "wrapped"),
                Column(pgettext_lazy("column", "Called on"), 17, lambda c: c.at, "moment"),
                Column(pgettext_lazy("column", "Answer by"), 17, lambda c: c.answer_by, "moment"),
                Column(pgettext_lazy("column", "On site by"), 17, lambda c: c.on_site_by,
                       "moment"),
                Column(pgettext_lazy("column", "Department"), 24, lambda s: s.unit, "unit",
                       below=True, key="department"),
                Column(pgettext_lazy("column", "Replied on"), 17, lambda s: s.answered_at,
                       "moment", below=True),
                Column(pgettext_lazy("column", "Reply"), 12, _comes, below=True),
                Column(pgettext_lazy("column", "Silent since"), 17, lambda s: s.silent_at,
                       "moment", below=True),
                Column(pgettext_lazy("column", "On site"), 17, lambda s: s.arrived_at, "moment",
                       below=True),
                Column(pgettext_lazy("column", "Grade"), 10, lambda s: s.get_grade_display(),
                       below=True, key="grade"),
                Column(pgettext_lazy("column", "Words of the caller"), 36,
                       lambda s: s.grade_words, "wrapped", below=True, key="words"),
                Column(pgettext_lazy("column", "Taken back"), 17, lambda c: c.withdrawn_at,
                       "moment"),
                Column(pgettext_lazy("column", "Version"), 8, _call_version, "number",
                       key="version"),
            ),
            parts=_called,
            back=Back("number", _calls_known, _("Joint calls"), CALL, _call_version,
                      part="department"),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


class Raised(NamedTuple):
    """A root cause, and who declined it with which reason."""

    root: Any
    declined: str


def _roots(actor: Actor, get: QueryDict) -> QuerySet[Root]:
    rows = escalation.listed(actor, get.get("tab", ""))
    if get.get("figure"):
        rows = rows.filter(pk__in=behind(actor, {name: str(get[name]) for name in get}).ids)
    return rows.select_related("proposed_unit").order_by("-pk")


def _raised(_actor: Actor, roots: list[Root]) -> list[Raised]:
    keys = {word["unit"] for root in roots for word in root.declined}
    names = {unit.pk: unit.shown for unit in Unit.objects.filter(pk__in=keys).order_by("pk")}
    return [
        Raised(root, "\n".join(f"{names.get(w['unit'], '')}：{w['reason']}" for w in root.declined))
        for root in roots
    ]


def _roots_known(actor: Actor, keys: Sequence[str]) -> Iterable[Raised]:
    rows = escalation.listed(actor).filter(pk__in=numbered(keys)).order_by("pk")
    return _raised(actor, list(rows.select_related("proposed_unit")))


ROOTS = Listing(
    "escalation_roots",
    _("Root causes"),
    _roots,
    [
        Sheet(
            _("Root causes"),
            (
                Column(pgettext_lazy("column", "Root no."), 12, lambda r: str(r.root.pk),
                       key="id"),
                Column(pgettext_lazy("column", "Root"), 36, lambda r: r.root.title, "wrapped"),
                Column(pgettext_lazy("column", "Why the root lies there"), 50,
                       lambda r: r.root.reason, "wrapped"),
                Column(pgettext_lazy("column", "Category"), 16, lambda r: said(r.root.category)),
                Column(pgettext_lazy("column", "How it stands"), 12,
                       lambda r: r.root.get_decision_display()),
                Column(pgettext_lazy("column", "Put to"), 24, lambda r: r.root.unit, "unit"),
                Column(pgettext_lazy("column", "Raised by"), 16,
                       lambda r: r.root.get_found_by_display()),
                Column(pgettext_lazy("column", "Raising unit"), 24,
                       lambda r: r.root.proposed_unit, "unit"),
                Column(pgettext_lazy("column", "Cases waiting"), 10, lambda r: r.root.cases,
                       "number", derived=True),
                Column(pgettext_lazy("column", "Since"), 17, lambda r: r.root.proposed_at,
                       "moment"),
                Column(pgettext_lazy("column", "Decided on"), 17, lambda r: r.root.decided_at,
                       "moment"),
                Column(pgettext_lazy("column", "Word of the unit above"), 40,
                       lambda r: r.root.word, "wrapped"),
                Column(pgettext_lazy("column", "Declined by"), 40, lambda r: r.declined,
                       "wrapped"),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda r: r.root.problem.number if r.root.problem else ""),
                Column(pgettext_lazy("column", "Version"), 8, lambda r: r.root.version, "number",
                       key="version"),
            ),
            of=_raised,
            back=Back("id", _roots_known, _("Root causes"),
                      version=lambda raised: int(raised.root.version)),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _rounds(actor: Actor, get: QueryDict) -> QuerySet[Round]:
    del get
    return lookback.rounds(actor).order_by("-pk")


def _rounds_known(actor: Actor, keys: Sequence[str]) -> Iterable[Round]:
    return lookback.rounds(actor).filter(pk__in=numbered(keys, Round.id_of)).order_by("pk")


ROUNDS = Listing(
    "lookback_rounds",
    _("Look-back rounds"),
    _rounds,
    [
        Sheet(
            _("Look-back rounds"),
            (
                Column(pgettext_lazy("column", "Round"), 16, lambda r: r.number, key="number"),
                Column(pgettext_lazy("column", "Unit"), 24, lambda r: r.unit, "unit"),
                Column(pgettext_lazy("column", "Days after closing"), 10, lambda r: r.wave,
                       "number"),
                Column(pgettext_lazy("column", "First closing"), 12, lambda r: r.first_day, "day"),
                Column(pgettext_lazy("column", "Last closing"), 12, lambda r: r.last_day, "day"),
                Column(pgettext_lazy("column", "In the frame"), 10, lambda r: r.count, "number"),
                Column(pgettext_lazy("column", "Drawn"), 10, lambda r: r.size, "number"),
                Column(pgettext_lazy("column", "Checked"), 10, lambda r: r.done, "number",
                       derived=True),
                Column(pgettext_lazy("column", "Not fixed"), 10, lambda r: r.false, "number",
                       derived=True),
                Column(pgettext_lazy("column", "Laid on"), 17, lambda r: r.laid_at, "moment"),
                Column(pgettext_lazy("column", "Drawn on"), 17, lambda r: r.drawn_at, "moment"),
                Column(pgettext_lazy("column", "Public source"), 24, lambda r: r.source),
                Column(pgettext_lazy("column", "Public value"), 24, lambda r: r.public_value),
                Column(pgettext_lazy("column", "SHA-256 of the frame"), 66,
                       lambda r: r.frame_sha256),
                Column(pgettext_lazy("column", "Commitment"), 66, lambda r: r.commitment),
                Column(pgettext_lazy("column", "Seed"), 66, lambda r: r.seed),
                Column(pgettext_lazy("column", "Version"), 8, lambda r: r.version, "number",
                       key="version"),
            ),
            back=Back("number", _rounds_known, _("Look-back rounds"), version=versioned),
        )
    ],
    (Permission.SEE_FIGURES, Permission.VERIFY, Permission.LOOK_BACK),
)  # fmt: skip


def _rechecks(actor: Actor, get: QueryDict) -> QuerySet[Recheck]:
    return lookback.narrowed(actor, get).order_by("-pk")


def _rechecks_known(actor: Actor, keys: Sequence[str]) -> Iterable[Recheck]:
    return lookback.listed(actor).filter(pk__in=numbered(keys)).order_by("pk")


RECHECKS = Listing(
    "lookback_rechecks",
    _("Re-checks"),
    _rechecks,
    [
        Sheet(
            _("Re-checks"),
            (
                Column(pgettext_lazy("column", "Re-check no."), 12, lambda r: str(r.pk),
                       key="id"),
                Column(pgettext_lazy("column", "Number"), 16, lambda r: r.problem.number),
                Column(pgettext_lazy("column", "Problem"), 40, lambda r: r.problem.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "Place"), 24, lambda r: r.problem.place,
                       "wrapped"),
                Column(pgettext_lazy("column", "Unit"), 24, lambda r: r.unit, "unit"),
                Column(pgettext_lazy("column", "Category"), 16, lambda r: said(r.category)),
                Column(pgettext_lazy("column", "Result"), 14, lambda r: r.get_result_display()),
                Column(pgettext_lazy("column", "Note"), 50, lambda r: r.note, "wrapped"),
                Column(pgettext_lazy("column", "Checked by"), 24,
                       lambda r: r.post.title if r.post else ""),
                Column(pgettext_lazy("column", "Due on"), 12, lambda r: r.due, "day"),
                Column(pgettext_lazy("column", "Checked on"), 17, lambda r: r.done_at, "moment"),
                Column(pgettext_lazy("column", "Round"), 16, lambda r: r.round.number),
                Column(pgettext_lazy("column", "Weight"), 8, lambda r: r.weight, "number"),
                Column(pgettext_lazy("column", "Version"), 8, lambda r: r.version, "number",
                       key="version"),
            ),
            back=Back("id", _rechecks_known, _("Re-checks"), version=versioned),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (CALLS, ROOTS, ROUNDS, RECHECKS)
