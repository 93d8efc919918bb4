"""Lists, what they promise, and how what they promise came to be."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, NotFound, Stale, Unmet
from xiaohao.kernel.paging import take
from xiaohao.people.queries import of_one_field
from xiaohao.services import actions, queries
from xiaohao.services.forms import AddForm, ChangeForm, ListForm, ReasonForm, VersionForm
from xiaohao.services.models import AUDIENCES, Call, Service, ServiceList
from xiaohao.services.pages.shared import below, changed, list_crumbs, service_crumbs, tabs
from xiaohao.services.wording import LIST_LOOKS

PAGE = 50
P = Permission


@gate(P.SEE_LEDGER)
@require_GET
def services_lists(request: GatedRequest) -> HttpResponse:
    """The lists that one may see, with what became of the calls in one's sight."""
    actor = request.actor
    page = take(queries.lists_of(actor), ("-id",), request.GET.get("cursor"), PAGE)
    seen = Call.objects.visible_to(actor)
    counted = queries.numbers_by_list(seen, [row.pk for row in page.items])
    context = {
        "page": page,
        "rows": [(row, LIST_LOOKS[row.state], counted[row.pk]) for row in page.items],
        "tabs": tabs("lists"),
        "may_make": actor.may(P.SET_PROGRAMMES),
    }
    return render(request, "services/lists.html", context)


@gate(P.SET_PROGRAMMES)
def services_new(request: GatedRequest) -> HttpResponse:
    """Begin a list."""
    form = ListForm(request.POST or None, initial={"year": clock.today().year})
    unmet: Iterable[Unmet] = ()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = actions.make_list(by=request.actor, **form.cleaned_data)
            except Answer as said:
                unmet, status = form.take(said.unmet), said.status
            else:
                messages.success(request, _("The list is a draft. Put its services on it."))
                return redirect("services_list", row.pk)
    context = {"form": form, "unmet": unmet, "title": _("New service list")}
    context["back"] = reverse("services_lists")
    return render(request, "services/form.html", context, status=status)


@gate(P.SEE_LEDGER)
@require_GET
def services_list(request: GatedRequest, key: int) -> HttpResponse:
    """One list: measures, under them services, with what became of the calls in one's sight."""
    row = queries.find_list(request.actor, key)
    return _list(request, row)


