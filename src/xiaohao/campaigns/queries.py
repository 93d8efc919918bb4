"""Reading programmes, as far as an actor may know of them."""

from django.utils.translation import gettext as _

from xiaohao.campaigns.models import Programme, ProgrammeQuerySet
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import NotFound, Unmet


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


def may_set(actor: Actor, programme: Programme) -> bool:
    """Whether the actor's unit set this programme up, or stands above the one that did."""
    return programme.unit.path.startswith(actor.unit_path)
