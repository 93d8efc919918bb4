"""One household: its visits and needs; the visit's form; what follows from a need."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaohao.commitments import actions, queries
from xiaohao.commitments.forms import AidForm, ReasonForm, ReferForm, VisitForm, WordForm
from xiaohao.commitments.models import (
    NEED_STATES,
    Household,
    HouseholdNeed,
    NeedState,
    Visit,
    VisitPhoto,
)
from xiaohao.commitments.pages.looks import need_look, told
from xiaohao.commitments.pages.visits import PAGE, VISITOR, may_visit
from xiaohao.figures.queries import figure_name, tally
from xiaohao.files.queries import hand_out
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem, Word
from xiaohao.ledger.models import State as LedgerState
from xiaohao.people.queries import ActingRequest, gate, require
from xiaohao.triage.queries import category_groups


@gate(Permission.SEE_LEDGER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def commitments_household(request: ActingRequest, key: int) -> HttpResponse:
    """A household with everything found there; its name on request, noted on the trail."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    household = queries.find_household(actor, key)
    form, name = ReasonForm(request.POST or None), ""
    unmet: tuple[Unmet, ...] = ()
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            name = actions.look_at_name(household=household, by=actor, reason=reason)
        except Answer as said:
            form.take(said.unmet)
            unmet, status = tuple(said.unmet), said.status
    context = {
        "household": household,
        "visits": _visits(household),
        "needs": _needs(actor, household),
        "events": queries.looks(household),
        "form": form,
        "name": name,
        "unmet": unmet,
        "today": clock.today(),
        "may_visit": may_visit(actor),
        "may_see": actor.may(Permission.SEE_CONTACT),
        "crumbs": household_crumbs(household),
    }
    return render(request, "commitments/household.html", context, status=status)


def _visits(household: Household) -> list[tuple[Visit, list[dict[str, Any]]]]:
    """Each visit with its photos as the grid shows them; two queries."""
    rows = household.visit_rows.select_related("post").order_by("-id")
    shown = rows.prefetch_related(Prefetch("photos", VisitPhoto.objects.select_related("file")))
    return [(row, [_photo(household, one) for one in row.photos.all()]) for row in shown]


def _photo(household: Household, photo: VisitPhoto) -> dict[str, Any]:
    href = reverse("commitments_visit_photo", args=[household.pk, photo.pk])
    return {
        "href": href,
        "thumb": f"{href}?small=1",
        "alt": photo.file.name,
        "caption": f"{photo.file.name} · {photo.file.sha256[:12]}",
    }


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_visit_photo(request: ActingRequest, key: int, photo: int) -> HttpResponseBase:
    """A photo of a visit, to those who may see its household."""
    household = queries.find_household(require(request.actor, Permission.SEE_LEDGER), key)
    rows = VisitPhoto.objects.filter(visit__household=household, pk=photo).select_related("file")
    row = rows.first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such file."))])
    return hand_out(row.file, request=request, thumbnail=bool(request.GET.get("small")))


def household_crumbs(household: Household) -> list[tuple[str, ...]]:
    """The way down to a household."""
    here = reverse("commitments_households")
    return [
        (_("Household visits"), reverse("commitments_visits")),
        (household.unit.name, f"{here}?unit={household.unit.code}"),
        (household.number,),
    ]


def _needs(actor: Actor, household: Household) -> list[dict[str, Any]]:
    rows = list(household.need_rows.prefetch_related("aids").order_by("id"))
    words = queries.words_on(rows)
    found = _with_problems(actor, rows)
    refers = may_visit(actor) and any(need.state == NeedState.FOUND for need in rows)
    forms = _refer_forms(rows) if refers else {}
    return [
        {**_shown(actor, need, problem, words.get(need.pk)), "form": forms.get(need.pk)}
        for need, problem in found
    ]


def _refer_forms(rows: list[HouseholdNeed]) -> dict[int, ReferForm]:
    """A form for each need that is not on the ledger, with the category of its kind chosen."""
    groups, usual = category_groups(), queries.usual_categories()
    return {
        need.pk: ReferForm(need, usual.get(need.kind), groups)
        for need in rows
        if need.state == NeedState.FOUND
    }


def _with_problems(
    actor: Actor, needs: list[HouseholdNeed]
) -> list[tuple[HouseholdNeed, Problem | None]]:
    """Each need with its problem, where the actor may see it; one query."""
    keys = [need.problem_id for need in needs if need.problem_id]
    rows = Problem.objects.visible_to(actor).select_related("category")
    seen = rows.defer("search", "text").in_bulk(keys)
    return [(need, seen.get(need.problem_id or 0)) for need in needs]


def _shown(
    actor: Actor, need: HouseholdNeed, problem: Problem | None, word: Word | None
) -> dict[str, Any]:
    asked = word is not None and _is_asked(word)
    return {
        "word": word if word is not None and (word.answer or asked) else None,
        "may_hear": may_visit(actor) and asked,
        "need": need,
        "problem": problem,
        "look": need_look(need.state),
        "aids": list(need.aids.all()),
        "may_refer": may_visit(actor) and need.state == NeedState.FOUND,
        "may_aid": may_visit(actor) and need.state != NeedState.FIXED,
    }


def _is_asked(word: Word) -> bool:
    """Whether the ledger waits for it now."""
    problem = word.problem
    return not word.answer and word.round == problem.round and problem.state == LedgerState.AWAITING


