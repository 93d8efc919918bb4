"""The register of units: search, the way down the tree, a unit's page, and its changes."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms as django_forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaohao.kernel.access import GatedRequest, gate, public
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Refused, Stale, Unmet
from xiaohao.kernel.paths import WIDTH
from xiaohao.kernel.series import listed
from xiaohao.trail.queries import told
from xiaohao.units import actions, forms
from xiaohao.units.models import Kind, Sector, Unit
from xiaohao.units.queries import (
    LABEL,
    ancestors,
    around,
    by_code,
    children,
    head_counts,
    history,
    labels,
    line_by_code,
    line_counts,
    lines_of,
    named,
    of_line,
    search,
    work_at,
)
from xiaohao.units.wording import EVENTS

FOUND = 50  # how many answers a search shows


@gate()
def units_list(request: GatedRequest) -> HttpResponse:
    """Search, or start at one's own unit or at the top."""
    typed = request.GET.get("q", "").strip()[:200]
    if typed:
        found = search(typed, closed=True, limit=FOUND)
        full = len(found) == FOUND
        context: dict[str, Any] = {"typed": typed, "rows": _rows(found), "page": None, "full": full}
    else:
        tops = list(Unit.objects.filter(parent=None).order_by("code")[:2])
        top = tops[0] if len(tops) == 1 else None  # one top says little: what is below it
        page = children(top, request.GET.get("cursor"))
        own = Unit.objects.get(pk=request.actor.unit_id)
        context = {"typed": "", "rows": _rows(page.items), "page": page, "own": own, "top": top}
    return render(request, "units/list.html", context)


@gate()
def units_pick(request: GatedRequest) -> HttpResponse:
    """The answer to a picker: units in use, those of the actor's district before all others."""
    near = around(request.actor.unit_path)
    return _picked(request, search(request.GET.get("q", "")[:200], near=near))


@gate()
def units_pick_own(request: GatedRequest) -> HttpResponse:
    """The answer to a picker: units in use in the actor's subtree."""
    within = request.actor.unit_path
    return _picked(request, search(request.GET.get("q", "")[:200], within=within))


@public
def units_places(request: HttpRequest) -> HttpResponse:
    """The answer to the public board's picker: places only, no departments or branches."""
    among = Q(kind=Kind.REGION)
    return _picked(request, search(request.GET.get("q", "")[:200], among=among, limit=10))


def _picked(request: HttpRequest, found: list[Unit]) -> HttpResponse:
    above = labels(found)
    items = [{"value": u.code, "label": u.shown, "hint": above[u.pk]} for u in found]
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"items": items})
    typed = request.GET.get("q", "")[:200]
    return render(request, "units/options.html", {"items": items, "typed": typed})


@gate()
def units_unit(request: GatedRequest, code: str) -> HttpResponse:
    """One unit: what it is, what stands below it, where it stood before, its head-counts."""
    unit = by_code(code)
    above = ancestors(unit)
    page = children(unit, request.GET.get("cursor"))
    actor = request.actor
    sees_trail = actor.may(Permission.SEE_TRAIL) and actor.covers(unit.path)
    context = {
        "unit": unit,
        "crumbs": _crumbs(above, unit),
        "parent": above[-1] if above else None,
        "page": page,
        "rows": _rows(page.items, hints=False),
        "sectors": listed(Sector(one).label for one in unit.sectors),
        "lines": lines_of(unit),
        "counts": head_counts(unit),
        "history": list(history(unit)),
        "changes": _offered(actor, unit),
        "events": told(LABEL, unit.pk, EVENTS) if sees_trail else None,
        "sees_posts": actor.may(Permission.MANAGE_PEOPLE) and actor.covers(unit.path),
    }
    return render(request, "units/unit.html", context)


def _rows(found: list[Unit], *, hints: bool = True) -> list[dict[str, Any]]:
    above = labels(found) if hints else {}
    return [{"unit": unit, "above": above.get(unit.pk, "")} for unit in found]


