"""The ledger's figures: each defined once, with the recount that checks it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from xiaohao.figures.queries import Kind, Metric, as_key, declare
from xiaohao.kernel import clock
from xiaohao.ledger.models import OPEN, Problem, State, Withdrawal, Word
from xiaohao.ledger.rules import MOST_RETURNS
from xiaohao.trail.models import Event

PROBLEM, WORD = "ledger.problem", "ledger.word"
PROBLEMS, REPORTERS = _("problems"), _("reporters")

NO_DAY = Value(None, output_field=DateField())


def _moves(
    *kinds: str, told: tuple[str, ...] = (), stands: bool = True, **data: str
) -> Callable[[], QuerySet[Any, Any]]:
    """One row per move of these kinds on the trail, at the unit where it was counted.

    Args:
        told: what else of the event each row says, e.g. its moment `at`.
        stands: leave out problems whose registration was taken back: they count nowhere.
        data: what the event must carry.
    """

    def recount() -> QuerySet[Any, Any]:
        problem = Problem.objects.filter(pk=OuterRef("thing_id")).order_by()
        wanted = {f"data__{name}": value for name, value in data.items()}
        rows = Event.objects.filter(label=PROBLEM, kind__in=kinds, **wanted).order_by()
        if stands:
            gone = Withdrawal.objects.filter(problem=OuterRef("thing_id")).order_by()
            rows = rows.filter(~Exists(gone))
        return rows.annotate(
            counted_at=Cast(KT("data__counted_at"), BigIntegerField()),
            category=Subquery(problem.values("category_id")[:1]),
            channel=Subquery(problem.values("channel")[:1]),
            source=Subquery(problem.values("source")[:1]),
            programme=Subquery(problem.values("programme_id")[:1]),
        ).values_list(
            "thing_id", "counted_at", "category", "channel", NO_DAY, "source", "programme", *told
        )

    return recount


def _placed(*told: str) -> QuerySet[Any, Any]:
    """One row per closing of a problem that said where it was.

    Closings tell it themselves; for those of before it is asked of the problem as it stands.
    """
    rows = _moves("close", told=told)()
    known = Problem.objects.filter(pk=OuterRef("thing_id")).placed().order_by()
    before = ~Q(data__has_key="placed") & Exists(known)
    return rows.filter(Q(data__placed=True) | before)


def _standing(*, dated: bool = False, **where: Any) -> Callable[[], QuerySet[Any, Any]]:
    """One row per problem that stands so now."""

    def recount() -> QuerySet[Any, Any]:
        rows = Problem.objects.filter(**where).order_by()
        unit = Case(
            When(state=State.ARBITRATION.value, then="arbiter_id"),
            default=Coalesce("unit_id", "origin_unit_id"),
        )
        due = F("deadline") if dated else NO_DAY
        return rows.annotate(counted_at=unit).values_list(
            "id", "counted_at", "category_id", "channel", due, "source", "programme_id"
        )

    return recount


def _took(*told: str) -> QuerySet[Any, Any]:
    """One row per closing, with the calendar days since the problem came in."""
    problem = Problem.objects.filter(pk=OuterRef("thing_id")).order_by()
    rows = Event.objects.filter(label=PROBLEM, kind="close").order_by()
    came = Subquery(problem.values("received_at")[:1], output_field=DateTimeField())
    days = TruncDate("at", tzinfo=clock.ZONE) - TruncDate(came, tzinfo=clock.ZONE)
    return rows.annotate(
        counted_at=Cast(KT("data__counted_at"), BigIntegerField()),
        category=Subquery(problem.values("category_id")[:1]),
        channel=Subquery(problem.values("channel")[:1]),
        took=ExpressionWrapper(Value(as_key(0)) + days, DateTimeField()),
        source=Subquery(problem.values("source")[:1]),
        programme=Subquery(problem.values("programme_id")[:1]),
    ).values_list(
        "thing_id", "counted_at", "category", "channel", "took", "source", "programme", *told
    )


def _words(
    *, satisfied: bool = False, said: str = "answer", **where: Any
) -> Callable[[], QuerySet[Any, Any]]:
    """One row per word asked or given, at the unit that had the problem at that time."""

    def recount() -> QuerySet[Any, Any]:
        event = Event.objects.filter(label=WORD, kind=said, thing_id=OuterRef("pk")).order_by()
        rows = Word.objects.filter(**where).order_by()
        if said == "answer":
            rows = rows.exclude(answer="")
        if satisfied:
            for grade in ("response", "result", "attitude"):
                rows = rows.exclude(**{grade: "bad"})
        return rows.annotate(
            counted_at=Cast(
                Subquery(event.annotate(at_unit=KT("data__counted_at")).values("at_unit")[:1]),
                BigIntegerField(),
            )
        ).values_list(
            "id", "counted_at", "problem__category_id", "problem__channel", NO_DAY,
            "problem__source", "problem__programme_id",
        )  # fmt: skip

    return recount


def _words_borne(problem: int) -> list[tuple[int, int, dt.date]]:
    """Each word on that problem, with the unit and day at which it was asked for or given."""
    words = Word.objects.filter(problem=problem).order_by().values_list("pk", flat=True)
    events = Event.objects.filter(label=WORD, thing_id__in=list(words)).order_by()
    seen = events.annotate(where=Cast(KT("data__counted_at"), BigIntegerField()))
    rows = seen.values_list("thing_id", "where", "at")
    return [(key, where, clock.local_day(at)) for key, where, at in rows if where]


def _flow(key: str, name: Any, definition: Any, *kinds: str, **more: Any) -> Metric:
    data = {**more.pop("data", {}), "stands": more.pop("stands", True)}
    more.setdefault("recount", _moves(*kinds, **data))
    more.setdefault("history", _moves(*kinds, told=("at",), **data))
    return Metric(
        key=f"ledger.{key}",
        name=name,
        definition=definition,
        kind=Kind.FLOW,
        noun=PROBLEMS,
        thing=PROBLEM,
        records_url="ledger_list",
        sourced=True,
        **more,
    )


def _stock(key: str, name: Any, definition: Any, **more: Any) -> Metric:
    where = more.pop("where")
    return Metric(
        key=f"ledger.{key}",
        name=name,
        definition=definition,
        kind=Kind.STOCK,
        noun=PROBLEMS,
        thing=PROBLEM,
        records_url="ledger_list",
        recount=_standing(dated=more.get("dated", False), **where),
        sourced=True,
        **more,
    )


def _word(key: str, name: Any, definition: Any, **where: Any) -> Metric:
    return Metric(
        key=f"ledger.{key}",
        name=name,
        definition=definition,
        kind=Kind.FLOW,
        noun=REPORTERS,
        thing=WORD,
        bears=PROBLEM,
        borne=_words_borne,
        records_url="ledger_words",
        recount=_words(**where),
        sourced=True,
        public=True,
    )


def declare_all() -> None:
    """Put the ledger's metrics into the registry."""
    declare(*_road(), *_passing(), *_checks(), *_times(), *_stocks(), *_words_and_rates())


