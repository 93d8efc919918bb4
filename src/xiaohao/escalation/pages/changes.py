"""Who set which field of a joint call or a root cause, and when."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.escalation import queries
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.people.queries import of_one_field


@gate(Permission.SEE_LEDGER)
def escalation_call_changes(request: GatedRequest, key: int) -> HttpResponse:
    """The fields of a call and of each department called, to those who may see the call."""
    call = queries.find_call(request.actor, key)
    rows, fields = of_one_field(queries.call_history(call), request.GET.get("field", ""))
    here = reverse("escalation_call", args=[call.pk])
    crumbs = [(_("Joint calls"), reverse("escalation_calls")), (call.number, here), (_("Changes"),)]
    about = f"{call.number} {call.problem.title}"
    context = {"changes": rows, "field_options": fields, "about": about, "crumbs": crumbs}
    return render(request, "site/changes.html", context)


@gate(Permission.SEE_LEDGER)
def escalation_root_changes(request: GatedRequest, key: int) -> HttpResponse:
    """The fields of a root cause, to those who may see it."""
    root = queries.find_root(request.actor, key)
    rows, fields = of_one_field(queries.root_history(root), request.GET.get("field", ""))
    here = reverse("escalation_root", args=[root.pk])
    crumbs = [(_("Root causes"), reverse("escalation_roots")), (root.title, here), (_("Changes"),)]
    context = {"changes": rows, "field_options": fields, "about": root.title, "crumbs": crumbs}
    return render(request, "site/changes.html", context)
