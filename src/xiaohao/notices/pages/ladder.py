"""The ladder of reminders on one page: the rule, and how it stands for every open problem."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paging import take
from xiaohao.notices import queries
from xiaohao.notices.rules.ladder import LADDER
from xiaohao.notices.wording import RUNG_NAMES, TO_NAMES
from xiaohao.people.queries import ActingRequest, gate, require

PAGE = 30


@gate(Permission.SEE_LEDGER)
@require_GET
def notices_ladder(request: ActingRequest) -> HttpResponse:
    """What was sent to whom when, what comes next and when, for what is open in one's scope."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    show = request.GET.get("show", "")
    show = show if show in {"late", "soon", "nobody"} else ""
    rows = queries.on_the_page(actor, show)
    page = take(rows, ["deadline", "id"], request.GET.get("cursor"), PAGE)
    names = (("", _("All open")), ("late", _("Late")), ("soon", _("Due within a week")))
    unheard = queries.on_the_page(actor, "nobody").count()
    tabs = [_tab(key, label, show) for key, label in names]
    if unheard or show == "nobody":
        tabs.append({**_tab("nobody", _("Nobody in post"), show), "count": unheard})
    context = {
        "page": page,
        "climbs": queries.climbs(page.items),
        "rule": rule(),
        "tabs": tabs,
        "show": show,
    }
    return render(request, "notices/ladder.html", context)


def _tab(key: str, label: str, show: str) -> dict[str, Any]:
    return {"label": label, "href": f"?show={key}" if key else "?", "current": show == key}


def rule() -> list[dict[str, Any]]:
    """The table itself, in words."""
    return [
        {
            "name": RUNG_NAMES[rung.name],
            "days": rung.days,
            "to": [TO_NAMES[one] for one in rung.to],
            "escalates": rung.escalates,
        }
        for rung in LADDER
    ]
