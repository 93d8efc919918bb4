"""Re-checks: the list, and the page on which one is done, made for a phone on site."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.figures.queries import figure_name, tally
from xiaohao.files.queries import hand_out
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.ledger.models import Problem
from xiaohao.lookback import actions, queries
from xiaohao.lookback.actions.checking import possible
from xiaohao.lookback.forms import AssignForm, ResultForm
from xiaohao.lookback.models import RESULT_NAMES, Recheck, Round
from xiaohao.lookback.pages.rounds import SEEN
from xiaohao.lookback.wording import EVENTS, RESULTS, why
from xiaohao.people.models import Post
from xiaohao.people.queries import happened_since
from xiaohao.trail.queries import told
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

PAGE = 50
ALL = (Permission.SEE_LEDGER,)


@gate(*ALL)
def lookback_rechecks(request: GatedRequest) -> HttpResponse:
    """Re-checks: mine, of one problem, with one result, or those behind a figure."""
    rows = queries.narrowed(request.actor, request.GET)
    page = take(rows, ("-id",), request.GET.get("cursor"), PAGE)
    context = {
        "page": page,
        "rows": [(row, RESULTS[row.result]) for row in page.items],
        "chips": _chips(request),
        "tally": tally(request.actor, request.GET, rows),
        "result_options": [
            ("open", _("no result yet")),
            (queries.DONE, _("with a result")),
            (queries.FAILED, _("not fixed, or reopened before")),
            *RESULT_NAMES.items(),
        ],
        "unseen": _unseen(request),
        "sees_rounds": any(request.actor.may(one) for one in SEEN),
    }
    return render(request, "lookback/rechecks.html", context)


def _unseen(request: GatedRequest) -> int:
    """Of a round how many there are beside those that the reader may know of."""
    key = Round.id_of(request.GET.get("round", ""))
    if key is None:
        return 0
    rows = Recheck.objects.filter(round_id=key)
    if request.GET.get("result") == queries.DONE:
        rows = rows.done()
    return rows.count() - rows.visible_to(request.actor).count()


def _called(what: str, code: str) -> str:
    """What a code of the address is called; the code where nothing bears it."""
    if what == "category":
        category = Category.objects.filter(code=code[:60]).first()
        return category.label if category else code[:60]
    unit = Unit.objects.filter(code=code[:60]).first()
    return unit.shown if unit else code[:60]


def _chips(request: GatedRequest) -> list[dict[str, Any]]:
    get = request.GET
    names: dict[str, Any] = {
        "open": _("no result yet"),
        queries.DONE: _("with a result"),
        queries.FAILED: _("not fixed, or reopened before"),
    }
    names |= {str(result): name for result, name in RESULT_NAMES.items()}
    chips = []
    if get.get("figure"):
        chips.append({"param": "figure", "label": _("Only"), "value": figure_name(get)})
    if get.get("mine") == "1":
        chips.append({"param": "mine", "label": _("Only"), "value": _("of my post")})
    if get.get("number"):
        chips.append({"param": "number", "label": _("Problem"), "value": get["number"][:40]})
    if get.get("round"):
        chips.append({"param": "round", "label": _("Round"), "value": get["round"][:40]})
    said = {"owner": _("Drawn by"), "unit": _("Unit"), "category": _("Category")}
    for name, label in said.items():
        if get.get(name) and not get.get("figure"):
            chips.append({"param": name, "label": label, "value": _called(name, get[name])})
    if get.get("verifier") and not get.get("figure"):
        post = Post.objects.select_related("unit").filter(code=get["verifier"]).first()
        value = post.told if post else get["verifier"][:40]
        chips.append({"param": "verifier", "label": _("Verified by"), "value": value})
    if get.get("wave", "").isdecimal():
        value = _("%(n)s days after closing") % {"n": get["wave"][:4]}
        chips.append({"param": "wave", "label": _("Round"), "value": value})
    if get.get("result") in names:
        value = names[get["result"]]
        chips.append({"param": "result", "label": _("Result"), "value": value})
    return chips


@gate(*ALL)
def lookback_recheck(request: GatedRequest, key: int) -> HttpResponse:
    """One re-check: what was promised, what to look at, what was found."""
    actor = request.actor
    recheck = queries.find_recheck(actor, key)
    if request.method == "POST":
        return _posted(request, recheck)
    return _shown(request, recheck, _form(recheck))


def _form(recheck: Recheck, *given: Any) -> ResultForm:
    # Once it has a result, a late answer is told so; what is still possible judges it no more.
    choices = list(RESULT_NAMES) if recheck.result else possible(recheck)
    return ResultForm(choices, *given, initial={"version": recheck.version})


def _shown(
    request: GatedRequest, recheck: Recheck, form: ResultForm, status: int = 200, **more: Any
) -> HttpResponse:
    actor = request.actor
    mine = recheck.post_id == actor.post_id and not recheck.result
    draws = actor.may(Permission.LOOK_BACK) and recheck.round.unit.path.startswith(actor.unit_path)
    context = {
        "recheck": recheck,
        "problem": recheck.problem,
        "look": RESULTS[recheck.result],
        "form": form if mine else None,
        "assign": _assign_form(recheck) if draws and not recheck.result else None,
        "why": why(recheck.code),
        "measures": recheck.problem.measures.filter(dropped_at=None).order_by("id"),
        "photos": _photos(recheck),
        "evidence": _evidence(recheck),
        "events": told(recheck.trail_label(), recheck.pk, EVENTS),
        "sees_problem": Problem.objects.visible_to(actor).filter(pk=recheck.problem_id).exists(),
        "crumbs": _crumbs(recheck, actor),
        **more,
    }
    return render(request, "lookback/recheck.html", context, status=status)


def _crumbs(recheck: Recheck, actor: Actor) -> list[tuple[str, str | None]]:
    steps: list[tuple[str, str | None]] = [(_("Re-checks"), reverse("lookback_rechecks"))]
    if any(actor.may(one) for one in SEEN):
        steps.append((recheck.round.number, reverse("lookback_round", args=[recheck.round_id])))
    return [*steps, (recheck.problem.number, None)]


def _assign_form(recheck: Recheck, *given: Any) -> AssignForm:
    free = queries.posts_free_for(recheck)
    return AssignForm(free, *given, initial={"version": recheck.version})


def _photos(recheck: Recheck) -> list[dict[str, Any]]:
    found = []
    for photo in recheck.photos.select_related("file").order_by("id"):
        href = reverse("lookback_photo", args=[recheck.pk, photo.pk])
        caption = f"{photo.file.name} · {photo.file.sha256[:12]}"
        found.append({"href": href, "thumb": f"{href}?small=1", "alt": photo.file.name,
                      "caption": caption})  # fmt: skip
    return found


def _evidence(recheck: Recheck) -> list[dict[str, Any]]:
    """The photos with which the fix was proven: what the place should look like."""
    rows = recheck.problem.evidence.filter(round=recheck.problem_round).select_related("file")
    found = []
    for proof in rows.order_by("id")[:6]:
        href = reverse("lookback_evidence", args=[recheck.pk, proof.pk])
        thumb = f"{href}?small=1" if proof.file.is_image else ""
        found.append({"href": href, "thumb": thumb, "alt": proof.note or proof.file.name,
                      "caption": proof.note or proof.file.name})  # fmt: skip
    return found


def _posted(request: GatedRequest, recheck: Recheck) -> HttpResponse:
    form = _form(recheck, request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, recheck, form, 422)
    given = form.cleaned_data
    try:
        actions.record(
            recheck=recheck,
            by=request.actor,
            result=given["result"],
            note=given["note"],
            photos=[(one.name or "", one.file) for one in given["photos"]],
            version=given["version"],
        )
    except Stale as stale:
        form.put("version", str(stale.version))
        fresh = queries.find_recheck(request.actor, recheck.pk)
        kept = [(form.fields["note"].label, given["note"])]
        return _shown(request, fresh, form, 409, stale=_told(stale), kept=kept)
    except (Refused, Forbidden) as refused:
        form.take(refused.unmet)
        fresh = queries.find_recheck(request.actor, recheck.pk)
        return _shown(request, fresh, form, refused.status)
    messages.success(request, _("The result is recorded. Thank you."))
    return redirect("lookback_recheck", recheck.pk)


def _told(stale: Stale) -> list[dict[str, Any]]:
    return happened_since(stale.changes, EVENTS)


@gate(Permission.LOOK_BACK)
def lookback_assign(request: GatedRequest, key: int) -> HttpResponse:
    """Give it to another post."""
    recheck = queries.find_recheck(request.actor, key)
    if request.method != "POST":
        return redirect("lookback_recheck", key)
    form = _assign_form(recheck, request.POST)
    try:
        if form.is_valid():
            post = queries.post_for(request.actor, recheck, form.cleaned_data["post"])
            version = form.cleaned_data["version"]
            actions.assign(recheck=recheck, by=request.actor, post=post, version=version)
            messages.success(request, _("Given to %(post)s.") % {"post": post.title})
            return redirect("lookback_recheck", key)
    except (Refused, Forbidden, NotFound, Stale) as refused:
        form.take(refused.unmet)
    fresh = queries.find_recheck(request.actor, key)
    return _shown(request, fresh, _form(fresh), 422, assign=form)


@gate(*ALL)
def lookback_photo(request: GatedRequest, key: int, photo: int) -> HttpResponseBase:
    """A photo of a re-check, to those who may see it."""
    found = queries.find_photo(request.actor, key, photo)
    if not found.file.is_image:
        raise NotFound([Unmet("not_found", _("There is no such file."))])
    return hand_out(found.file, request=request, thumbnail=bool(request.GET.get("small")))


@gate(*ALL)
def lookback_evidence(request: GatedRequest, key: int, proof: int) -> HttpResponseBase:
    """A piece of the proof at the time, also to a post from another district that checks."""
    found = queries.find_proof(request.actor, key, proof)
    return hand_out(found.file, request=request, thumbnail=bool(request.GET.get("small")))
