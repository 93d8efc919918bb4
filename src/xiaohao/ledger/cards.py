"""What this room puts on pages below: the way to units with open work and nobody in post."""

from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.slots import Shown
from xiaohao.ledger.queries import any_empty

# Where units and posts are looked after.
REGISTERS = {"people_posts", "units_list"}


def unattended(request: ActingRequest, thing: object) -> Shown | None:
    """The list of such units, where there are any in the actor's area."""
    del thing
    match, actor = request.resolver_match, request.actor
    if match is None or match.url_name not in REGISTERS or actor is None:
        return None
    count = any_empty(actor)
    return ("ledger/_unattended_link.html", {"count": count}) if count else None
