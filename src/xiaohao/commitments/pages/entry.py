"""One entry: what was promised, how far it is, what may be done next; the form of each move."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaohao.commitments import actions, queries
from xiaohao.commitments.forms import MoveForm
from xiaohao.commitments.models import KIND_NAMES, STAGE_NAMES, Entry, Kind, Proof, Stage
from xiaohao.commitments.pages.looks import look, quantity, share_spent, told
from xiaohao.commitments.queries import Offer
from xiaohao.commitments.rules import MOVES, Demand, Facts, standing
from xiaohao.commitments.wording import DEMANDS, HAPPENED, MOVE_NAMES
from xiaohao.files.queries import hand_out
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale, Unmet
from xiaohao.ledger.models import Problem
from xiaohao.ledger.models import State as LedgerState
from xiaohao.people.queries import ActingRequest, gate, require

PRIMARY = ("start", "report", "pass", "progress")


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_entry(request: ActingRequest, number: str) -> HttpResponse:
    """The whole entry."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    entry = queries.find(actor, number)
    proofs = list(entry.proofs.select_related("file").order_by("id"))
    plans = list(entry.plans.order_by("-number"))
    facts = queries.facts_of(entry)
    context = {
        "entry": entry,
        "look": look(entry.state),
        "kind": KIND_NAMES[Kind(entry.kind)],
        "overdue": entry.is_overdue(clock.today()),
        "problem": _problem(actor, entry),
        "linked": _linked(entry),
        "next": queries.next_step(entry),
        "moves": _moves(entry, queries.offers(entry, actor, facts)),
        "photos": [(name, _at_stage(entry, proofs, stage)) for stage, name in STAGE_NAMES.items()],
        "demanded": _demanded(entry, facts),
        "plan": plans[0] if plans else None,
        "older": plans[1:],
        "money": _money(entry),
        "share": share_spent(entry),
        "quantity": quantity(entry),
        "achieved": _share(entry),
        "facts": _facts(entry),
        "events": queries.timeline(entry),
        "crumbs": entry_crumbs(entry),
    }
    return render(request, "commitments/entry.html", context)


def _problem(actor: Actor, entry: Entry) -> Problem | None:
    """The problem that this entry is, where the actor may see it."""
    if entry.problem_id is None:
        return None
    return Problem.objects.visible_to(actor).filter(pk=entry.problem_id).first()


def _linked(entry: Entry) -> tuple[str, str] | None:
    """What its problem means for this entry, and how loudly that is said."""
    if entry.problem is None:
        return None
    if not queries.counts(entry, entry.problem):
        text = _(
            "The problem to which this entry is linked is with another unit. Its being struck off "
            "closes nothing here: undo the link, and the unit shows its own result."
        )
        return text, "amber"
    if entry.problem.state == LedgerState.WITHDRAWN:
        return _("The registration of its problem was withdrawn. Undo the link."), "amber"
    text = _(
        "This is a problem on the ledger. It is fixed, verified and struck off there; this entry "
        "follows by itself."
    )
    return text, "blue"


def _at_stage(entry: Entry, proofs: list[Proof], stage: Stage) -> list[dict[str, Any]]:
    return [queries.shown_proof(entry, one) for one in proofs if one.stage == stage]


def _demanded(entry: Entry, facts: Facts) -> list[tuple[str, Any, bool]]:
    """What its list has to show before and after, and whether it is there; by stage.

    Nothing where the ledger's gate asks for the proofs of its problem.
    """
    if entry.problem_id is not None:
        return []
    return [
        (str(STAGE_NAMES[stage]), DEMANDS[demand], there)
        for stage, demand, there in standing(facts)
        if demand is not Demand.NOTHING
    ]


def _moves(entry: Entry, found: list[Offer]) -> list[dict[str, Any]]:
    order = {name: n for n, name in enumerate(PRIMARY)}
    found = sorted(found, key=lambda offer: order.get(offer.move.name, len(order)))
    lead = next((o.move.name for o in found if o.allowed and o.move.name in order), "")
    return [
        {
            "label": offer.label,
            "href": reverse("commitments_move", args=[entry.number, offer.move.name]),
            "allowed": offer.allowed,
            "unmet": offer.unmet,
            "primary": offer.move.name == lead,
        }
        for offer in found
    ]


def _money(entry: Entry) -> list[tuple[str, Decimal]]:
    rows = ((_("Planned"), "planned"), (_("Arrived"), "arrived"), (_("Spent"), "spent"))
    if not (entry.planned or entry.arrived or entry.spent):
        return []
    return [(label, getattr(entry, name)) for label, name in rows]


