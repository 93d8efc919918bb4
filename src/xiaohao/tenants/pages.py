"""The whole country, or province, from what its tenants publish; for who oversees them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.dashboards.queries import HEAD
from xiaohao.figures import queries as figures
from xiaohao.figures.queries import Metric
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.tenants import wording
from xiaohao.tenants.queries import (
    Added,
    Member,
    Nation,
    Why,
    must_oversee,
    nation,
    publication_of,
    published_document,
)

MEDIAN = "ledger.days_to_fix_median"
FIGURES = (*HEAD, MEDIAN)
COLUMNS = ("ledger.open", "ledger.overdue", "ledger.done", "ledger.solved_rate",
           "ledger.satisfaction", MEDIAN)  # fmt: skip
DEFAULT = "-ledger.overdue"


@gate(Permission.SEE_FIGURES)
def tenants_nation(request: GatedRequest) -> HttpResponse:
    """Header figures of the whole, and a row for everybody from whom figures are expected."""
    must_oversee(request.actor)
    seen = nation()
    rows = [_row(seen, member) for member in seen.members]
    context = {
        "seen": seen,
        "head": [_head(seen.add(key)) for key in FIGURES],
        "columns": [(key, figures.find(key)) for key in COLUMNS],
        "rows": _sorted(rows, request.GET.get("sort", "")),
        "missing": [row for row in rows if not row["member"].freshness.counts],
        "differing": _differing(seen),
        "all": [_line(seen.add(metric.key)) for metric in figures.registry()],
    }
    return render(request, "tenants/nation.html", context)


@gate(Permission.SEE_FIGURES)
def tenants_figure(request: GatedRequest, metric: str) -> HttpResponse:
    """One figure of the whole: who gives what to it, from which publication, and who does not."""
    must_oversee(request.actor)
    declared = figures.find_metric(metric)
    seen = nation()
    added = seen.add(declared.key)
    rows = [
        {
            "member": part.member,
            "shown": wording.shown(part.value, declared),
            "tone": _tone(declared, part.value, part.among),
            "why": wording.WHY.get(part.why) if part.why else "",
            "href": part.member.address(declared.key),
            "among": part.among,
            "ago": wording.ago(part.member.age),
            **_published(part.member),
        }
        for part in added.parts
    ]
    context = {
        "added": added,
        "metric": declared,
        "shown": wording.shown(added.value, declared),
        "tone": wording.TONES.get(added.tone),
        "basis": wording.basis(added),
        "rows": rows,
        "crumbs": [(_("Nation"), reverse("tenants_nation"))],
        "parts": [] if declared.adds_up else [_line(seen.add(key)) for key in declared.bases],
    }
    return render(request, "tenants/figure.html", context)


@gate(Permission.SEE_FIGURES)
def tenants_tenant(request: GatedRequest, slug: str) -> HttpResponse:
    """One tenant: what he last published of his top unit and of the units right below."""
    must_oversee(request.actor)
    seen = nation()
    member = _member(seen, slug)
    units = member.sheet.units if member.sheet else ()
    rows = [
        {
            "unit": unit,
            "href": member.address(COLUMNS[0], i),
            "cells": _cells(seen, member, i),
            "tone": _judged(seen, member, i),
        }
        for i, unit in enumerate(units)
    ]
    context = {
        "member": member,
        "badge": wording.FRESHNESS[member.freshness],
        "ago": wording.ago(member.age),
        "columns": [(key, figures.find(key)) for key in COLUMNS],
        "rows": rows,
        "crumbs": [(_("Nation"), reverse("tenants_nation"))],
        **_published(member),
    }
    return render(request, "tenants/tenant.html", context)


@gate(Permission.SEE_FIGURES)
def tenants_publication(request: GatedRequest, slug: str, day: str) -> HttpResponse:
    """A publication as it lies here: hash, signature checked anew, the document to take along."""
    must_oversee(request.actor)
    seen = nation()
    member = _member(seen, slug)
    read = figures.read_day(day)
    if read is None:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    publication = publication_of(member, read)
    document, publisher = published_document(publication)
    if request.GET.get("download"):
        answer = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
        answer["Content-Disposition"] = f'attachment; filename="{slug}-{day}.json"'
        return answer
    asked, digest = request.GET.get("hash", ""), publication.hash.hex()
    context = {
        "member": member,
        "publication": publication,
        "digest": digest,
        "replaced": asked if asked and asked != digest else "",
        "whole": publication.is_whole(publisher.key),
        "facts": _facts(document["publication"], digest, publisher.key, publication.received_at),
        "crumbs": [
            (_("Nation"), reverse("tenants_nation")),
            (member.name, reverse("tenants_tenant", args=[slug])),
        ],
    }
    return render(request, "tenants/publication.html", context)


def _facts(
    body: dict[str, Any], digest: str, key: bytes, received: dt.datetime
) -> list[tuple[str, object]]:
    seal = body.get("seal") or {}
    return [
        (_("As of"), figures_moment(body)),
        (_("Came here"), received),
        (_("SHA-256 of the content"), digest),
        (_("Key of the publisher"), key.hex()),
        (_("Last seal on his trail"), f"{seal['day']} {seal['hash']}" if seal else "—"),
        (_("Units"), len(body["units"])),
        (_("Figures"), len(body["figures"])),
    ]


def figures_moment(body: dict[str, Any]) -> dt.datetime:
    """The moment as of which a body tells its figures."""
    return dt.datetime.fromisoformat(body["at"])


def _member(seen: Nation, slug: str) -> Member:
    found = next((one for one in seen.members if one.slug == slug), None)
    if found is None:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    return found


def _published(member: Member) -> dict[str, Any]:
    """Address and short hash of a member's last publication."""
    if member.publication is None:
        return {"publication": "", "digest": ""}
    digest = member.publication.hash.hex()
    page = reverse("tenants_publication", args=[member.slug, member.publication.day.isoformat()])
    return {"publication": f"{page}?hash={digest}", "digest": digest[:12]}


