"""The digest: asked for, confirmed, and stopped by a link without a log-in."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.notices import actions, queries
from xiaohao.notices.forms import DigestForm
from xiaohao.notices.rules.digest import Rhythm
from xiaohao.people.models import Account
from xiaohao.people.queries import ActingRequest, gate, public, require


@gate(Permission.SEE_LEDGER)
def notices_mail(request: ActingRequest) -> HttpResponse:
    """How often and where to; whether the address is confirmed."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    account = cast("Account", request.user)
    row = queries.digest_of(account)
    first = {"rhythm": row.rhythm if row else Rhythm.OFF, "address": row.address if row else ""}
    form = DigestForm(request.POST or None, initial=first)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                language = get_language() or "zh-hans"
                actions.subscribe(account=account, by=actor, language=language, **form.cleaned_data)
            except Refused as said:
                for one in said.unmet:
                    form.add_error(one.field, str(one.message))
            else:
                messages.success(request, _("Kept."))
                return redirect("notices_mail")
    context = {"form": form, "digest": row, "ready": queries.mail_is_set_up()}
    return render(request, "notices/mail.html", context, status=status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def notices_confirm(request: ActingRequest, token: str) -> HttpResponse:
    """The link from the mail: a button first, since programs open links too."""
    done = request.method == "POST"
    if done:
        actions.confirm_address(token=token)
    return render(request, "notices/confirm.html", {"done": done})


@csrf_exempt  # a mail program sends this by itself; the token in the address says for whom
@public
@require_http_methods(["GET", "HEAD", "POST"])
def notices_stop(request: ActingRequest, token: str) -> HttpResponse:
    """No more digests."""
    done = request.method == "POST"
    if done:
        actions.unsubscribe(token=token)
    return render(request, "notices/stop.html", {"done": done})
