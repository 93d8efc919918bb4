"""Reading lists and services."""

from collections.abc import Collection

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.services.models import ListState, Measure, Service, ServiceList


def keeps(actor: Actor, row: ServiceList) -> bool:
    """Whether the actor's office keeps the list, or stands above the one that does."""
    return actor.may(Permission.SET_PROGRAMMES) and row.unit.path.startswith(actor.unit_path)


def lists_of(actor: Actor) -> QuerySet[ServiceList]:
    """The lists that the actor may see, newest first, with `promised`: services in force."""
    rows = ServiceList.objects.visible_to(actor).select_related("unit").order_by("-year", "-id")
    in_force = Q(services__withdrawn_at=None)
    return rows.annotate(promised=Count("services", filter=in_force)).defer("unit__search")


def published() -> QuerySet[ServiceList]:
    """What binds now, for everybody."""
    rows = ServiceList.objects.filter(state=ListState.PUBLISHED).select_related("unit")
    return rows.prefetch_related(_measures()).order_by("-year", "-id").defer("unit__search")


def _measures() -> "Prefetch[str, QuerySet[Measure], str]":
    services = Service.objects.select_related("department").defer("department__search")
    inner = Prefetch("services", services.order_by("number"))
    return Prefetch("measures", Measure.objects.prefetch_related(inner).order_by("number"))


def find_list(actor: Actor, key: int) -> ServiceList:
    """The list with its measures and services, as far as the actor may see it.

    Raises:
        NotFound: there is none, or not for him.
    """
    rows = ServiceList.objects.visible_to(actor).select_related("unit")
    found = rows.prefetch_related(_measures()).filter(pk=key).first()
    if found is None:
        raise NotFound([Unmet("not_found", _("There is no such list that you can see."))])
    return found


def find_service(actor: Actor, key: int) -> Service:
    """The service, as far as the actor may see its list.

    Raises:
        NotFound: there is none, or not for him.
    """
    seen = ServiceList.objects.visible_to(actor)
    rows = Service.objects.filter(list__in=seen, pk=key)
    found = rows.select_related("list__unit", "measure", "department", "post").first()
    if found is None:
        raise NotFound([Unmet("not_found", _("There is no such service that you can see."))])
    return found


def list_names(channels: Collection[str]) -> dict[str, str]:
    """Titles of the lists that figures name so (`ServiceList.channel`); others are left out."""
    tails = {one: one.removeprefix("services-") for one in channels if one.startswith("services-")}
    keys = {one: int(t) for one, t in tails.items() if t.isascii() and t.isdigit()}
    if not keys:
        return {}
    rows = ServiceList.objects.filter(pk__in=keys.values()).order_by("pk")
    titles = dict(rows.values_list("pk", "title"))
    return {one: titles[key] for one, key in keys.items() if key in titles}