def _line(added: Added) -> dict[str, Any]:
    metric = added.metric
    return {
        "metric": metric,
        "value": added.value,
        "shown": wording.shown(added.value, metric),
        "href": reverse("tenants_figure", args=[metric.key]),
        "basis": wording.basis(added),
        "whole": added.is_whole,
        "badge": wording.TONES.get(added.tone),
    }


def _head(added: Added) -> dict[str, Any]:
    return {**_line(added), "tone": "red" if added.tone == "red" else ""}


def _tone(metric: Metric, value: Any, among: int | None) -> tuple[Any, str, str] | None:
    if value is None or isinstance(value, str):
        return None
    return wording.TONES.get(metric.tone(float(value), among))


def _cells(seen: Nation, member: Member, unit: int) -> list[dict[str, Any]]:
    cells = []
    for key in COLUMNS:
        metric = figures.find(key)
        value, among = seen.part(member, key, unit)
        judged = _tone(metric, value, among)
        cells.append({
            "key": key,
            "value": value,
            "shown": wording.shown(value, metric),
            "name": metric.name,
            "href": member.address(key, unit) if value is not None else "",
            "tone": judged[1] if judged else "",
        })  # fmt: skip
    return cells


def _judged(seen: Nation, member: Member, unit: int) -> tuple[Any, str, str] | None:
    return wording.TONES.get(
        wording.worst([cell["tone"] for cell in _cells(seen, member, unit) if cell["tone"]])
    )


def _row(seen: Nation, member: Member) -> dict[str, Any]:
    cells = _cells(seen, member, 0)
    tones = [cell["tone"] for cell in cells if cell["tone"]]
    return {
        "member": member,
        "cells": cells,
        "tone": wording.TONES.get(wording.worst(tones)),
        "badge": wording.FRESHNESS[member.freshness],
        "ago": wording.ago(member.age),
        "href": reverse("tenants_tenant", args=[member.slug]),
        **_published(member),
    }


def _sorted(rows: Sequence[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """By a column; who has told nothing comes last in either direction."""
    order = sort if sort.lstrip("-") in {*COLUMNS, "name", "age"} else DEFAULT
    key, down = order.lstrip("-"), order.startswith("-")

    def value(row: dict[str, Any]) -> Any:
        if key == "name":
            return row["member"].slug
        if key == "age":
            return row["member"].age
        found = next(cell["value"] for cell in row["cells"] if cell["key"] == key)
        return None if isinstance(found, str) else found

    told = [row for row in rows if value(row) is not None]
    rest = [row for row in rows if value(row) is None]
    return [*sorted(told, key=value, reverse=down), *rest]


def _differing(seen: Nation) -> list[dict[str, Any]]:
    """Figures that some define otherwise, with their names."""
    found = []
    for metric in figures.registry():
        names = [
            part.member.name
            for part in seen.add(metric.key).parts
            if part.why in {Why.DIFFERS, Why.LACKS}
        ]
        if names:
            href = reverse("tenants_figure", args=[metric.key])
            found.append({"metric": metric, "names": names, "href": href})
    return found