@gate(*VISITOR)
def commitments_visit(request: ActingRequest, key: int) -> HttpResponse:
    """The form of a visit; made for a telephone."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    household = queries.find_household(actor, key)
    if request.method != "POST":
        initial = {"day": clock.today(), "version": household.version, "refer": True}
        return _visit(request, household, VisitForm(initial=initial))
    form = VisitForm(request.POST, request.FILES)
    if not form.is_valid():
        return _visit(request, household, form, 422)
    given = form.cleaned_data
    try:
        actions.visit(
            household=household,
            by=actor,
            day=given["day"],
            situation=given["situation"],
            note=given["note"],
            needs=form.needs(),
            refer=given["refer"],
            files=_uploaded(form, actor, household),
            version=given["version"],
        )
    except Stale as stale:
        form.put("version", str(stale.version))
        return _visit(request, household, form, 409, stale=told(stale, form))
    except (Refused, Forbidden) as refused:
        form.take(refused.unmet)
        return _visit(request, household, form, refused.status, unmet=refused.unmet)
    messages.success(request, _("The visit is noted."))
    return redirect("commitments_household", household.pk)


def _uploaded(form: VisitForm, actor: Actor, household: Household) -> list[int]:
    """Ids of the photos sent now and, after a refusal, of those sent before."""
    kept = [int(key) for key in form.cleaned_data.get("kept", "").split() if key.isdecimal()]
    for sent in form.cleaned_data.get("files") or []:
        name, stream = sent.name or "", sent.file
        row = actions.upload_photo(household=household, by=actor, name=name, stream=stream)
        kept.append(row.pk)
    form.put("kept", " ".join(map(str, kept)))
    return kept


def _visit(
    request: ActingRequest, household: Household, form: VisitForm, status: int = 200, **more: Any
) -> HttpResponse:
    here = reverse("commitments_household", args=[household.pk])
    crumbs = [*household_crumbs(household)[:-1], (household.number, here), (_("Visit"),)]
    context = {
        "household": household,
        "form": form,
        "crumbs": crumbs,
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "commitments/visit.html", context, status=status)


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_needs(request: ActingRequest) -> HttpResponse:
    """The needs found in the actor's area: records behind the figures, and a list to work from."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    found = queries.needs(actor, request.GET)
    page = take(found, ("-id",), request.GET.get("cursor"), PAGE)
    rows = [
        {"need": need, "problem": problem, "look": need_look(need.state)}
        for need, problem in _with_problems(actor, page.items)
    ]
    states = [(str(state), str(name)) for state, name in NEED_STATES.items()]
    states.append((queries.ASKED, _("household to be asked")))
    chips = [
        ("state", _("State"), dict(states).get(request.GET.get("state", ""))),
        ("unit", _("Unit"), request.GET.get("unit") if not request.GET.get("figure") else ""),
        ("figure", _("Only"), figure_name(request.GET)),
    ]
    context = {
        "page": page,
        "rows": rows,
        "state_options": states,
        "chips": [{"param": p, "label": label, "value": v} for p, label, v in chips if v],
        "tally": tally(actor, request.GET, found),
        "crumbs": [(_("Household visits"), reverse("commitments_visits")), (_("Needs"),)],
    }
    return render(request, "commitments/needs.html", context)


@gate(*VISITOR)
@require_POST
def commitments_refer(request: ActingRequest, key: int) -> HttpResponse:
    """Put a need onto the ledger."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    need = queries.find_need(actor, key)
    form = ReferForm(need, None, category_groups(), data=request.POST)
    typed = request.POST.get("category", "")[:60]
    category = form.cleaned_data["category"] if form.is_valid() else typed
    try:
        actions.refer_need(need=need, by=actor, category=category)
    except Answer as said:
        for one in said.unmet:
            messages.error(request, str(one.message))
    else:
        number = need.problem.number if need.problem else ""
        messages.success(request, _("On the ledger as %(number)s.") % {"number": number})
    return redirect("commitments_household", need.household_id)


@gate(*VISITOR)
def commitments_word(request: ActingRequest, key: int) -> HttpResponse:
    """Take down what the household says of the fix."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    need = queries.find_need(actor, key)
    form = WordForm(request.POST or None, initial={"day": clock.today()})
    unmet: Any = ()
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        grades = {"result": given["result"]} if given["result"] else {}
        try:
            actions.hear(
                need=need,
                by=actor,
                answer=given["answer"],
                day=given["day"],
                words=given["words"],
                grades=grades,
            )
        except (Refused, Forbidden) as refused:
            form.take(refused.unmet)
            unmet, status = refused.unmet, refused.status
        else:
            messages.success(request, _("The household's word is noted."))
            return redirect("commitments_household", need.household_id)
    context = {
        "need": need,
        "form": form,
        "unmet": unmet,
        "crumbs": [*household_crumbs(need.household), (_("The household's word"),)],
    }
    return render(request, "commitments/word.html", context, status=status)


@gate(*VISITOR)
def commitments_aid(request: ActingRequest, key: int) -> HttpResponse:
    """Note aid given while the proper remedy is under way."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    need = queries.find_need(actor, key)
    form = AidForm(request.POST or None, initial={"day": clock.today()})
    unmet: Any = ()
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_aid(need=need, by=actor, **form.cleaned_data)
        except (Refused, Forbidden) as refused:
            form.take(refused.unmet)
            unmet, status = refused.unmet, refused.status
        else:
            messages.success(request, _("The aid is noted."))
            return redirect("commitments_household", need.household_id)
    here = reverse("commitments_household", args=[need.household_id])
    crumbs = [
        *household_crumbs(need.household)[:-1],
        (need.household.number, here),
        (_("Interim aid"),),
    ]
    context = {"need": need, "form": form, "unmet": unmet, "crumbs": crumbs}
    return render(request, "commitments/aid.html", context, status=status)
