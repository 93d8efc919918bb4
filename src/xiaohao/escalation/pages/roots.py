"""Root causes: the list, one of them with its test and its cases, and what is decided."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaohao.escalation import actions, queries
from xiaohao.escalation.forms import CaseForm, ClaimForm, ReasonForm
from xiaohao.escalation.models import Decision, Link, Root
from xiaohao.escalation.wording import DECISIONS, EVENTS
from xiaohao.figures.queries import behind, tally
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.queries import find
from xiaohao.people.queries import happened_since, has_anybody
from xiaohao.trail.queries import told
from xiaohao.units.models import Unit
from xiaohao.units.queries import named

PAGE = 50
TABS = ("", "mine", "open", "claimed", "below")
DEEDS = ("claim", "decline", "add", "part")


@gate(Permission.SEE_LEDGER)
def escalation_roots(request: GatedRequest) -> HttpResponse:
    """What was put to units above, by whom, and what they made of it."""
    actor, tab = request.actor, request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    rows = queries.listed(actor, tab)
    figure = bool(request.GET.get("figure"))
    if figure:
        rows = rows.filter(pk__in=behind(actor, {k: str(request.GET[k]) for k in request.GET}).ids)
    page = take(rows, ("-id",), request.GET.get("cursor"), PAGE)
    context = {
        "page": page,
        "tabs": _tabs(tab, queries.waiting_counts(actor)),
        "tally": tally(actor, request.GET, rows),
        "looks": DECISIONS,
        "rows": [(root, DECISIONS[Decision(root.decision)]) for root in page.items],
        "last": queries.last_look(),
        "names": _decliners(page.items),
        "figure": figure,
    }
    return render(request, "escalation/roots.html", context)


def _tabs(current: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    words = {
        "": _("All"),
        "mine": _("Ours to decide"),
        "open": _("To be decided"),
        "claimed": _("Claimed"),
        "below": _("Declined below"),
    }
    return [
        {
            "label": words[tab],
            "href": f"?tab={tab}" if tab else "?",
            "current": tab == current,
            "count": counts.get(tab) or None,
        }
        for tab in TABS
    ]


def _decliners(roots: list[Root]) -> dict[int, str]:
    keys = {word["unit"] for root in roots for word in root.declined}
    return {unit.pk: unit.shown for unit in Unit.objects.filter(pk__in=keys).order_by("pk")}


@gate(Permission.SEE_LEDGER)
def escalation_root(request: GatedRequest, key: int) -> HttpResponse:
    """One root: why it lies there, what the test found, its cases, what may be decided."""
    return _shown(request, queries.find_root(request.actor, key))


def _shown(request: GatedRequest, root: Root, status: int = 200, **forms: Any) -> HttpResponse:
    actor = request.actor
    cases = queries.cases_of(root, actor)
    places = queries.places_named(root)
    seen = {"version": root.version}
    has = root.unit_id == actor.unit_id and (
        queries.may_decline(root, actor) or root.decision != Decision.OPEN
    )
    context = {
        "root": root,
        "crumbs": [(_("Root causes"), reverse("escalation_roots")), (root.title[:20],)],
        "look": DECISIONS[Decision(root.decision)],
        "links": cases.shown,
        "others": cases.others,
        "standing": cases.standing,
        "brought": cases.brought,
        "test": _test(root),
        "names": _decliners([root]),
        "declined": [{**word, "at": parse_datetime(word["at"])} for word in root.declined],
        "may_claim": queries.may_claim(root, actor),
        "may_decline": queries.may_decline(root, actor),
        "has": has and root.decision not in {Decision.DECLINED, Decision.RECALLED},
        "like": queries.like_cases(root, actor) if has else [],
        "named": places,
        "claim": ClaimForm(initial={**seen, "unit": _named_below(places, actor)}),
        "decline": ReasonForm(initial=seen),
        "add": CaseForm(),
        "events": told("escalation.root", root.pk, EVENTS),
        "unmet": (),
        "stale": None,
        **forms,
    }
    return render(request, "escalation/root.html", context, status=status)


def _named_below(places: Sequence[tuple[Unit, int]], actor: Actor) -> str:
    """The code of the unit below the actor's that most of the cases name; empty for none."""
    below = (unit for unit, _count in places if unit.pk != actor.unit_id and not unit.closed_on)
    return next((unit.code for unit in below if actor.covers(unit.path)), "")


def _test(root: Root) -> dict[str, Any] | None:
    """The test's figures with the names of its units; None where a unit said so."""
    if root.scan is None:
        return None
    rows = root.scan["rows"]
    keys = [row["unit"] for row in rows]
    units = Unit.objects.in_bulk(keys)
    most = max((row["alike"] for row in rows), default=0)
    return {
        **root.scan,
        "p_text": _small(root.scan["p"]),
        "threshold_text": _small(root.scan["threshold"]),
        "rows": [
            {**row, "unit": units.get(row["unit"]), "share": row["alike"] / most if most else 0}
            for row in rows
        ],
    }


