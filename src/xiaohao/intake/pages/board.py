"""The public board: writing in, looking for places and like problems, the receipt."""

import hashlib
import uuid
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaohao.files.models import File
from xiaohao.intake import actions, queries
from xiaohao.intake.forms import (
    MessageForm,
    ReceiptForm,
    pack_photos,
    put_errors,
    unmet_of,
    unpack_photos,
)
from xiaohao.intake.models import Channel
from xiaohao.intake.rules.limits import PHOTOS
from xiaohao.kernel.errors import Answer, Refused, Throttled, Unmet
from xiaohao.people.queries import public

COOKIE = "receipt"
REMEMBERED = 3600  # seconds for which the receipt's page can be opened again
LARGEST_RECEIPT = 64 * 1024


@public
@require_http_methods(["GET", "HEAD", "POST"])
def intake_board(request: HttpRequest) -> HttpResponse:
    """The form, and what comes from it; with `draft` it is shown filled in, and nothing is sent."""
    if request.method != "POST":
        return _fresh(request, request.GET)
    if request.POST.get("draft"):
        return _fresh(request, request.POST)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form, unmet_of(form), 422)
    try:
        received = _send(request, form)
    except Answer as said:
        put_errors(form, said.unmet)
        return _refused(request, form, list(said.unmet), said.status)
    response = redirect("intake_sent")
    response.set_signed_cookie(
        COOKIE, received.receipt.code, max_age=REMEMBERED, httponly=True, samesite="Strict",
        secure=request.is_secure(), path="/board/",
    )  # fmt: skip
    return response


def _fresh(request: HttpRequest, given: QueryDict) -> HttpResponse:
    place = queries.place_of(given.get("place", ""))
    via = Channel.QR if given.get("via") == Channel.QR else ""
    filled = {"place": place.code if place else "", "via": via}
    if request.method == "POST":  # never in an address, which is written down on the way
        filled |= {name: given.get(name, "") for name in ("text", "kept")}
    form = MessageForm(initial=filled)
    if place:
        form.fields["place"].widget.attrs["data-label"] = queries.place_label(place)
    return _form_page(request, form, uuid.uuid4())


def _send(request: HttpRequest, form: MessageForm) -> actions.Received:
    """Count the sender, keep his photos, take the message in.

    Raises:
        Answer: why not.
    """
    given, submission = form.cleaned_data, form.submission_number()
    address = actions.address_of(request)
    proved = actions.is_proved(given["challenge"], given["pow_nonce"], str(submission))
    actions.admit(address=address, purpose="proved" if proved else "plain")
    files = _photos(form, address)
    unit, place = queries.place_typed(given["place"], given["spot"])
    received = actions.receive(
        text=given["text"] or _("I have met this problem too."),
        place=place,
        place_unit=unit,
        channel=Channel.QR if given["via"] == Channel.QR else Channel.WEB,
        sender=form.sender(),
        submission=submission,
    )
    actions.attach(message=received.message, files=files)
    if given["join"] and not received.again:
        number = queries.offered(given["join"])
        actions.join_known(message=received.message, number=number)
    return received


def _photos(form: MessageForm, address: str) -> list[File]:
    """The photos sent now and those the form carried along; put into `kept` for the next try."""
    before, trouble = unpack_photos(form.cleaned_data["kept"]), []
    try:
        now = actions.kept_photos(uploads=form.cleaned_data["photos"], address=address)
    except actions.PhotosRefused as said:
        now, trouble = list(said.files), list(said.unmet)
    files = [*before, *now]
    form.data = data = cast("QueryDict", form.data).copy()
    data["kept"] = pack_photos(files)
    if len(files) > PHOTOS:
        text = _("At most %(limit)d photos go with a message.") % {"limit": PHOTOS}
        trouble.append(Unmet("too_many_photos", text, "photos"))
    if trouble:
        raise Refused(trouble)
    return files


def _refused(
    request: HttpRequest, form: MessageForm, unmet: list[Unmet], status: int
) -> HttpResponse:
    """The form as it was filled in, with what stands in the way."""
    form.data = cast("QueryDict", form.data).copy()
    if not form.data.get("kept") and "photos" not in form.errors:
        _keep_photos(request, form)
    clash = any(one.code == "already_sent" for one in unmet)
    number = uuid.uuid4() if clash else form.submission_number()
    unit, _place = queries.place_typed(form.data.get("place", ""), "")
    if unit:
        form.fields["place"].widget.attrs["data-label"] = queries.place_label(unit)
    response = _form_page(request, form, number, unmet)
    response.status_code = status
    return response