def _road() -> list[Metric]:
    """What happens to problems on their way."""
    return [
        _flow("registered", _("registered"), _("Problems put on the ledger."), "register",
              public=True),
        _flow("referred", _("referred"), _("Problems handed to a unit for the first time."),
              "refer", data={"first": True}),
        _flow("referred_same_day", _("referred the same day"),
              _("Problems handed to a unit on the working day on which they came in."),
              "refer", data={"same_day": True}),
        _flow("accepted", _("accepted"), _("Referrals that the unit took on."), "accept"),
        _flow("returned", _("returned"), _("Referrals that the unit gave back as not its own."),
              "return", smaller_is_better=True),
        _flow("reported", _("reported fixed"), _("Times a unit's leader reported a fix."),
              "report", "spot"),
        _flow("spot", _("fixed on the spot"),
              _("Problems put right where they were found, with evidence, and sent to a check."),
              "spot"),
        _flow("verified", _("verified"), _("Fixes confirmed by a post of another unit."), "pass"),
        _flow("failed", _("failed the check"), _("Fixes that a post of another unit rejected."),
              "fail", smaller_is_better=True),
        _flow("closed", _("closings"),
              _("Closings: every measure proven, independently checked, the citizen heard."),
              "close"),
        _flow("closed_solved", _("closed as solved"),
              _("Closings in which every reporter said that it is solved."), "close",
              data={"closing": "solved"}),
        _flow("closed_no_answer", _("closed without answer"),
              _("Closings in which a reporter was asked and stayed silent; never satisfied."),
              "close", data={"closing": "no_answer"}, smaller_is_better=True),
        _flow("closed_without_reporter", _("closed, nobody to ask"),
              _("Closings of problems that no citizen had reported."), "close",
              data={"closing": "no_reporter"}),
        _flow("closed_placed", _("closings at a known place"),
              _("Closings of problems with a category and a known place, in words or as a village, "
                "community, school or hospital: those of which a relapse can be recognised."),
              recount=_placed, history=lambda: _placed("at")),
        _flow("reopened", _("reopened"), _("Problems that came back because they were not fixed."),
              "reopen", "not_solved", smaller_is_better=True),
        _flow("merged", _("merged"), _("Problems that turned out to be another one."), "merge"),
        _flow("withdrawn", _("registrations withdrawn"),
              _("Problems whose registration the office that made it took back as a mistake, "
                "with its reason. They count as neither registered nor struck off."),
              "withdraw", stands=False, smaller_is_better=True),
        _flow("extended", _("extended"), _("Times more time was granted."), "grant_extension",
              smaller_is_better=True),
    ]  # fmt: skip