def _small(value: float) -> str:
    """A small probability as people read it: 0.00042, or 3.1 × 10⁻⁷."""
    if value == 0:
        return "< 10⁻³⁰⁰"
    power = math.floor(math.log10(value))
    if power >= -4:  # noqa: PLR2004 (four noughts are still read at a glance)
        return f"{value:.{2 - power}f}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10**power:.1f} × 10{raised}"


@gate(Permission.SEE_LEDGER)
@require_POST
def escalation_root_do(request: GatedRequest, key: int, deed: str) -> HttpResponse:
    """Claim, decline, add a case, part one; nothing typed is lost."""
    root = queries.find_root(request.actor, key)
    if deed not in DEEDS:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    done: Callable[[GatedRequest, Root], HttpResponse] = {
        "claim": _claim,
        "decline": _decline,
        "add": _add,
        "part": _part,
    }[deed]
    return done(request, root)


def _claim(request: GatedRequest, root: Root) -> HttpResponse:
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _shown(request, root, 422, claim=form)
    given = form.cleaned_data
    try:
        unit = named(given["unit"], within=request.actor.unit_path) if given["unit"] else None
        if unit is not None and not given["despite"] and not has_anybody(unit):
            form.ask_again(unit.shown)
            return _shown(request, root, 422, claim=form)
        problem = actions.claim(
            root=root,
            by=request.actor,
            version=given["version"],
            text=given["text"],
            title=given["title"],
            unit=unit,
            deadline=given["deadline"],
        )
    except Answer as said:
        return _refused(request, root, said, form, "claim")
    text = _("Claimed: it stands on the ledger as %(number)s.") % {"number": problem.number}
    messages.success(request, text)
    return redirect("escalation_root", root.pk)


def _decline(request: GatedRequest, root: Root) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _shown(request, root, 422, decline=form)
    given = form.cleaned_data
    try:
        actions.decline(
            root=root, by=request.actor, reason=given["reason"], version=given["version"]
        )
    except Answer as said:
        return _refused(request, root, said, form, "decline")
    messages.success(request, _told_next(root))
    return redirect("escalation_root", root.pk)


def _told_next(root: Root) -> str:
    above = Unit.objects.filter(pk=root.risen_to or 0).first()
    if above is None:
        return _("Declined. Nobody stands above to be asked.")
    return _("Declined. %(unit)s is asked next, with your reason.") % {"unit": above.shown}


def _add(request: GatedRequest, root: Root) -> HttpResponse:
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _shown(request, root, 422, add=form)
    try:
        problem = find(request.actor, form.cleaned_data["number"])
        actions.add_case(root=root, by=request.actor, problem=problem)
    except Answer as said:
        form.add_error("number", " ".join(str(one.message) for one in said.unmet))
        return _shown(request, root, 422, add=form)
    messages.success(request, _("%(number)s waits for this root.") % {"number": problem.number})
    return redirect("escalation_root", root.pk)


def _part(request: GatedRequest, root: Root) -> HttpResponse:
    typed = request.POST.get("link", "")
    link = Link.objects.filter(root=root, pk=int(typed) if typed.isdecimal() else 0).first()
    if link is None:
        raise NotFound([Unmet("not_found", _("This case does not belong to the root."))])
    try:
        actions.part(link=link, by=request.actor, reason=request.POST.get("reason", ""))
    except Answer as said:
        return _shown(request, root, said.status, unmet=said.unmet)
    messages.success(request, _("Parted from this root."))
    return redirect("escalation_root", root.pk)


def _refused(request: GatedRequest, root: Root, said: Answer, form: Any, name: str) -> HttpResponse:
    if isinstance(said, Stale):
        fresh = queries.find_root(request.actor, root.pk)
        typed = [(f.label, str(f.value())) for f in form.visible_fields() if f.value()]
        return _shown(request, fresh, 409, stale=changed(said, typed))
    rest = form.take(said.unmet)
    return _shown(request, root, said.status, unmet=rest, **{name: form})


def changed(said: Stale, kept: list[tuple[Any, str]]) -> dict[str, Any]:
    """What happened meanwhile, and what had been typed, as the component shows it."""
    changes = happened_since(said.changes, EVENTS)
    return {"changes": changes, "kept": kept, "version": said.version}


def root_address(root: Root) -> str:
    """Where the root stands."""
    return reverse("escalation_root", args=[root.pk])


def decides(root: Root, actor: Actor) -> bool:
    """Whether it waits for this actor."""
    return queries.may_claim(root, actor) or queries.may_decline(root, actor)
