"""What this room puts on pages below: the link to a list's workbook, and to where it comes back."""

from django.urls import reverse

from xiaohao.exchange.lists import LISTS
from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.slots import Shown


def export(request: ActingRequest, thing: object) -> Shown | None:
    """The list of the page at the same address, as a workbook; on pages that show one."""
    del thing
    match, actor = request.resolver_match, request.actor
    what = LISTS.get(match.url_name or "") if match else None
    if what is None or match is None or actor is None or not what.may(actor):
        return None
    keys = {what.key: match.kwargs[what.key]} if what.key else {}
    words = request.GET.copy()
    for name in ("cursor", "list" if what.key else ""):
        words.pop(name, None)
    query = f"?{words.urlencode()}" if words else ""
    address = reverse(what.address, kwargs=keys) + query
    comes_back = any(sheet.back and sheet.back.hand for sheet in what.sheets)
    return "exchange/export.html", {"address": address, "comes_back": comes_back}