def _passing() -> list[Metric]:
    """How problems are passed from one unit to another, and upwards."""
    return [
        _flow("handed", _("handed over"), _("Times a problem was handed to the unit."),
              "refer", "arbitrate"),
        _flow("arbitrated", _("decided by arbitration"),
              _("Problems given to the unit by the common superior after two returns."),
              "arbitrate"),
        _flow("overruled", _("returned wrongly"),
              _("Problems that the unit had returned and that arbitration gave back to it."),
              "arbitrate", data={"overruled": True}, smaller_is_better=True),
        _flow("recalled", _("taken back by the office"),
              _("Times the office took a problem back from a unit that had not accepted it yet. "
                "It counts with the office that has it again, and not as a return of the unit."),
              "recall", smaller_is_better=True),
        _flow("pointed_above", _("root said to lie higher"),
              _("Times the unit said that the root of a problem lies higher."), "point_above"),
        _flow("fixed_above", _("fixed above"),
              _("Problems to which the proof of a fix at their root was brought."), "fixed_above"),
        Metric(key="ledger.return_rate", name=_("return rate"), kind=Kind.RATIO,
               definition=_("Of the times a problem was handed to the unit, the share it gave "
                            "back as not its own."),
               numerator="ledger.returned", denominator="ledger.handed", smaller_is_better=True,
               noun=_("times"), warn=0.1, alarm=0.2, thing=PROBLEM, records_url="ledger_list"),
    ]  # fmt: skip


def _checks() -> list[Metric]:
    """How the first independent check of each problem went."""
    return [
        _flow("checked_first", _("first checks"),
              _("Problems whose fix was checked by another unit for the first time."),
              "pass", "fail", data={"first": True}),
        _flow("verified_first", _("verified at first try"),
              _("Problems whose fix passed the first check by another unit."),
              "pass", data={"first": True}),
        Metric(key="ledger.first_try_rate", name=_("verified at first try"), kind=Kind.RATIO,
               definition=_("Of the problems checked for the first time, the share that passed."),
               numerator="ledger.verified_first", denominator="ledger.checked_first",
               noun=PROBLEMS, warn=0.9, alarm=0.8, records_url="ledger_list"),
    ]  # fmt: skip


def _times() -> list[Metric]:
    """How long it took."""
    days, half, most = "ledger.days_to_fix", 0.5, 0.9
    return [
        Metric(key=days, name=_("closings by days to fix"), kind=Kind.SPREAD, noun=PROBLEMS,
               definition=_("Closings, each with the calendar days from the day the problem came "
                            "in to the day it was struck off; a later closing counts again."),
               thing=PROBLEM, records_url="ledger_list", recount=_took,
               history=lambda: _took("at"),
               sourced=True),
        Metric(key=f"{days}_median", name=_("days to fix, median"), kind=Kind.QUANTILE, of=days,
               definition=_("So many calendar days within which half of the closings came, from "
                            "the day the problem came in. Weekends and holidays count: the "
                            "citizen waits through them."),
               share=half, noun=PROBLEMS, smaller_is_better=True, warn=22, alarm=31,
               records_url="ledger_list", public=True),
        Metric(key=f"{days}_p90", name=_("days to fix, nine in ten"), kind=Kind.QUANTILE, of=days,
               definition=_("So many calendar days within which nine of ten closings came, from "
                            "the day the problem came in."),
               share=most, noun=PROBLEMS, smaller_is_better=True, warn=31, alarm=61,
               records_url="ledger_list", public=True),
    ]  # fmt: skip


