"""How my message stands, and my word on the fix. The code travels in forms, never in addresses."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaohao.files.models import File
from xiaohao.files.queries import hand_out
from xiaohao.intake import actions, queries
from xiaohao.intake.forms import AnswerForm, CodeForm, pack_photos, put_errors, unmet_of
from xiaohao.kernel import tokens
from xiaohao.kernel.errors import Answer, NotFound, Throttled, Unmet
from xiaohao.people.queries import public

PHOTO_SALT = "intake.photo"
PHOTO_LIFE = 3600  # seconds for which a photo's address works
LOOKS = {
    "received": ("mail", "grey"),
    "suggestion": ("message-plus", "blue"),
    "replied": ("message", "green"),
}


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def intake_status(request: HttpRequest) -> HttpResponse:
    """The form for the code; posted, how the message stands."""
    if request.method != "POST":
        return render(request, "intake/status.html", {"form": CodeForm(), "unmet": []})
    form = CodeForm(request.POST)
    form.is_valid()
    try:
        code = form.cleaned_data.get("code", "")
        message = actions.looked_up(code=code, address=actions.address_of(request))
    except (NotFound, Throttled) as said:
        put_errors(form, said.unmet)
        context = {"form": form, "unmet": list(said.unmet)}
        response = render(request, "intake/status.html", context, status=said.status)
        if isinstance(said, Throttled):
            response["Retry-After"] = str(said.retry_after)
        return response
    return _shown(request, queries.progress(message), AnswerForm(), [])


@public
@never_cache
@require_POST
def intake_answer(request: HttpRequest) -> HttpResponse:
    """The sender's word on the fix."""
    code, form = request.POST.get("code", ""), AnswerForm(request.POST, request.FILES)
    address = actions.address_of(request)
    message = actions.looked_up(code=code, address=address)
    unmet: list[Unmet] = []
    files: list[File] = []
    if form.is_valid():
        try:
            sent = form.cleaned_data.pop("photos")
            files = actions.kept_photos(uploads=sent, address=address)
            with transaction.atomic():
                actions.answer(message=message, **form.cleaned_data)
                actions.attach(message=message, files=files)
        except Answer as said:
            put_errors(form, said.unmet)
            unmet = list(said.unmet)
    else:
        unmet = unmet_of(form)
    found = queries.progress(queries.by_code(code))
    # Where the form is not shown again, what was typed in it is.
    typed = _typed(form) if unmet and not found.asked else []
    photos = pack_photos(files) if typed and files else ""
    return _shown(request, found, form, unmet, thanked=not unmet, typed=typed, photos=photos)


def _typed(form: AnswerForm) -> list[tuple[str, str]]:
    """What was said in words, and what was chosen, by the labels that stood beside it."""
    chosen = [form["answer"], form["response"], form["result"], form["attitude"]]
    rows = [(str(one.label), _chosen(one)) for one in chosen]
    words = str(form["words"].value() or "").strip()
    return [(label, text) for label, text in [*rows, (str(form["words"].label), words)] if text]


def _chosen(field: BoundField) -> str:
    words = {str(key): str(text) for key, text in getattr(field.field, "choices", ())}
    return words.get(str(field.value() or ""), "")


def _shown(
    request: HttpRequest,
    found: queries.Progress,
    form: AnswerForm,
    unmet: list[Unmet],
    *,
    thanked: bool = False,
    typed: Sequence[tuple[str, str]] = (),
    photos: str = "",
) -> HttpResponse:
    receipt = queries.receipt_of(found.message)
    context: dict[str, Any] = {
        "found": found,
        "receipt": receipt,
        "hash": receipt.hash().hex(),
        "look": LOOKS.get(found.state),
        "events": [_event(step) for step in reversed(found.steps)],
        "before": _pictures(found.before, _("Photo sent with the message")),
        "after": _pictures(found.after, _("Photo of the fix")),
        "form": form,
        "unmet": unmet,
        "thanked": thanked,
        "typed": typed,
        "typed_words": form["words"].value() or "" if typed else "",
        "typed_photos": photos,
        "place": found.message.place_unit.code if found.message.place_unit else "",
    }
    return render(request, "intake/progress.html", context, status=422 if unmet else 200)


def _event(step: queries.Step) -> dict[str, Any]:
    tones = {"close": "green", "pass": "green", "ask": "violet", "not_solved": "amber",
             "reopen": "amber", "fail": "amber", "return": "amber",
             "recall": "amber", "answer": "violet"}  # fmt: skip
    icons = {"received": "mail", "refer": "send", "accept": "user-check", "plan": "list-check",
             "report": "flag", "pass": "shield-check", "ask": "message-2-question",
             "answer": "message", "close": "circle-check", "return": "corner-up-left",
             "recall": "arrow-back-up"}  # fmt: skip
    return {
        "at": step.at,
        "title": step.text,
        "tone": tones.get(step.kind, "grey"),
        "icon": icons.get(step.kind, ""),
    }


def _pictures(files: Iterable[File], alt: str) -> list[dict[str, str]]:
    """Photos with addresses that work for an hour and name neither the message nor the code."""
    shown = []
    for number, file in enumerate(files, 1):
        token = tokens.dumps(file.pk, salt=PHOTO_SALT)
        href = reverse("intake_photo", args=[token])
        shown.append({"href": href, "thumb": f"{href}?small=1", "alt": f"{alt} {number}"})
    return shown


@public
@require_GET
def intake_photo(request: HttpRequest, token: str) -> HttpResponseBase:
    """A photo that a page has just shown to somebody who may see it."""
    try:
        number = tokens.loads(token, salt=PHOTO_SALT, max_age=PHOTO_LIFE)
    except tokens.BadSignature as bad:
        text = _("This photo's address has expired. Open the page again.")
        raise NotFound([Unmet("not_found", text)]) from bad
    file = File.objects.get(pk=number)
    return hand_out(file, request=request, thumbnail="small" in request.GET)
