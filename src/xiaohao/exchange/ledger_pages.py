"""A ledger comes in: choose a file, see and mend how it was understood, say yes."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from xiaohao.exchange import actions, bringing, queries
from xiaohao.exchange.forms import SheetForm
from xiaohao.exchange.marked import download
from xiaohao.exchange.models import Batch, Draft
from xiaohao.exchange.rules.cells import text_of
from xiaohao.exchange.rules.ledger_columns import LEFT_OUT
from xiaohao.exchange.rules.ledger_entries import Entry, LedgerSheet
from xiaohao.exchange.rules.ledger_heads import FIELDS
from xiaohao.exchange.understanding import NO_UNIT, LedgerReading, understand
from xiaohao.exchange.wording import LEDGER_FIELDS
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.paging import count
from xiaohao.kernel.text import shorten
from xiaohao.units.queries import Match, labels

SHOWN_ROWS, SHOWN_REMARKS, SHOWN_BATCHES, SHOWN_NAMES, SHOWN_REPEATED = 8, 200, 30, 60, 40
# What a ledger says and a list of messages does not.
DONE_BY = frozenset({"unit", "measure", "deadline", "owner", "helpers"})
INLINE = 600  # problems that come in while the browser waits


@gate(Permission.IMPORT)
def exchange_import_ledger(request: GatedRequest) -> HttpResponse:
    """Choose a ledger's file; earlier imports below."""
    form = SheetForm(request.POST or None, request.FILES or None)
    unmet: Any = ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            draft = bringing.upload_ledger(by=request.actor, name=given.name, content=given.read())
        except Refused as refused:
            unmet = refused.unmet
        else:
            return HttpResponseRedirect(reverse("exchange_ledger_draft", args=[draft.key]))
    earlier = Batch.objects.visible_to(request.actor).filter(holds=Draft.Holds.LEDGER)
    context = {
        "form": form,
        "unmet": unmet,
        "tabs": tabs(request.actor, "exchange_import_ledger"),
        "waiting": queries.waiting(request.actor, Draft.Holds.LEDGER)[:SHOWN_BATCHES],
        "may_see": request.actor.may(Permission.SEE_LEDGER),
        "total": count(earlier),
        "batches": earlier.select_related("post__unit").order_by("-pk")[:SHOWN_BATCHES],
    }
    return render(request, "exchange/import_ledger.html", context, status=422 if unmet else 200)


def tabs(actor: Actor, here: str) -> list[dict[str, Any]]:
    """What may be brought in from this post."""
    pages = {"exchange_import": _("Messages"), "exchange_import_ledger": _("Ledger")}
    pages = pages if actor.may(Permission.IMPORT) else {}
    pages["exchange_import_list"] = _("Bring back a list")
    return [
        {"label": label, "href": reverse(name), "current": name == here}
        for name, label in pages.items()
    ]


@gate(Permission.IMPORT)
def exchange_ledger_draft(request: GatedRequest, key: str) -> HttpResponse:
    """How a ledger was understood: columns, units, rows; each can be mended before the yes."""
    if batch := queries.batch_of(request.actor, key):
        return HttpResponseRedirect(reverse("exchange_batch", args=[batch.pk]))
    draft = queries.draft(request.actor, key)
    if request.method == "POST":
        return _answered(request, draft)
    if draft.state == Draft.State.RUNNING:
        context = {"draft": draft, "crumbs": crumbs(draft.name)}
        return render(request, "exchange/running.html", context)
    reading = understand(request.actor, draft.content(), draft.name)
    context = {
        "draft": draft,
        "crumbs": crumbs(draft.name),
        "reading": reading,
        "count": len(reading.fresh),
        "sheets": [_shown(n, sheet, reading) for n, sheet in enumerate(_sheets(reading))],
        "names": _names(reading),
        "repeated": _some(reading.repeated),
        "as_messages": _holds_messages(draft, reading),
        "remarks": reading.remarks[:SHOWN_REMARKS],
        "more_remarks": len(reading.remarks[SHOWN_REMARKS:]),
    }
    return render(request, "exchange/ledger_draft.html", context)


def _holds_messages(draft: Draft, reading: LedgerReading) -> bool:
    """Whether it rather is a list of citizens' messages: nothing in it says what is done by whom.

    As messages they keep their senders, so that each is asked before anything is closed.
    """
    sheets = [sheet.layout for sheet in reading.sheets if sheet.layout is not None]
    if not sheets or any(DONE_BY & layout.columns.keys() for layout in sheets):
        return False
    try:
        queries.read(draft.content(), draft.name)
    except Refused:
        return False
    return True


@gate(Permission.IMPORT)
def exchange_marked(request: GatedRequest, key: str) -> FileResponse:
    """The uploaded file with its faults coloured and told, to mend it and send it again."""
    draft = queries.draft(request.actor, key)
    content = draft.content()
    return download(understand(request.actor, content, draft.name), content, draft.name)


def crumbs(name: str, holds: str = Draft.Holds.LEDGER) -> list[tuple[str, ...]]:
    """The way to a page about one file of a ledger or a list."""
    if holds == Draft.Holds.LIST:
        return [(_("Bring back a list"), reverse("exchange_import_list")), (name,)]
    return [(_("Import a ledger"), reverse("exchange_import_ledger")), (name,)]