def _crumbs(above: list[Unit], unit: Unit) -> list[tuple[str, str]]:
    top = (_("Units"), reverse("units_list"))
    return [top, *((one.shown, one.get_absolute_url()) for one in above), (unit.shown, "")]


class Deed(NamedTuple):
    """One way of changing a unit: its words, its form, and what does it."""

    label: Any
    form: type[forms.Change]
    do: Callable[[Actor, Unit, dict[str, Any]], Unit | None]
    own_unit: bool  # whether one may do it to the unit of one's own post


def _rename(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    return actions.rename(by=by, unit=unit, **given)


def _move(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    return actions.move(by=by, unit=unit, **given | {"parent": named(given["parent"], "parent")})


def _merge(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    return actions.merge(by=by, unit=unit, **given | {"into": named(given["into"], "into")})


def _close(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    return actions.close(by=by, unit=unit, **given)


def _change(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    return actions.change(by=by, unit=unit, **given)


def _lines(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    return actions.set_lines(by=by, unit=unit, **given)


def _count(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    given.pop("expected")  # a count of another day or measure takes nothing from anybody
    actions.set_head_count(by=by, unit=unit, **given)
    return unit


def _found(by: Actor, unit: Unit, given: dict[str, Any]) -> Unit:
    given.pop("expected")  # a new unit below changes nothing of the superior
    return actions.found(by=by, parent=unit, **given)


DEEDS = {
    "found": Deed(gettext_lazy("Found a unit below it"), forms.Found, _found, own_unit=True),
    "count": Deed(gettext_lazy("Enter a head-count"), forms.Count, _count, own_unit=True),
    "rename": Deed(gettext_lazy("Rename"), forms.Rename, _rename, own_unit=True),
    "change": Deed(gettext_lazy("Kind and sectors"), forms.Kinds, _change, own_unit=True),
    "lines": Deed(gettext_lazy("Put into lines"), forms.Lines, _lines, own_unit=True),
    "move": Deed(gettext_lazy("Move"), forms.Move, _move, own_unit=False),
    "merge": Deed(gettext_lazy("Merge into another unit"), forms.Merge, _merge, own_unit=False),
    "close": Deed(gettext_lazy("Close down"), forms.Close, _close, own_unit=False),
}


_ENDS = frozenset({"merge", "close"})  # after these the unit acts no more


def _offered(actor: Actor, unit: Unit) -> list[dict[str, Any]]:
    if not actor.may(Permission.MANAGE_UNITS) or not actor.covers(unit.path) or unit.closed_on:
        return []
    own = unit.pk == actor.unit_id
    return [
        {"label": deed.label, "href": reverse("units_change", args=[unit.code, name])}
        for name, deed in DEEDS.items()
        if deed.own_unit or not own
    ]


@gate(Permission.MANAGE_UNITS)
def units_change(request: GatedRequest, code: str, deed: str) -> HttpResponse:
    """The form of one change, and the change; what was typed stays when it is refused."""
    unit = by_code(code)
    if not request.actor.covers(unit.path) or deed not in DEEDS:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    form = DEEDS[deed].form(unit, request.POST or None)
    if request.method != "POST":
        return _asked(request, unit, deed, form)
    if not form.is_valid():
        return _asked(request, unit, deed, form, status=422)
    if deed == "close" and not request.POST.get("despite") and _asks(unit):
        text = _("Something else waits for this unit. Nothing was done yet: look, and tick.")
        return _asked(
            request, unit, deed, form, status=422, unmet=[Unmet("work_waits", text, "despite")]
        )
    try:
        after = DEEDS[deed].do(request.actor, unit, dict(form.cleaned_data)) or unit
    except Answer as said:
        return _refused(request, unit, deed, form, said)
    messages.success(request, _("Done: %(what)s.") % {"what": DEEDS[deed].label})
    return redirect("units_unit", after.code)


def _asks(unit: Unit) -> bool:
    """Whether only such work lies there as others can do without; what stays is refused instead."""
    lying = work_at(unit)
    return bool(lying) and not any(one.stays for one in lying)


def _asked(
    request: GatedRequest, unit: Unit, deed: str, form: django_forms.Form, **more: Any
) -> HttpResponse:
    status = more.pop("status", 200)
    above = ancestors(unit)
    crumbs = [*_crumbs(above, unit)[:-1], (unit.shown, unit.get_absolute_url())]
    work = work_at(unit) if deed in _ENDS and not unit.closed_on else []
    context = {
        "deed": deed,
        "work": work,
        "asks": deed == "close" and bool(work) and not any(one.stays for one in work),
        "opens": request.actor.may(Permission.SEE_LEDGER) and request.actor.covers(unit.path),
        "unit": unit,
        "form": form,
        "label": DEEDS[deed].label,
        "crumbs": [*crumbs, (DEEDS[deed].label, "")],
        "unmet": (),
        "changes": None,
        **more,
    }
    return render(request, "units/change.html", context, status=status)


def _refused(
    request: GatedRequest, unit: Unit, deed: str, form: forms.Change, said: Answer
) -> HttpResponse:
    if not isinstance(said, Stale):
        return _asked(request, unit, deed, form, status=said.status, unmet=said.unmet)
    changes = told(LABEL, unit.pk, EVENTS)[-len(said.changes) :]
    typed = [(one.label, str(one.value())) for one in form.visible_fields() if one.value()]
    # Sending again is then a decision taken in sight of what changed.
    again = request.POST.copy()
    again["expected"] = str(said.version)
    form.data = again
    shown = [{"at": one["at"], "by": one["by"], "what": one["title"]} for one in changes]
    return _asked(request, unit, deed, form, status=409, changes=shown, kept=typed)


@gate()
def units_lines(request: GatedRequest) -> HttpResponse:
    """Every line with its number of units; whoever manages the whole tree sets up new ones."""
    sets_up = _manages_all(request.actor)
    if request.method == "POST" and not sets_up:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    form = forms.NewLine(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.set_up_line(by=request.actor, **form.cleaned_data)
        except Refused as refused:
            _say(form, refused)
        else:
            return redirect("units_line", made.code)
    context = {
        "rows": line_counts(),
        "form": form if sets_up else None,
        "crumbs": [(_("Units"), reverse("units_list")), (_("Lines"), "")],
    }
    return render(request, "units/lines.html", context, status=422 if form.errors else 200)


@gate()
def units_line(request: GatedRequest, code: str) -> HttpResponse:
    """One line: the units that bear it, and its name."""
    line = line_by_code(code)
    renames = _manages_all(request.actor)
    if request.method == "POST" and not renames:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    form = forms.LineForm(
        request.POST or None, initial={"name": line.name, "name_en": line.name_en}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_line(by=request.actor, line=line, **form.cleaned_data)
        except Refused as refused:
            _say(form, refused)
        else:
            return redirect("units_line", line.code)
    page = of_line(line, request.GET.get("cursor"))
    context = {
        "line": line,
        "page": page,
        "rows": _rows(page.items),
        "form": form if renames else None,
        "sees_figures": request.actor.may(Permission.SEE_FIGURES),
        "crumbs": [
            (_("Units"), reverse("units_list")),
            (_("Lines"), reverse("units_lines")),
            (line.label, ""),
        ],
    }
    return render(request, "units/line.html", context, status=422 if form.errors else 200)


def _manages_all(actor: Actor) -> bool:
    """Whether somebody manages the units of the whole tree."""
    return actor.may(Permission.MANAGE_UNITS) and len(actor.unit_path) == WIDTH


def _say(form: django_forms.Form, refused: Refused) -> None:
    """Put each reason beside the field it belongs to."""
    for one in refused.unmet:
        form.add_error(one.field if one.field in form.fields else None, str(one.message))
