"""Suggestions: what citizens want to be different, studied and reported up."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaohao.intake import actions, queries
from xiaohao.intake.forms import StudyForm, put_errors
from xiaohao.intake.models import Suggestion
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, NotFound, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.people.queries import ActingRequest, gate, require

PAGE = 50


@gate(Permission.SEE_MESSAGES)
@require_GET
def intake_suggestions(request: ActingRequest) -> HttpResponse:
    """The list, by stage."""
    actor = require(request.actor, Permission.SEE_MESSAGES)
    stage = request.GET.get("stage", "")
    stage = stage if stage in Suggestion.Stage.values else ""
    page = take(queries.suggestions(actor, stage), ["-id"], request.GET.get("cursor"), PAGE)
    tabs = [{"label": _("All"), "href": "?", "current": not stage}]
    tabs += [
        {"label": name, "href": f"?stage={code}", "current": stage == code}
        for code, name in Suggestion.Stage.choices
    ]
    return render(request, "intake/suggestions.html", {"page": page, "tabs": tabs})


@gate(Permission.SEE_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def intake_suggestion(request: ActingRequest, key: int) -> HttpResponse:
    """One suggestion: what was written, what the study found, and that it was reported up."""
    actor = require(request.actor, Permission.SEE_MESSAGES)
    row = queries.suggestions(actor).filter(pk=key).first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such suggestion."))])
    form = StudyForm(
        request.POST or None,
        initial={"note": row.note, "version": row.version},
    )
    unmet, changed = [], []
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            if "report" in request.POST:
                actions.report_up(suggestion=row, by=actor, version=version)
                messages.success(request, _("Noted: it has been reported up. The sender sees it."))
            else:
                text = form.cleaned_data["note"]
                actions.study(suggestion=row, by=actor, text=text, version=version)
                messages.success(request, _("Kept. The sender sees that it has been studied."))
            return redirect("intake_suggestion", key)
        except Stale as said:
            changed = [said.version]
            row.refresh_from_db()
        except Answer as said:
            put_errors(form, said.unmet)
            unmet = list(said.unmet)
            row.refresh_from_db()
    context = {
        "row": row,
        "form": form,
        "unmet": unmet,
        "stale": changed,
        "may": actor.may(Permission.TRIAGE),
    }
    status = 409 if changed else 422 if unmet else 200
    return render(request, "intake/suggestion.html", context, status=status)
