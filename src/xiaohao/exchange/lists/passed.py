"""What units pass to each other: cases that wait for a word, what was given back, joint calls."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.escalation import queries
from xiaohao.escalation.models import Decision, Summons
from xiaohao.exchange.lists.base import Listing, Sheet, said, words_of
from xiaohao.exchange.lists.rated import Rated, rated
from xiaohao.exchange.workbook import Column
from xiaohao.figures import queries as figures
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem, Referral


def _cases(actor: Actor, get: QueryDict) -> QuerySet[Problem]:
    del get  # the page narrows nothing
    return queries.cases(actor).order_by("pk")


def _ways(problem: Problem) -> Sequence[Referral]:
    """Each time that it was returned."""
    return [way for way in problem.ways if way.returned_at]  # type: ignore[attr-defined]


ARBITRATION = Listing(
    "escalation_arbitration",
    _("Arbitration"),
    _cases,
    [
        Sheet(
            _("Arbitration"),
            (
                Column(pgettext_lazy("column", "Number"), 16, lambda p: p.number),
                Column(pgettext_lazy("column", "Problem"), 40, lambda p: p.title, "wrapped"),
                Column(pgettext_lazy("column", "Category"), 16, lambda p: said(p.category)),
                Column(pgettext_lazy("column", "Decides"), 24, lambda p: p.arbiter, "unit"),
                Column(pgettext_lazy("column", "Returned by"), 24, lambda w: w.unit, "unit",
                       below=True),
                Column(pgettext_lazy("column", "Returned on"), 17, lambda w: w.returned_at,
                       "moment", below=True),
                Column(pgettext_lazy("column", "Why it was returned"), 44, lambda w: w.reason,
                       "wrapped", below=True),
                Column(pgettext_lazy("column", "Unit named instead"), 24,
                       lambda w: w.better_unit, "unit", below=True),
                Column(pgettext_lazy("column", "Why no unit is named"), 30,
                       lambda w: w.owner_unknown, "wrapped", below=True),
            ),
            parts=_ways,
            stays=_("Whose a problem is, is decided on its own page, with a reason; the decision "
                    "is final and is no entry of a sheet."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _given_back(actor: Actor, get: QueryDict) -> QuerySet[Referral]:
    rows = queries.given_back(actor)
    if number := get.get("number", "")[:40]:
        rows = rows.filter(problem_id=Problem.id_of(number) or 0)
    return rows.order_by("-gone_at", "-pk")  # type: ignore[misc]  # annotated


def _told(actor: Actor, ways: list[Referral]) -> list[queries.GivenBack]:
    return queries.told_of(ways, actor)


def _how(one: queries.GivenBack) -> str:
    return gettext("the office took it back") if one.taken else gettext("the unit gave it back")


def _stands(one: queries.GivenBack) -> str:
    """How the problem stands now, as far as it is the reader's business."""
    return one.way.problem.get_state_display() if one.now else gettext("no longer ours")


def _decided(one: queries.GivenBack) -> str:
    return str(queries.DECISIONS[Decision(one.link.root.decision)].word) if one.link else ""


GIVEN_BACK = Listing(
    "escalation_given_back",
    _("Given back"),
    _given_back,
    [
        Sheet(
            _("Given back"),
            (
                Column(pgettext_lazy("column", "Number"), 16, lambda o: o.way.problem.number),
                Column(pgettext_lazy("column", "Problem"), 40, lambda o: o.way.problem.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "How it went"), 16, _how),
                Column(pgettext_lazy("column", "Given back by"), 24, lambda o: o.way.unit,
                       "unit"),
                Column(pgettext_lazy("column", "Given back on"), 17,
                       lambda o: o.way.recalled_at if o.taken else o.way.returned_at, "moment"),
                Column(pgettext_lazy("column", "Reason"), 44, lambda o: o.way.reason, "wrapped"),
                Column(pgettext_lazy("column", "Unit named instead"), 24,
                       lambda o: o.way.better_unit, "unit"),
                Column(pgettext_lazy("column", "How it stands now"), 14, _stands),
                Column(pgettext_lazy("column", "With whom it is now"), 24, lambda o: o.now,
                       "unit"),
                Column(pgettext_lazy("column", "Root raised before, with"), 24,
                       lambda o: o.link.root.unit if o.link else None, "unit"),
                Column(pgettext_lazy("column", "What was decided on the root"), 16, _decided),
            ),
            of=_told,
            stays=_("What was given back, and why, is on record for good. Give a problem back on "
                    "its own page."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _passing(actor: Actor, get: QueryDict) -> list[Rated]:
    asked = figures.ask(actor, unit=get.get("unit", "")[:40])
    return [Rated(one.unit, one.figures) for one in queries.passing(asked)]


PASSING = Listing(
    "escalation_passing",
    _("Passed around"),
    _passing,
    [rated(_("Passed around"), queries.PASSING)],
    (Permission.SEE_FIGURES,),
)


def _departments(actor: Actor, get: QueryDict) -> list[Rated]:
    del get  # the page narrows nothing
    return [Rated(unit, values) for unit, values in queries.departments(actor)]


DEPARTMENTS = Listing(
    "escalation_departments",
    _("Departments"),
    _departments,
    [rated(_("Departments"), queries.RATES)],
    (Permission.SEE_FIGURES,),
)


def _summonses(actor: Actor, get: QueryDict) -> QuerySet[Summons]:
    return queries.summonses(actor, words_of(get)).order_by("-pk")


def _standing(summons: Summons) -> str:
    return str(queries.STANDINGS[summons.standing].word)


SUMMONSES = Listing(
    "escalation_summonses",
    _("Called departments"),
    _summonses,
    [
        Sheet(
            _("Called departments"),
            (
                Column(pgettext_lazy("column", "Call"), 16, lambda s: s.call.number),
                Column(pgettext_lazy("column", "Number of the problem"), 16,
                       lambda s: s.call.problem.number),
                Column(pgettext_lazy("column", "Problem"), 40, lambda s: s.call.problem.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "Called department"), 24, lambda s: s.unit,
                       "unit"),
                Column(pgettext_lazy("column", "How it stands"), 18, _standing),
                Column(pgettext_lazy("column", "Replied on"), 17, lambda s: s.answered_at,
                       "moment"),
                Column(pgettext_lazy("column", "On site"), 17, lambda s: s.arrived_at, "moment"),
                Column(pgettext_lazy("column", "Called by"), 24, lambda s: s.call.unit, "unit"),
            ),
            stays=_("The list “Joint calls” says the same of each call and comes back with the "
                    "caller's grades. Export that one."),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (ARBITRATION, GIVEN_BACK, PASSING, DEPARTMENTS, SUMMONSES)