def _list(request: GatedRequest, row: ServiceList, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor
    measures = list(row.measures.all())
    keys = [service.pk for measure in measures for service in measure.services.all()]
    counted = queries.numbers_by_service(Call.objects.visible_to(actor), keys)
    keeps = queries.keeps(actor, row)
    context = {
        "list": row,
        "look": LIST_LOOKS[row.state],
        "measures": [
            (measure, [(one, AUDIENCES[one.audience], counted[one.pk])
                       for one in measure.services.all()])
            for measure in measures
        ],
        "keeps": keeps,
        "step": VersionForm(initial={"version": row.version}) if keeps else None,
        "crumbs": list_crumbs(row),
        "unmet": (),
        **more,
    }  # fmt: skip
    return render(request, "services/list.html", context, status=status)


def _kept(request: GatedRequest, key: int) -> ServiceList:
    """The list, for whoever keeps it.

    Raises:
        NotFound: for everybody else.
    """
    row = queries.find_list(request.actor, key)
    if not queries.keeps(request.actor, row):
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    return row


@gate(P.SET_PROGRAMMES)
def services_add(request: GatedRequest, key: int) -> HttpResponse:
    """Put a service on a draft."""
    row = _kept(request, key)
    last = row.measures.order_by("-number").first()
    form = AddForm(request.POST or None, initial={"measure": last.title if last else ""})
    unmet: Iterable[Unmet] = ()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.add_service(to=row, by=request.actor, **form.cleaned_data)
            except Answer as said:
                unmet, status = form.take(said.unmet), said.status
            else:
                messages.success(request, _("On the list: %(title)s.") % {"title": made.title})
                return redirect("services_list", row.pk)
    here = reverse("services_list", args=[row.pk])
    context = {"form": form, "unmet": unmet, "title": _("Add a service"), "back": here}
    context["crumbs"] = below(list_crumbs(row), here, _("Add a service"))
    return render(request, "services/form.html", context, status=status)


@gate(P.SET_PROGRAMMES)
@require_POST
def services_step(request: GatedRequest, key: int, deed: str) -> HttpResponse:
    """Publish a draft, or close what is published."""
    row = _kept(request, key)
    deeds = {"publish": actions.publish, "close": actions.close}
    form = VersionForm(request.POST)
    if deed not in deeds or not form.is_valid():
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    try:
        deeds[deed](row=row, by=request.actor, version=form.cleaned_data["version"])
    except Stale as stale:
        return _list(request, queries.find_list(request.actor, key), 409, unmet=stale.unmet)
    except Answer as said:
        return _list(request, row, said.status, unmet=said.unmet)
    words = {"publish": _("Published: its services bind now."), "close": _("The list is closed.")}
    messages.success(request, words[deed])
    return redirect("services_list", row.pk)


@gate(P.SEE_LEDGER)
@require_GET
def services_service(request: GatedRequest, key: int) -> HttpResponse:
    """One service: the promise, and what became of the calls in one's sight."""
    service = queries.find_service(request.actor, key)
    return _service(request, service)


def _service(
    request: GatedRequest, service: Service, status: int = 200, **more: Any
) -> HttpResponse:
    actor = request.actor
    counted = queries.numbers_by_service(Call.objects.visible_to(actor), [service.pk])
    keeps = queries.keeps(actor, service.list)
    context = {
        "service": service,
        "audience": AUDIENCES[service.audience],
        "look": LIST_LOOKS[service.list.state],
        "n": counted[service.pk],
        "may_call": not queries.against_caller(service, actor),
        "keeps": keeps and service.withdrawn_at is None and service.list.state != "closed",
        "withdraw": ReasonForm(initial={"version": service.version}),
        "crumbs": service_crumbs(service),
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "services/service.html", context, status=status)


def _own(request: GatedRequest, key: int) -> Service:
    """The service, for whoever keeps its list.

    Raises:
        NotFound: for everybody else.
    """
    service = queries.find_service(request.actor, key)
    if not queries.keeps(request.actor, service.list):
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    return service


@gate(P.SET_PROGRAMMES)
def services_change(request: GatedRequest, key: int) -> HttpResponse:
    """Change what a service promises."""
    service = _own(request, key)
    form = ChangeForm(request.POST or None, initial=dict(ChangeForm.of(service)))
    here = reverse("services_service", args=[service.pk])
    context: dict[str, Any] = {"form": form, "unmet": (), "back": here}
    context |= {"title": _("Change a service"), "stale": None}
    context["crumbs"] = below(service_crumbs(service), here, _("Change"))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.change_service(service=service, by=request.actor, **form.cleaned_data)
            except Stale as stale:
                form.put("version", str(stale.version))
                context["stale"], status = changed(stale, form), 409
            except Answer as said:
                context["unmet"], status = form.take(said.unmet), said.status
            else:
                messages.success(request, _("Changed. Calls that stand keep their day."))
                return redirect("services_service", service.pk)
    return render(request, "services/form.html", context, status=status)


@gate(P.SET_PROGRAMMES)
@require_POST
def services_withdraw(request: GatedRequest, key: int) -> HttpResponse:
    """Withdraw a service, with a reason; it stays on its list."""
    service = _own(request, key)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _service(request, service, 422, withdraw=form)
    try:
        actions.withdraw_service(service=service, by=request.actor, **form.cleaned_data)
    except Stale as stale:
        fresh = queries.find_service(request.actor, key)
        form.put("version", str(stale.version))
        return _service(request, fresh, 409, withdraw=form, stale=changed(stale, form))
    except Answer as said:
        rest = form.take(said.unmet)
        return _service(request, service, said.status, withdraw=form, unmet=rest)
    messages.success(request, _("The service is withdrawn."))
    return redirect("services_service", service.pk)


@gate(P.SEE_LEDGER)
@require_GET
def services_service_changes(request: GatedRequest, key: int) -> HttpResponse:
    """Who changed which field of a service, from what to what."""
    service = queries.find_service(request.actor, key)
    rows, fields = of_one_field(queries.service_history(service), request.GET.get("field", ""))
    here = reverse("services_service", args=[service.pk])
    context = {"changes": rows, "field_options": fields, "about": service.title}
    context["crumbs"] = below(service_crumbs(service), here, _("Changes"))
    return render(request, "site/changes.html", context)
