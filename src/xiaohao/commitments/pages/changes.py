"""Who changed which field of an entry, or of a household and its needs, from what to what."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaohao.commitments import queries
from xiaohao.commitments.pages.entry import entry_crumbs
from xiaohao.commitments.pages.households import household_crumbs
from xiaohao.kernel.acting import Permission
from xiaohao.people.queries import ActingRequest, gate, of_one_field, require


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_changes(request: ActingRequest, number: str) -> HttpResponse:
    """The changes of an entry's fields, the versions of its plan among them."""
    entry = queries.find(require(request.actor, Permission.SEE_LEDGER), number)
    here = reverse("commitments_entry", args=[entry.number])
    crumbs = [*entry_crumbs(entry)[:-1], (entry.number, here)]
    return _shown(request, queries.entry_history(entry), f"{entry.number} {entry.title}", crumbs)


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_household_changes(request: ActingRequest, key: int) -> HttpResponse:
    """The changes of a household's fields and of its needs; its name is not among them."""
    household = queries.find_household(require(request.actor, Permission.SEE_LEDGER), key)
    here = reverse("commitments_household", args=[household.pk])
    crumbs = [*household_crumbs(household)[:-1], (household.number, here)]
    about = f"{household.unit.shown} · {household.number}"
    return _shown(request, queries.household_history(household), about, crumbs)


def _shown(
    request: ActingRequest, rows: list[dict[str, Any]], about: str, crumbs: list[tuple[str, ...]]
) -> HttpResponse:
    chosen, fields = of_one_field(rows, request.GET.get("field", ""))
    context = {
        "changes": chosen,
        "field_options": fields,
        "about": about,
        "crumbs": [*crumbs, (_("Changes"),)],
    }
    return render(request, "site/changes.html", context)
