"""The ladder of reminders on one page: the rule, and how it stands for every open problem."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
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
    """What was sent to whom when, what comes next and when, for what is open in one's scope.

    Of problems, or with `of=lists` of the entries of the lists: the rule is the same.
    """
    actor = require(request.actor, Permission.SEE_LEDGER)
    show = request.GET.get("show", "")
    show = show if show in {"late", "soon", "nobody"} else ""
    of = "lists" if request.GET.get("of") == "lists" else ""
    on_the_page = queries.entries_on_the_page if of else queries.on_the_page
    rows: QuerySet[Any] = on_the_page(actor, show)
    page = take(rows, ["deadline", "id"], request.GET.get("cursor"), PAGE)
    names = (("", _("All open")), ("late", _("Late")), ("soon", _("Due within a week")))
    unheard = on_the_page(actor, "nobody").count()
    tabs = [_tab(of, key, label, current=key == show) for key, label in names]
    if unheard or show == "nobody":
        last = _tab(of, "nobody", _("Nobody in post"), current=show == "nobody")
        tabs.append({**last, "count": unheard})
    kinds = (("", _("Problems")), ("lists", _("Entries of the lists")))
    context = {
        "page": page,
        "climbs": queries.climbs(page.items),
        "rule": rule(),
        "tabs": tabs,
        "kinds": [_tab(key, show, label, current=key == of) for key, label in kinds],
        "of": of,
        "show": show,
    }
    return render(request, "notices/ladder.html", context)


def _tab(of: str, show: str, label: str, *, current: bool) -> dict[str, Any]:
    asked = {name: value for name, value in (("of", of), ("show", show)) if value}
    return {"label": label, "href": f"?{urlencode(asked)}", "current": current}


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