def _answered(request: GatedRequest, draft: Draft) -> HttpResponse:
    if "give_up" in request.POST:
        actions.give_up(draft=draft)
        return HttpResponseRedirect(reverse("exchange_import_ledger"))
    here = reverse("exchange_ledger_draft", args=[draft.key])
    if "columns" in request.POST or "usual" in request.POST:
        _mapped(request, draft)
        return HttpResponseRedirect(here)
    if "units" in request.POST:
        names, codes, others = map(request.POST.getlist, ("name", "code", "other"))
        said = {n: other.strip() or c for n, c, other in zip(names, codes, others, strict=False)}
        bringing.learn_units(by=request.actor, names={n: c for n, c in said.items() if c})
        return HttpResponseRedirect(here)
    bringing.skip(draft=draft, skips="skip" in request.POST)
    large = draft.total > INLINE
    with transaction.atomic():
        begun = actions.begin(draft=draft)
        if begun and large:
            app.configure_task("exchange.finish").defer(key=str(draft.key))
    if begun and not large:
        actions.finish(key=str(draft.key))
    return HttpResponseRedirect(here)


def _mapped(request: GatedRequest, draft: Draft) -> None:
    """Remember the columns as they were chosen, or forget what was chosen before."""
    reading = understand(request.actor, draft.content(), draft.name)
    number = request.POST.get("sheet", "")
    sheets = _sheets(reading)
    if not number.isdecimal() or int(number) >= len(sheets):
        return
    layout = sheets[int(number)].layout
    if layout is None:
        return
    if "usual" in request.POST:
        bringing.forget_columns(by=request.actor, heads=layout.known_by)
        return
    chosen = {n: request.POST.get(f"column-{n}", "?") for n in range(len(layout.heads))}
    columns = {n: key for n, key in chosen.items() if key == LEFT_OUT or key in FIELDS}
    if "text" in columns.values() or "title" in columns.values():
        bringing.learn_columns(by=request.actor, heads=layout.known_by, columns=columns)


def _some(rows: Sequence[str]) -> str:
    """The first of these rows, as people list them."""
    more = ["…"] if len(rows) > SHOWN_REPEATED else []
    return ", ".join([*rows[:SHOWN_REPEATED], *more])


def _sheets(reading: LedgerReading) -> Sequence[LedgerSheet]:
    """The sheets in the order in which the preview numbers them."""
    return [*reading.sheets, *reading.proposed]


def _shown(number: int, sheet: LedgerSheet, reading: LedgerReading) -> dict[str, Any]:
    """A sheet for the preview: what each column was taken for, and the first problems."""
    layout = sheet.layout
    if layout is None:
        return {}
    taken = {column: key for key, columns in layout.columns.items() for column in columns}
    is_proposed = sheet in reading.proposed
    keys = [key for key in LEDGER_FIELDS if key in layout.columns]
    keys = [key for key in keys if not key.startswith("measure_") and key != "progress"]
    below = sheet.cells[layout.head_row + 1 :]
    fresh = [one.entry for one in reading.fresh if one.sheet == sheet.name]
    return {
        "number": number,
        "name": sheet.name,
        "head_row": layout.head_row + 1,
        "proposed": is_proposed,
        "count": len(fresh),
        "columns": [
            {"index": n, "head": head, "key": taken.get(n, LEFT_OUT), "like": _like(below, n)}
            for n, head in enumerate(layout.heads)
            if head
        ],
        "choices": list(LEDGER_FIELDS.items()),
        "labels": [(key, LEDGER_FIELDS[key]) for key in keys],
        "rows": [
            (entry.row, [(LEDGER_FIELDS[key], _part(_record(entry).get(key))) for key in keys])
            for entry in fresh[:SHOWN_ROWS]
        ],
    }


def _record(entry: Entry) -> dict[str, Any]:
    """An entry for the preview: what stands in its row, field by field."""
    return {
        "number": entry.number, "title": entry.title, "text": entry.text,
        "unit": "、".join(entry.units), "helpers": "、".join(entry.helpers), "owner": entry.owner,
        "category": entry.category, "programme": entry.programme, "place": entry.place,
        "source": entry.source, "channel": entry.channel, "received": entry.received_at,
        "deadline": entry.deadline, "measure": len(entry.steps), "status": entry.claim,
    }  # fmt: skip


def _like(below: Sequence[Sequence[Any]], column: int) -> str:
    """The first entry of a column, so that one sees what it holds."""
    cells = (row[column] for row in below[:50] if column < len(row))
    return shorten(text_of(next(filter(None, cells), "")), 24)


def _part(value: Any) -> Any:
    return shorten(value, 60) if isinstance(value, str) else value


def _names(reading: LedgerReading) -> list[dict[str, Any]]:
    """Names of units that a person should look at: those that are not sure."""
    unsure = [match for match in reading.names.values() if not match.is_sure][:SHOWN_NAMES]
    units = [unit for match in unsure for unit in _choices(match)]
    above = labels(units)
    return [
        {
            "typed": match.typed,
            "confidence": f"{match.confidence:.0%}" if match.unit else "",
            "choices": [
                (unit.code, f"{above[unit.pk]} › {unit.name}" if above[unit.pk] else unit.name)
                for unit in _choices(match)
            ],
            "open": NO_UNIT,
        }
        for match in unsure
    ]


def _choices(match: Match) -> list[Any]:
    return [match.unit, *match.others] if match.unit else []