def _keep_photos(request: HttpRequest, form: MessageForm) -> None:
    """Photos that came with a refused form are not lost with it."""
    try:
        form.cleaned_data.setdefault("kept", "")
        form.cleaned_data.setdefault("photos", [])
        _photos(form, actions.address_of(request))
    except Answer as said:
        put_errors(form, said.unmet)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return "#"


def _form_page(
    request: HttpRequest, form: MessageForm, submission: uuid.UUID, unmet: list[Unmet] | None = None
) -> HttpResponse:
    asked = actions.challenge_for(str(submission), actions.address_of(request))
    kept = unpack_photos(form["kept"].value() or "")
    context: dict[str, Any] = {
        "form": form,
        "unmet": unmet or [],
        "submission": submission,
        "challenge": asked,
        "kept": kept,
        "kept_packed": pack_photos(kept) if kept else "",
        "via": form["via"].value() or "",
        "join": form["join"].value() or "",
        "figures": queries.board_figures(),
        "figures_url": _address("dashboards_public"),
        "due": queries.next_triage_day(),
    }
    return render(request, "intake/board.html", context)


@public
@never_cache
@require_GET
def intake_sent(request: HttpRequest) -> HttpResponse:
    """The receipt, for the browser that has just sent the message."""
    code = request.get_signed_cookie(COOKIE, "", max_age=REMEMBERED)
    if not code:
        return redirect("intake_status")
    message = queries.by_code(code)
    receipt = queries.receipt_of(message)
    context = {
        "message": message,
        "receipt": receipt,
        "hash": receipt.hash().hex(),
        "photos": message.photos.count(),
        "anonymous": not hasattr(message, "contact"),
        "link": request.build_absolute_uri(f"/board/status/#{receipt.shown_code}"),
    }
    return render(request, "intake/sent.html", context)


@public
@require_POST
def intake_receipt(request: HttpRequest) -> HttpResponse:
    """The receipt as a text file, whose SHA-256 stands on the trail."""
    code, address = request.POST.get("code", ""), actions.address_of(request)
    receipt = queries.receipt_of(actions.looked_up(code=code, address=address))
    response = HttpResponse(receipt.body(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    response["Cache-Control"] = "no-store"
    return response


@public
@require_http_methods(["GET", "HEAD", "POST"])
def intake_check_receipt(request: HttpRequest) -> HttpResponse:
    """Whether a receipt is genuine: its hash against the trail."""
    if request.method != "POST":
        return render(
            request,
            "intake/check_receipt.html",
            {"form": ReceiptForm(), "found": None, "unmet": []},
        )
    form = ReceiptForm(request.POST, request.FILES)
    found, unmet = None, []
    if form.is_valid():
        try:
            found = _checked(request, form)
        except Answer as said:
            unmet = list(said.unmet)
    else:
        unmet = unmet_of(form)
    context = {"form": form, "found": found, "unmet": unmet}
    return render(request, "intake/check_receipt.html", context, status=422 if unmet else 200)


def _checked(request: HttpRequest, form: ReceiptForm) -> queries.Genuine:
    given, file = form.cleaned_data, form.cleaned_data["file"]
    code, hashed = given["code"], given["hash"].lower().replace(" ", "")
    if file:
        body = file.read(LARGEST_RECEIPT)
        code, hashed = queries.code_in(body) or code, hashlib.sha256(body).hexdigest()
    if not code or not hashed:
        text = _("Choose the file of the receipt, or type the code and the hash printed on it.")
        raise Refused.because("receipt_missing", text, "file")
    message = actions.looked_up(code=code, address=actions.address_of(request))
    return queries.genuine(message, hashed)


@public
@require_GET
def intake_places(request: HttpRequest) -> HttpResponseBase:
    """Places whose name, initials or code match what is typed."""
    typed = request.GET.get("q", "")[:80]
    try:
        actions.admit(address=actions.address_of(request), purpose="look")
    except Throttled:
        return HttpResponse(status=429)
    context = {"items": queries.places(typed), "asked": typed}
    return render(request, "intake/_places.html", context)


@public
@require_POST
def intake_similar(request: HttpRequest) -> HttpResponseBase:
    """Problems known already that read like what is being typed."""
    try:
        actions.admit(address=actions.address_of(request), purpose="look")
    except Throttled:
        return HttpResponse(status=204)
    unit, _spot = queries.place_typed(request.POST.get("place", "")[:200], "")
    known = queries.known_nearby(request.POST.get("text", "")[:2000], unit)
    return render(request, "intake/_similar.html", {"known": known})
