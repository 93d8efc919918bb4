"""What every page of this room shares."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.kernel.errors import Stale
from xiaohao.people.queries import happened_since
from xiaohao.services.forms import Told
from xiaohao.services.models import Call, Service, ServiceList
from xiaohao.services.wording import HAPPENED

Crumbs = list[tuple[str, ...]]


def list_crumbs(row: ServiceList) -> Crumbs:
    """The way to a list, which is itself the last step."""
    return [(_("Service lists"), reverse("services_lists")), (row.title,)]


def service_crumbs(service: Service) -> Crumbs:
    """The way to a service."""
    row = service.list
    there = reverse("services_list", args=[row.pk])
    return [*list_crumbs(row)[:1], (row.title, there), (service.title,)]


def call_crumbs(call: Call) -> Crumbs:
    """The way to a call."""
    return [(_("Service calls"), reverse("services_calls")), (call.number,)]


def below(crumbs: Crumbs, here: str, *last: str) -> Crumbs:
    """The way one step further down, from the page at `here`."""
    *way, (name,) = crumbs
    return [*way, (name, here), last]


def changed(stale: Stale, form: Told) -> dict[str, Any]:
    """What changed meanwhile, and what was typed, for the component `stale`."""
    changes = happened_since(stale.changes, HAPPENED)
    return {"changes": changes, "kept": form.typed(), "version": stale.version}


def tabs(current: str, declined: int | None = None) -> list[dict[str, Any]]:
    """Lists and the kinds of calls beside each other."""
    calls = reverse("services_calls")
    names = {
        "lists": (_("Service lists"), reverse("services_lists")),
        "": (_("All calls"), calls),
        "to": (_("Calls to us"), f"{calls}?tab=to"),
        "by": (_("Calls by us"), f"{calls}?tab=by"),
        "declined": (_("Declined below us"), f"{calls}?tab=declined"),
    }
    return [
        {
            "label": label,
            "href": href,
            "current": key == current,
            "count": declined if key == "declined" else None,
        }
        for key, (label, href) in names.items()
    ]
