"""The records behind a figure or an import, as an address names them: `?figure=…`, `?import=…`."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.figures.queries import behind
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.ledger.models import Problem, Word
from xiaohao.units.models import Unit


def unit_in_scope(actor: Actor, code: str) -> Unit:
    """The unit of that code in the actor's subtree.

    Raises:
        NotFound: there is none, or not for him.
    """
    unit = Unit.objects.under(actor.unit_path).filter(code=code).first()
    if unit is None:
        text = _("There is no unit “%(code)s” in your area.") % {"code": code}
        raise NotFound([Unmet("not_found", text, "unit")])
    return unit


def records_behind(actor: Actor, get: QueryDict) -> Any:
    """Ids of the records that make up the figure named in the address.

    Raises:
        NotFound: no such figure, or a unit out of sight.
        Refused: `bad_time`, `in_future`.
    """
    return behind(actor, {name: str(get[name]) for name in get}).ids


class Gathered(NamedTuple):
    """Problems that a room above knows to belong together: their ids, and what that is called."""

    ids: QuerySet[Any]
    name: str


_gathered: list[Callable[[Actor, str], Gathered]] = []


def tell_imports(find: Callable[[Actor, str], Gathered]) -> None:
    """Let a room above say which problems an import brought; `find` raises NotFound for others."""
    _gathered[:] = [find]


def of_import(actor: Actor, key: str) -> Gathered:
    """The problems that an import brought, as far as the actor may know of it.

    Raises:
        NotFound: there is none, or not for him.
    """
    for find in _gathered:
        return find(actor, key)
    raise NotFound([Unmet("not_found", _("There is no such import."), "import")])


def words_answered(actor: Actor, get: QueryDict) -> QuerySet[Word]:
    """The citizens' answers on problems that the actor may see, narrowed by the address; unordered.

    Behind a figure stand also those who were asked and have not answered, where it counts them.

    Raises:
        NotFound, Refused: as `records_behind`.
    """
    seen = Problem.objects.visible_to(actor)
    rows = Word.objects.filter(problem__in=seen).select_related("problem__unit")
    if get.get("figure"):
        return rows.filter(pk__in=records_behind(actor, get))
    rows = rows.exclude(answer="")
    if get.get("unit"):
        return rows.filter(problem__in=seen.at(unit_in_scope(actor, str(get["unit"])).path))
    return rows
