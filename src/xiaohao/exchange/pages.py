"""Import: choose a file, see how it was understood, say yes, see what became of each row."""

from typing import Any

from django.db import transaction
from django.db.models import Count
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from xiaohao.exchange import actions, bringing, queries
from xiaohao.exchange.forms import SheetForm
from xiaohao.exchange.ledger_pages import crumbs, tabs
from xiaohao.exchange.ledger_sheet import MOST_ROWS, written
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.marked import download
from xiaohao.exchange.models import Batch, Draft, Line
from xiaohao.exchange.rules.messages import Entry, Sheet
from xiaohao.exchange.wording import FIELDS
from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import count
from xiaohao.kernel.text import shorten
from xiaohao.ledger.models import State
from xiaohao.ledger.queries import filters_of, listed
from xiaohao.people.queries import post_of
from xiaohao.units.queries import TellingNames

SHOWN_ROWS = 5
SHOWN_REMARKS = 200
SHOWN_BATCHES = 30
INLINE = 600  # rows that are imported while the browser waits
_PARTS = {"time": "received_at", "replied": "replied_at"}


@gate(Permission.IMPORT)
def exchange_import(request: GatedRequest) -> HttpResponse:
    """Choose a file; earlier imports below."""
    form = SheetForm(request.POST or None, request.FILES or None)
    unmet: Any = ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            draft = actions.upload(by=request.actor, name=given.name, content=given.read())
        except Refused as refused:
            unmet = refused.unmet
        else:
            return HttpResponseRedirect(reverse("exchange_draft", args=[draft.key]))
    earlier = Batch.objects.visible_to(request.actor).filter(holds=Draft.Holds.MESSAGES)
    context = {
        "form": form,
        "unmet": unmet,
        "tabs": tabs(request.actor, "exchange_import"),
        "total": count(earlier),
        "batches": earlier.select_related("post__unit").order_by("-pk")[:SHOWN_BATCHES],
    }
    return render(request, "exchange/import.html", context, status=422 if unmet else 200)


@gate()
def exchange_draft(request: GatedRequest, key: str) -> HttpResponse:
    """How an uploaded file was understood; yes or no; progress once it runs."""
    if batch := queries.batch_of(request.actor, key):
        return HttpResponseRedirect(reverse("exchange_batch", args=[batch.pk]))
    draft = queries.draft(request.actor, key)
    if draft.holds != Draft.Holds.MESSAGES:
        return HttpResponseRedirect(reverse(f"exchange_{draft.holds}_draft", args=[draft.key]))
    if request.method == "POST":
        return _answered(request, draft)
    if draft.state == Draft.State.RUNNING:
        context = {"draft": draft, "crumbs": _crumbs(draft.name)}
        return render(request, "exchange/running.html", context)
    reading = queries.read(draft.content(), draft.name)
    context = {
        "draft": draft,
        "crumbs": _crumbs(draft.name),
        "reading": reading,
        "count": len(reading.entries),
        "sheets": [_shown(sheet) for sheet in reading.sheets],
        "remarks": reading.remarks[:SHOWN_REMARKS],
        "more_remarks": len(reading.remarks[SHOWN_REMARKS:]),
    }
    return render(request, "exchange/draft.html", context)


def _answered(request: GatedRequest, draft: Draft) -> HttpResponse:
    if "give_up" in request.POST:
        actions.give_up(draft=draft)
        return HttpResponseRedirect(reverse("exchange_import"))
    bringing.skip(draft=draft, skips="skip" in request.POST)
    large = draft.total > INLINE
    with transaction.atomic():
        begun = actions.begin(draft=draft)
        if begun and large:
            app.configure_task("exchange.finish").defer(key=str(draft.key))
    if begun and not large:
        actions.finish(key=str(draft.key))
    return HttpResponseRedirect(reverse("exchange_draft", args=[draft.key]))


@gate(Permission.IMPORT)
def exchange_messages_marked(request: GatedRequest, key: str) -> FileResponse:
    """The uploaded sheet with its faults coloured and told, to mend it and send it again."""
    draft = queries.draft(request.actor, key)
    content = draft.content()
    return download(queries.read(content, draft.name), content, draft.name)


@gate()
def exchange_progress(request: GatedRequest, key: str) -> HttpResponse:
    """How far an import is: asked for every second; leads on when it is done."""
    batch = queries.batch_of(request.actor, key)
    if batch:
        return HttpResponse(headers={"HX-Redirect": reverse("exchange_batch", args=[batch.pk])})
    draft = queries.draft(request.actor, key)
    if draft.state == Draft.State.RUNNING:
        return render(request, "exchange/_progress.html", {"draft": draft})
    return HttpResponse(headers={"HX-Redirect": reverse("exchange_draft", args=[draft.key])})


