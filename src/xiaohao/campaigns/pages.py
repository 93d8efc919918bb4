"""Setting up a programme and changing it; where it stands is told by the ledger, a storey above."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.campaigns import actions
from xiaohao.campaigns.forms import ChangeProgrammeForm, NewProgrammeForm, ProgrammeForm
from xiaohao.campaigns.models import Programme
from xiaohao.campaigns.queries import find
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, Stale
from xiaohao.people.queries import GatedRequest, gate, happened_since


@gate(Permission.SET_PROGRAMMES)
def programmes_new(request: GatedRequest) -> HttpResponse:
    """Set up a programme; its problems are listed first, its plan comes after."""
    form = NewProgrammeForm(request.POST or None, by=request.actor)
    if request.method != "POST":
        return _shown(request, form, None)
    if not form.is_valid():
        return _shown(request, form, None, status=422)
    try:
        programme = actions.set_up(by=request.actor, **form.cleaned_data)
    except Answer as said:
        form.take(said.unmet)
        return _shown(request, form, None, status=said.status, unmet=said.unmet)
    messages.success(request, _("The programme is set up. List its problems first, then plan."))
    return redirect("programmes_programme", programme.code)


@gate(Permission.SET_PROGRAMMES)
def programmes_change(request: GatedRequest, code: str) -> HttpResponse:
    """Change names, lead unit or final date."""
    programme = find(request.actor, code)
    if request.method != "POST":
        form = ChangeProgrammeForm(initial=ChangeProgrammeForm.of(programme))
        return _shown(request, form, programme)
    form = ChangeProgrammeForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, programme, status=422)
    try:
        actions.revise(programme=programme, by=request.actor, **form.cleaned_data)
    except Stale as stale:
        again = request.POST.copy()
        again["version"] = str(stale.version)
        form.data = again
        return _shown(
            request, form, programme, status=409, stale=_told(stale, form), unmet=stale.unmet
        )
    except Answer as said:
        form.take(said.unmet)
        return _shown(request, form, programme, status=said.status, unmet=said.unmet)
    messages.success(request, _("The programme is changed."))
    return redirect("programmes_programme", programme.code)


def _told(stale: Stale, form: ProgrammeForm) -> dict[str, Any]:
    """What changed meanwhile, and what was typed."""
    changes = happened_since(stale.changes, {"revise": _("Programme changed")})
    kept = [(f.label, str(f.value())) for f in form.visible_fields() if f.value()]
    return {"changes": changes, "kept": kept, "version": stale.version}


def _shown(
    request: GatedRequest,
    form: ProgrammeForm,
    programme: Programme | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    crumbs: list[tuple[str, str | None]] = [(_("Programmes"), reverse("programmes_list"))]
    if programme:
        crumbs.append((programme.label, reverse("programmes_programme", args=[programme.code])))
    title = _("Change") if programme else _("Set up a programme")
    context = {
        "form": form,
        "programme": programme,
        "heading": title,
        "crumbs": [*crumbs, (title, None)],
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "campaigns/programme_form.html", context, status=status)
