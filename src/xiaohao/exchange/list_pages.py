"""A list's workbook comes back: choose the file, see row by row what it asks for, say yes."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from procrastinate.contrib.django import app

from xiaohao.exchange import actions, bringing, queries, returning
from xiaohao.exchange.asked import Asked
from xiaohao.exchange.forms import ListForm
from xiaohao.exchange.ledger_pages import crumbs, tabs
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.lists.base import Sheet
from xiaohao.exchange.marked import download
from xiaohao.exchange.models import Draft
from xiaohao.exchange.returned import understand_list
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import count
from xiaohao.kernel.series import listed

SHOWN_ROWS, SHOWN_REMARKS, SHOWN_BATCHES = 200, 200, 30
INLINE = 200  # rows that are written while the browser waits


@gate()
def exchange_import_list(request: GatedRequest) -> HttpResponse:
    """Choose the workbook of a list; which lists take what, and what came in earlier."""
    form = ListForm(request.POST or None, request.FILES or None)
    unmet: Any = ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            draft = returning.upload_list(by=request.actor, name=given.name, content=given.read())
        except Refused as refused:
            unmet = refused.unmet
        else:
            return HttpResponseRedirect(reverse("exchange_list_draft", args=[draft.key]))
    earlier = queries.batches(request.actor).filter(holds=Draft.Holds.LIST)
    context = {
        "form": form,
        "unmet": unmet,
        "tabs": tabs(request.actor, "exchange_import_list"),
        "lists": list(_told(request.actor)),
        "waiting": queries.waiting(request.actor, Draft.Holds.LIST)[:SHOWN_BATCHES],
        "total": count(earlier),
        "batches": earlier.select_related("post__unit").order_by("-pk")[:SHOWN_BATCHES],
    }
    return render(request, "exchange/import_list.html", context, status=422 if unmet else 200)


def _told(actor: Actor) -> Any:
    """Each sheet of this reader's lists, and what a hand may write in it, or why nothing."""
    for listing in LISTS.values():
        for sheet in listing.sheets if listing.may(actor) else ():
            href = "" if listing.key else reverse(listing.page)
            yield {"name": sheet.name, "href": href, "stays": sheet.stays, **_taken(sheet)}


def _taken(sheet: Sheet) -> dict[str, Any]:
    if sheet.back is None:
        return {}
    hand = sheet.back.hand
    return {
        "key": sheet.identifying.head,
        "changes": _heads(sheet, hand.may_change if hand else ()),
        "new": _heads(sheet, (hand.new or hand.new_part) if hand else ()),
    }


def _heads(sheet: Sheet, keys: Sequence[str]) -> str:
    return listed(one.head for one in sheet.columns if one.key and one.key in keys)


@gate()
def exchange_list_draft(request: GatedRequest, key: str) -> HttpResponse:
    """What a workbook asks for, row by row; nothing is written before the yes."""
    if batch := queries.batch_of(request.actor, key):
        return HttpResponseRedirect(reverse("exchange_batch", args=[batch.pk]))
    draft = queries.draft(request.actor, key)
    if request.method == "POST":
        return _answered(request, draft)
    context: dict[str, Any] = {"draft": draft, "crumbs": crumbs(draft.name, draft.holds)}
    if draft.state == Draft.State.RUNNING:
        return render(request, "exchange/running.html", context)
    reading = understand_list(request.actor, draft.content(), draft.name)
    rows = [*reading.changed, *reading.fresh]
    context |= {
        "reading": reading,
        "several": len(reading.sheets) > 1,
        "names": [(found.sheet.name, found.listing.name) for found in reading.sheets],
        "rows": [_row(asked) for asked in rows[:SHOWN_ROWS]],
        "count": len(rows),
        "more_rows": len(rows[SHOWN_ROWS:]),
        "changed": len(reading.changed),
        "fresh": len(reading.fresh),
        "remarks": reading.remarks[:SHOWN_REMARKS],
        "more_remarks": len(reading.remarks[SHOWN_REMARKS:]),
    }
    return render(request, "exchange/list_draft.html", context)


def _row(asked: Asked) -> dict[str, Any]:
    return {
        "row": asked.row,
        "sheet": asked.sheet,
        "number": asked.number,
        "changes": asked.changes,
    }


def _answered(request: GatedRequest, draft: Draft) -> HttpResponse:
    if "give_up" in request.POST:
        actions.give_up(draft=draft)
        return HttpResponseRedirect(reverse("exchange_import_list"))
    bringing.skip(draft=draft, skips="skip" in request.POST)
    large = draft.total > INLINE
    with transaction.atomic():
        begun = actions.begin(draft=draft)
        if begun and large:
            app.configure_task("exchange.finish").defer(key=str(draft.key))
    if begun and not large:
        actions.finish(key=str(draft.key))
    return HttpResponseRedirect(reverse("exchange_list_draft", args=[draft.key]))


@gate()
def exchange_list_marked(request: GatedRequest, key: str) -> FileResponse:
    """The uploaded workbook with its faults coloured and told, to mend it and send it again."""
    draft = queries.draft(request.actor, key)
    content = draft.content()
    return download(understand_list(request.actor, content, draft.name), content, draft.name)