@gate()
def exchange_batch(request: GatedRequest, key: int) -> HttpResponse:
    """What became of a file; of a list's workbook also whoever sent it may see that."""
    batch = queries.batch(request.actor, key)
    listing = LISTS.get(batch.listing)
    remarks = queries.remarks_of(batch)
    context = {
        "batch": batch,
        "crumbs": _crumbs(batch.name, batch.holds),
        "is_ledger": batch.holds == Draft.Holds.LEDGER,
        "is_list": batch.holds == Draft.Holds.LIST,
        "listing": listing if listing and not listing.key else None,
        "brought": _brought(request, batch),
        **_withdrawn(request, batch),
        "remarks": remarks[:SHOWN_REMARKS],
        "more_remarks": len(remarks[SHOWN_REMARKS:]),
    }
    return render(request, "exchange/batch.html", context)


def _brought(request: GatedRequest, batch: Batch) -> str:
    """Where the problems of a ledger's import stand; empty where this reader sees none."""
    is_ledger = batch.holds == Draft.Holds.LEDGER and batch.imported
    if not is_ledger or not request.actor.may(Permission.SEE_LEDGER):
        return ""
    return f"{reverse('ledger_list')}?import={batch.pk}"


def _withdrawn(request: GatedRequest, batch: Batch) -> dict[str, Any]:
    """How many of its problems were withdrawn; and whether this post may look which others can be.

    The look, with what stands in the way of each, is the ledger's own for many at once.
    """
    if not _brought(request, batch):
        return {}
    actor = request.actor
    states = Line.objects.filter(batch=batch).order_by().values_list("problem__state")
    counts = dict(states.annotate(count=Count("pk")))
    own = actor.unit_id == batch.post.unit_id and actor.may(Permission.REGISTER)
    left = counts.get(State.REGISTERED, 0) + counts.get(State.REFERRED, 0)
    withdrawn = counts.get(State.WITHDRAWN, 0)
    return {"withdrawn": withdrawn, "may_withdraw": own and left > 0}


def _crumbs(name: str, holds: str = Draft.Holds.MESSAGES) -> list[tuple[str, ...]]:
    if holds != Draft.Holds.MESSAGES:
        return crumbs(name, holds)
    return [(_("Import messages"), reverse("exchange_import")), (name,)]


def _shown(sheet: Sheet) -> dict[str, Any]:
    """A sheet for the preview: which column was taken for what, and the first rows."""
    layout = sheet.layout
    if layout is None:
        return {}
    keys = [key for key in FIELDS if key in layout.columns]
    return {
        "name": sheet.name,
        "head_row": layout.head_row + 1,
        "count": len(sheet.entries),
        "refused": sheet.refused,
        "repeated": len(sheet.repeated),
        "columns": [
            (FIELDS[key], "、".join(layout.heads[index] for index in layout.columns[key]))
            for key in keys
        ],
        "labels": [FIELDS[key] for key in keys],
        "rows": [
            (entry.row, [(FIELDS[key], _part(entry, key)) for key in keys])
            for entry in sheet.entries[:SHOWN_ROWS]
        ],
    }


def _part(entry: Entry, key: str) -> Any:
    value = getattr(entry, _PARTS.get(key, key))
    return shorten(value, 80) if isinstance(value, str) else value


@gate(Permission.SEE_LEDGER)
def exchange_ledger(request: GatedRequest) -> FileResponse:
    """The ledger as the same address shows it on the page, as a workbook.

    Raises:
        Refused: `too_many_rows`, beyond what a sheet is good for.
    """
    rows = listed(request.actor, filters_of(request.actor, request.GET)).order_by("-pk")
    rows = rows.defer(None).defer("search")  # the workbook shows more than the list
    count = rows[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        text = _("More than %(most)s problems. Narrow them by state, unit or category first.")
        raise Refused.because("too_many_rows", text % {"most": f"{MOST_ROWS:,}"})
    made = clock.now().astimezone(clock.ZONE)
    about = [
        (_("Made on"), f"{made:%Y-%m-%d %H:%M}"),
        (_("Made from post"), post_of(request.actor)),
        (_("Number of problems"), str(count)),
        (_("Address"), request.get_full_path()),
    ]
    rows = rows.select_related("unit", "category", "programme")
    rows = rows.prefetch_related("measures", "cooperations__unit")
    names = TellingNames(request.actor.unit_path)
    book = written(rows.iterator(chunk_size=2000), about, names)
    name = _("ledger-%(day)s.xlsx") % {"day": f"{made:%Y-%m-%d}"}
    return FileResponse(book, as_attachment=True, filename=name)