def _stocks() -> list[Metric]:
    """How problems stand."""
    is_open = {"state__in": sorted(OPEN)}
    return [
        _stock("open", _("open"), _("Problems on the ledger, not struck off, merged or withdrawn."),
               where=is_open, smaller_is_better=True),
        _stock("done", _("struck off"), _("Problems that are struck off and have not come back."),
               where={"state": State.CLOSED.value}, public=True),
        _stock("in_arbitration", _("in arbitration"),
               _("Problems that were returned twice and wait for the common superior's word."),
               where={"state": State.ARBITRATION.value}, smaller_is_better=True),
        _stock("due", _("with a deadline"), _("Open problems by the day they are due."),
               where={**is_open, "deadline__isnull": False}, dated=True),
        _stock("ping_pong", _("handed to and fro"),
               _("Open problems that units have given back as not their own at least twice."),
               where={**is_open, "returns__gte": MOST_RETURNS}, smaller_is_better=True),
        Metric(key="ledger.overdue", name=_("overdue"), kind=Kind.WINDOW, of="ledger.due",
               definition=_("Open problems whose deadline's day has passed."),
               window=(None, -1), smaller_is_better=True, warn=1, alarm=1, thing=PROBLEM,
               noun=PROBLEMS, records_url="ledger_list"),
        Metric(key="ledger.due_soon", name=_("due within 3 days"), kind=Kind.WINDOW,
               of="ledger.due",
               definition=_("Open problems due today or in the next three days."),
               window=(0, 3), smaller_is_better=True, thing=PROBLEM, noun=PROBLEMS,
               records_url="ledger_list"),
    ]  # fmt: skip


def _words_and_rates() -> list[Metric]:
    """What the citizens say, and shares."""
    return [
        _word("asked", _("asked"), _("Reporters who were asked whether a fix is real."),
              said="ask"),
        _word("graded_response", _("graded the response"),
              _("Reporters who answered and graded how they were responded to."),
              response__gt=""),
        _word("responded", _("content with the response"),
              _("Reporters who graded the response as good or fair."),
              response__in=("good", "fair")),
        _word("answered", _("answered"), _("Reporters who gave their word on a fix.")),
        _word("answered_solved", _("answered: solved"),
              _("Reporters who said that it is solved."), answer="solved"),
        _word("satisfied", _("satisfied"),
              _("Reporters who said “solved” and gave no bad grade; silence never counts."),
              answer="solved", satisfied=True),
        Metric(key="ledger.answer_rate", name=_("answer rate"), kind=Kind.RATIO,
               definition=_("Of the reporters who were asked, the share who have answered; the "
                            "other rates speak for these alone."),
               numerator="ledger.answered", denominator="ledger.asked",
               noun=REPORTERS, records_url="ledger_words", public=True),
        Metric(key="ledger.response_rate", name=_("response rate"), kind=Kind.RATIO,
               definition=_("Of the reporters who graded the response, the share who called it "
                            "good or fair."),
               numerator="ledger.responded", denominator="ledger.graded_response", noun=REPORTERS,
               warn=0.9, alarm=0.8, records_url="ledger_words", public=True),
        Metric(key="ledger.solved_rate", name=_("solved"), kind=Kind.RATIO, noun=REPORTERS,
               definition=_("Of the reporters who answered, the share who said “solved”."),
               numerator="ledger.answered_solved", denominator="ledger.answered",
               warn=0.9, alarm=0.8, records_url="ledger_words", public=True),
        Metric(key="ledger.satisfaction", name=_("satisfaction"), kind=Kind.RATIO, noun=REPORTERS,
               definition=_("Of the reporters who answered, the share who are satisfied."),
               numerator="ledger.satisfied", denominator="ledger.answered",
               warn=0.9, alarm=0.8, records_url="ledger_words", public=True),
        Metric(key="ledger.same_day_rate", name=_("referred the same day"), kind=Kind.RATIO,
               noun=PROBLEMS,
               definition=_("Of the problems referred, the share referred the working day they "
                            "came in."),
               numerator="ledger.referred_same_day", denominator="ledger.referred",
               warn=0.95, alarm=0.9, records_url="ledger_list", public=True),
    ]  # fmt: skip
