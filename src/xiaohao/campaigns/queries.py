"""Reading programmes, as far as an actor may know of them."""

from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Origin, Programme, ProgrammeQuerySet
from xiaohao.campaigns.rules import may_be_central
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.kernel.paths import ids
from xiaohao.units.models import Unit


def known(actor: Actor | Nobody) -> ProgrammeQuerySet:
    """Every programme that binds the actor or those below him, with its units, oldest first."""
    rows = Programme.objects.known_to(actor).select_related("unit", "lead_unit")
    return rows.defer("unit__search", "lead_unit__search").order_by("id")


def find(actor: Actor | Nobody, code: str) -> Programme:
    """The programme of that code.

    Raises:
        NotFound: there is none, or not for him.
    """
    programme = known(actor).filter(code=code[:40]).first()
    if programme is None:
        text = _("There is no programme “%(code)s” that you can see.") % {"code": code[:40]}
        raise NotFound([Unmet("not_found", text, "programme")])
    return programme


def highest(actor: Actor) -> Unit:
    """The unit at the top of the actor's tree: itself where nobody stands above it."""
    return Unit.objects.only("name", "short_name", "level").get(pk=ids(actor.unit_path)[0])


def origins(actor: Actor) -> list[Origin]:
    """Who may have ordered what the actor sets up, as he may say it."""
    level = Unit.objects.values_list("level", flat=True).get(pk=actor.unit_id)
    central = may_be_central(level, highest(actor).level)
    return [Origin.CENTRAL, Origin.LOCAL] if central else [Origin.LOCAL]


def may_set(actor: Actor, programme: Programme) -> bool:
    """Whether the actor's unit set this programme up, or stands above the one that did."""
    return programme.unit.path.startswith(actor.unit_path)