def _share(entry: Entry) -> float | None:
    if not entry.promised:
        return None
    return float((entry.achieved or 0) / entry.promised)


def _facts(entry: Entry) -> list[tuple[str, Any]]:
    unit = format_html(
        '<a href="{}">{}</a>', reverse("units_unit", args=[entry.unit.code]), entry.unit.name
    )
    rows: list[tuple[str, Any]] = [
        (_("List"), KIND_NAMES[Kind(entry.kind)]),
        (_("Responsible"), unit),
        (_("Answers for it"), entry.lead.title),
        (_("Deadline"), date_format(entry.deadline)),
    ]
    if entry.extensions:
        rows.append((_("Times extended"), entry.extensions))
    if entry.round > 1:
        rows.append((_("Round"), entry.round))
    return rows


def entry_crumbs(entry: Entry) -> list[tuple[str, ...]]:
    """The way down to an entry."""
    here = reverse("commitments_list")
    kind = str(KIND_NAMES[Kind(entry.kind)])
    return [(_("Lists"), here), (kind, f"{here}?list={entry.kind}"), (entry.number,)]


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_proof(request: ActingRequest, number: str, key: int) -> HttpResponseBase:
    """A photo or document, to those who may see its entry."""
    entry = queries.find(require(request.actor, Permission.SEE_LEDGER), number)
    row = entry.proofs.filter(pk=key).select_related("file").first()
    if row is None:
        raise NotFound([Unmet("not_found", _("There is no such file."))])
    return hand_out(row.file, request=request, thumbnail=bool(request.GET.get("small")))


@gate(Permission.SEE_LEDGER)
def commitments_move(request: ActingRequest, number: str, move: str) -> HttpResponse:
    """Ask for a move's inputs, make it, or say why not; nothing typed is lost."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    entry = queries.find(actor, number)
    if move not in MOVES or MOVES[move].permission is None:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    if request.method == "POST":
        return _posted(request, actor, entry, move)
    facts = queries.facts_of(entry)
    offer = next((o for o in queries.offers(entry, actor, facts) if o.move.name == move), None)
    text = _("This step is not possible now; the entry’s page shows what is.")
    unmet = offer.unmet if offer else (Unmet("wrong_state", text),)
    return _asked(request, entry, MoveForm(MOVES[move], entry), unmet=unmet, facts=facts)


def _asked(
    request: ActingRequest,
    entry: Entry,
    form: MoveForm,
    status: int = 200,
    facts: Facts | None = None,
    **more: Any,
) -> HttpResponse:
    form.mark(facts or queries.facts_of(entry))
    plan = entry.plans.order_by("-number").first()
    label = _(MOVE_NAMES[form.move.name])
    if form.move.name == "plan" and not form.is_bound:
        form.fields["plan"].initial = plan.text if plan else ""
    here = reverse("commitments_entry", args=[entry.number])
    context = {
        "entry": entry,
        "look": look(entry.state),
        "form": form,
        "label": label,
        "plan": plan,
        "crumbs": [*entry_crumbs(entry)[:-1], (entry.number, here), (label,)],
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "commitments/move.html", context, status=status)


def _posted(request: ActingRequest, actor: Actor, entry: Entry, move: str) -> HttpResponse:
    form = MoveForm(MOVES[move], entry, request.POST, request.FILES)
    if not form.is_valid():
        return _asked(request, entry, form, 422)
    given = dict(form.given())
    try:
        if "files" in MOVES[move].inputs:
            given["files"] = _uploaded(form, actor, entry)
        version = form.cleaned_data["version"]
        actions.move(entry=entry, move=move, by=actor, version=version, **given)
    except Stale as stale:
        # Sending again is then a decision taken in sight of what changed.
        form.put("version", str(stale.version))
        again = queries.find(actor, entry.number)
        return _asked(request, again, form, 409, stale=told(stale, form))
    except (Refused, Forbidden) as refused:
        form.take(refused.unmet)
        return _asked(request, entry, form, refused.status, unmet=refused.unmet)
    done = _("%(number)s: %(move)s") % {"number": entry.number, "move": _(HAPPENED[move])}
    messages.success(request, done)
    return redirect("commitments_entry", entry.number)


def _uploaded(form: MoveForm, actor: Actor, entry: Entry) -> list[int]:
    """Ids of the files sent now and, after a refusal, of those sent before."""
    kept = [int(key) for key in form.cleaned_data.get("kept", "").split() if key.isdecimal()]
    for sent in form.cleaned_data.get("files") or []:
        row = actions.upload(entry=entry, by=actor, name=sent.name or "", stream=sent.file)
        kept.append(row.pk)
    form.put("kept", " ".join(map(str, kept)))
    return kept
