"""Who sends lists back: for whom the navigation leads to where their workbooks come in."""

from xiaohao.exchange.lists import LISTS
from xiaohao.kernel.acting import Actor, Permission

P = Permission
READING = frozenset({P.SEE_LEDGER, P.SEE_MESSAGES, P.SEE_CONTACT, P.SEE_FIGURES, P.SEE_TRAIL})


def sends_lists(actor: Actor) -> bool:
    """Whether some list that the actor may read can be filled in, and he does more than read."""
    return bool(actor.permissions - READING) and any(
        sheet.back and sheet.back.hand
        for listing in LISTS.values()
        if listing.may(actor)
        for sheet in listing.sheets
    )


def sends_only_lists(actor: Actor) -> bool:
    """Whether that is all he brings in: with IMPORT his entry leads to every kind of import."""
    return not actor.may(P.IMPORT) and sends_lists(actor)
