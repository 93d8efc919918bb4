"""One move of many problems: choose, look at what will and will not be done and why, do it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.paging import ordering
from xiaohao.ledger import actions
from xiaohao.ledger.forms import BulkForm
from xiaohao.ledger.models import Bulk, BulkRow, Problem
from xiaohao.ledger.more_time import asked_of
from xiaohao.ledger.narrowing import filters_of, listed, order_of, ordered
from xiaohao.ledger.rules import MOVES
from xiaohao.ledger.wording import MOVE_NAMES
from xiaohao.people.queries import ActingRequest, gate, require

INLINE = 30  # problems that are done while the browser waits
SHOWN = 200  # rows of each kind on the page


@gate(Permission.SEE_LEDGER)
def ledger_bulk(request: ActingRequest) -> HttpResponse:
    """Take a selection from a list; only takes what is sent."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    query = actions.kept_query(request.POST.get("query", ""))
    back = f"{reverse('ledger_list')}?{query}" if query else reverse("ledger_list")
    try:
        chosen = _chosen(actor, request.POST, query)
        bulk = actions.select(by=actor, move=request.POST.get("move", ""), problems=chosen)
    except Refused as refused:
        for one in refused.unmet:
            messages.error(request, str(one.message))
        return redirect(back)
    return redirect(f"{reverse('ledger_bulk_one', args=[bulk.pk])}?{_from(query)}")


def _from(query: str) -> str:
    kept = QueryDict(mutable=True)
    kept["from"] = query
    return kept.urlencode()


def _chosen(actor: Actor, post: Any, query: str) -> Sequence[Problem]:
    """The problems ticked, or all that the list holds, in the order of the list."""
    get = QueryDict(query)
    _sort, order = order_of(get.get("sort", ""))
    rows = ordered(listed(actor, filters_of(actor, get)), order)
    rows = rows.order_by(*ordering(order.keys, order.nullable))
    if not post.get("all"):
        numbers = post.getlist("number")[: actions.MOST + 1]
        rows = rows.filter(pk__in=[Problem.id_of(number) or 0 for number in numbers])
    return list(rows[: actions.MOST + 1])


