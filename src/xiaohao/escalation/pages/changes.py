"""Who set which field of a joint call, and when."""

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
