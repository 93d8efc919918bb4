"""What the re-checks say about all closings, and relapses."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from xiaohao.figures import queries as figures
from xiaohao.figures.queries import tally
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paging import take
from xiaohao.kernel.paths import ids
from xiaohao.lookback import queries
from xiaohao.lookback.rules import FEWEST, WAVES, WIDEST
from xiaohao.units.models import Unit

PAGE = 50
KEYS = (
    "lookback.checked",
    "lookback.false_closings",
    "lookback.false_checks",
    "lookback.relapses",
    "lookback.relapse_rate",
)


@gate(Permission.SEE_FIGURES)
def lookback_estimates(request: GatedRequest) -> HttpResponse:
    """The estimated share of true closings per unit and category, with its interval."""
    get, actor = request.GET, request.actor
    wave = queries.wave_of(get.get("wave", ""))
    code, category = get.get("unit", "")[:40], get.get("category", "")[:60]
    found = queries.outlook(actor, code, wave, category)
    asked = figures.ask(actor, unit=found.unit.code)
    values = figures.table(KEYS, [asked.unit])[asked.unit.pk]
    context = {
        "found": found,
        "behind": _behind(found),
        "children": [(row, _behind(found, unit=row.code)) for row in found.children],
        "categories": [(row, _behind(found, category=row.code)) for row in found.categories],
        "crumbs": _crumbs(found.unit, actor.unit_path, wave),
        "tabs": _waves(request, wave),
        "figures": [
            (figures.find(key), values[key], asked.records(key), key.endswith("_rate"))
            for key in KEYS
        ],
        "recognised": queries.recognised(found.unit),
        "fewest": FEWEST,
        "widest": WIDEST,
    }
    return render(request, "lookback/estimates.html", context)


@gate(Permission.SEE_FIGURES)
def lookback_verifiers(request: GatedRequest) -> HttpResponse:
    """By post that had verified: closings, re-checks, false closings, and their estimated share."""
    get, actor = request.GET, request.actor
    wave = queries.wave_of(get.get("wave", ""))
    code = get.get("unit", "")[:40]
    rows = queries.verifiers(actor, code, wave)
    page = take(rows, ("code",), get.get("cursor"), PAGE)
    unit = queries.unit_of(actor, code)
    owner = queries.owner_of(unit, wave)
    words = {"owner": owner.code if owner else "", "wave": str(wave), "unit": unit.code}
    ledger, checks = reverse("ledger_list"), reverse("lookback_rechecks")
    context = {
        "page": page,
        "unit": unit,
        "owner": owner,
        "rows": [
            (
                one,
                f"{checks}?{urlencode({**words, 'verifier': one.post.code})}",
                f"{ledger}?{urlencode(_closed(unit, one.post.code))}",
            )
            for one in queries.told_of_verifiers(actor, page.items)
        ],
        "crumbs": _crumbs(unit, actor.unit_path, wave),
        "tabs": _waves(request, wave),
        "fewest": FEWEST,
        "widest": WIDEST,
    }
    return render(request, "lookback/verifiers.html", context)


def _closed(unit: Unit, post: str) -> dict[str, str]:
    return {"state": "closed", "unit": unit.code, "verified_by": post}


def _behind(found: queries.Outlook, **narrower: str) -> str:
    """Address of the re-checks that an estimate rests on."""
    owner = found.owner.code if found.owner else ""
    words = {"owner": owner, "wave": str(found.wave), "unit": found.unit.code, **narrower}
    return f"{reverse('lookback_rechecks')}?{urlencode(words)}"


def _crumbs(unit: Unit, top: str, wave: int) -> list[tuple[str, str | None]]:
    """The units from the actor's own down to the one shown."""
    above = Unit.objects.filter(pk__in=ids(unit.path)[:-1], path__startswith=top).order_by("path")
    page = reverse("lookback_estimates")
    steps = [(one.shown, f"{page}?unit={one.code}&wave={wave}") for one in above]
    return [(_("Look-back"), reverse("lookback_rounds")), *steps, (unit.shown, None)]


def _waves(request: GatedRequest, wave: int) -> list[dict[str, Any]]:
    tabs = []
    for one in WAVES:
        words = request.GET.copy()
        words["wave"] = str(one)
        label = _("%(n)s days after closing") % {"n": one}
        tabs.append({"label": label, "href": f"?{words.urlencode()}", "current": one == wave})
    return tabs


@gate(Permission.SEE_LEDGER)
def lookback_relapses(request: GatedRequest) -> HttpResponse:
    """Problems that came again at the same place soon after a closing."""
    actor = request.actor
    rows = queries.relapses(actor, request.GET)
    page = take(rows, ("-id",), request.GET.get("cursor"), PAGE)
    open_ = queries.seen_later(actor, page.items)
    context = {
        "page": page,
        "rows": [(row, row.later_id in open_) for row in page.items],
        "tally": tally(actor, request.GET, rows),
        "recognised": queries.recognised(Unit.objects.get(pk=actor.unit_id)),
    }
    return render(request, "lookback/relapses.html", context)