@gate(Permission.SEE_LEDGER)
def ledger_bulk_one(request: ActingRequest, key: int) -> HttpResponse:
    """The look before, the progress, and what became of each."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    bulk = _find(actor, key)
    if request.method == "POST":
        return _posted(request, actor, bulk)
    if bulk.stage == Bulk.Stage.DRAFT:
        return _look(request, actor, bulk)
    if bulk.stage == Bulk.Stage.RUNNING:
        return render(request, "ledger/bulk_running.html", _context(request, bulk) | _done(bulk))
    return _result(request, bulk)


def _find(actor: Actor, key: int) -> Bulk:
    bulk = Bulk.objects.of(actor).filter(pk=key).first()
    if bulk is None or bulk.move not in MOVES:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    return bulk


def _context(request: ActingRequest, bulk: Bulk) -> dict[str, Any]:
    query = actions.kept_query(request.GET.get("from", ""))
    back = f"{reverse('ledger_list')}?{query}" if query else reverse("ledger_list")
    label = _(MOVE_NAMES[bulk.move])
    return {
        "bulk": bulk,
        "label": label,
        "back": back,
        "crumbs": [(_("Ledger"), back), (label, None)],
    }


def _problems(actor: Actor, bulk: Bulk) -> tuple[list[Problem], dict[int, int], int]:
    """The problems in order, the version looked at of each, and how many are out of sight now."""
    versions = dict(bulk.rows.order_by("id").values_list("problem_id", "version"))
    seen = Problem.objects.visible_to(actor).filter(pk__in=versions)
    rows = seen.select_related("unit", "programme").defer("search", "text")
    found = {problem.pk: problem for problem in rows.order_by("pk")}
    return [found[key] for key in versions if key in found], versions, len(versions) - len(found)


def _look(
    request: ActingRequest,
    actor: Actor,
    bulk: Bulk,
    form: BulkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    problems, versions, gone = _problems(actor, bulk)
    given: Mapping[str, Any] = form.given() if form and form.is_valid() else bulk.given
    preview = actions.look(
        by=actor, move=bulk.move, problems=problems, given=given, versions=versions
    )
    if form is None:
        form = BulkForm(MOVES[bulk.move], problems[0] if problems else None, initial=bulk.given)
    elif status != 200:  # noqa: PLR2004 (something was refused)
        form.take(preview.trouble)
    context = _context(request, bulk) | {
        "form": form,
        "will": _asking(bulk, preview.will[:SHOWN]),
        "will_count": len(preview.will),
        "will_not": preview.will_not[:SHOWN],
        "will_not_count": len(preview.will_not) + gone,
        "gone": gone,
        "reasons": _reasons([one.unmet for one in preview.will_not]),
        "stale": any(one.stale for one in preview.will_not),
    }
    return render(request, "ledger/bulk.html", context, status=status)


def _asking(bulk: Bulk, will: Sequence[actions.Verdict]) -> list[tuple[actions.Verdict, Any]]:
    """Each that would be done, with what is asked where that is granted."""
    granted = bulk.move == "grant_extension"
    asked = asked_of([one.problem for one in will]) if granted else {}
    return [(one, asked.get(one.problem.pk)) for one in will]


def _reasons(unmet: Iterable[Sequence[Unmet]]) -> list[tuple[str, int]]:
    """Each reason in words and for how many problems it holds, the commonest first."""
    told = Counter(str(one.message) for needs in unmet for one in needs)
    return told.most_common()


def _posted(request: ActingRequest, actor: Actor, bulk: Bulk) -> HttpResponse:
    address = f"{reverse('ledger_bulk_one', args=[bulk.pk])}?{request.GET.urlencode()}"
    if bulk.stage == Bulk.Stage.DONE and request.POST.get("do") == "again":
        return _again(request, actor, bulk)
    if bulk.stage != Bulk.Stage.DRAFT:
        return redirect(address)  # a second click
    problems, versions, _gone = _problems(actor, bulk)
    form = BulkForm(MOVES[bulk.move], problems[0] if problems else None, request.POST)
    if not form.is_valid():
        return _look(request, actor, bulk, form, 422)
    given = form.given()
    if request.POST.get("do") == "look":
        actions.give(bulk=bulk, given=given, fresh=True)
        return redirect(address)
    preview = actions.look(
        by=actor, move=bulk.move, problems=problems, given=given, versions=versions
    )
    if preview.trouble or not preview.will:
        return _look(request, actor, bulk, form, 422)
    actions.give(bulk=bulk, given=given)
    _start(actor, bulk, len(versions))
    return redirect(address)


def _start(actor: Actor, bulk: Bulk, count: int) -> None:
    """A few are done at once; many as a job, which a page looks after."""
    with transaction.atomic():
        begun = actions.begin(by=actor, bulk=bulk)
        if begun and count > INLINE:
            app.configure_task("ledger.bulk", lock=f"ledger.bulk.{bulk.pk}").defer(key=bulk.pk)
    if begun and count <= INLINE:
        actions.carry_out(bulk=bulk)


def _again(request: ActingRequest, actor: Actor, bulk: Bulk) -> HttpResponse:
    """A new look at those that were not done, as they stand now."""
    left = bulk.rows.exclude(outcome=BulkRow.Outcome.DONE).values("problem_id")
    problems = list(Problem.objects.visible_to(actor).filter(pk__in=left).order_by("pk"))
    try:
        fresh = actions.select(by=actor, move=bulk.move, problems=problems)
    except Refused as refused:
        for one in refused.unmet:
            messages.error(request, str(one.message))
        return redirect("ledger_bulk_one", bulk.pk)
    actions.give(bulk=fresh, given=bulk.given)
    return redirect(f"{reverse('ledger_bulk_one', args=[fresh.pk])}?{request.GET.urlencode()}")


def _done(bulk: Bulk) -> dict[str, int]:
    waiting = bulk.rows.filter(outcome=BulkRow.Outcome.WAITING).count()
    total = bulk.rows.count()
    return {"done": total - waiting, "total": total}


def _result(request: ActingRequest, bulk: Bulk) -> HttpResponse:
    rows = list(bulk.rows.select_related("problem__unit").defer("problem__search", "problem__text"))
    done = [row for row in rows if row.outcome == BulkRow.Outcome.DONE]
    left = [row for row in rows if row.outcome != BulkRow.Outcome.DONE]
    context = _context(request, bulk) | {
        "done": done[:SHOWN],
        "done_count": len(done),
        "left": left[:SHOWN],
        "left_count": len(left),
    }
    return render(request, "ledger/bulk_result.html", context)


@gate(Permission.SEE_LEDGER)
def ledger_bulk_progress(request: ActingRequest, key: int) -> HttpResponse:
    """How far it is: asked for every second; leads on when it is done."""
    bulk = _find(require(request.actor, Permission.SEE_LEDGER), key)
    if bulk.stage == Bulk.Stage.RUNNING:
        return render(request, "ledger/_bulk_progress.html", _done(bulk))
    address = reverse("ledger_bulk_one", args=[bulk.pk])
    return HttpResponse(headers={"HX-Redirect": f"{address}?{request.GET.urlencode()}"})
