"""Accounts: opened, shut out, given a new password; the password is shown once."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer
from xiaohao.kernel.paging import take
from xiaohao.people import actions
from xiaohao.people.forms import OpenAccount
from xiaohao.people.models import Account, Holding
from xiaohao.people.pages.leaving import Question, asked_first, unmet_of
from xiaohao.people.queries import (
    GatedRequest,
    accounts_within,
    find_account,
    gate,
    holdings_within,
)
from xiaohao.people.wording import EVENTS
from xiaohao.trail.queries import told

MANAGE = Permission.MANAGE_PEOPLE


@gate(MANAGE)
def people_accounts(request: GatedRequest) -> HttpResponse:
    """Accounts that hold or held a post in one's subtree, and those without any."""
    accounts = accounts_within(request.actor)
    if typed := request.GET.get("q", "").strip()[:80]:
        accounts = accounts.filter(username__icontains=typed)
    page = take(accounts, ["username"], request.GET.get("cursor"), 50)
    return render(request, "people/accounts.html", {"page": page})


@gate(MANAGE)
def people_account(request: GatedRequest, username: str) -> HttpResponse:
    """One account: its posts in one's subtree, and its trail."""
    return _shown(request, find_account(request.actor, username))


def _shown(
    request: GatedRequest,
    account: Account,
    unmet: Any = (),
    status: int = 200,
    password: str = "",
    question: Question | None = None,
) -> HttpResponse:
    context = {
        "account": account,
        "unmet": unmet,
        "question": question,
        "password": password,
        "holdings": list(holdings_within(request.actor).filter(account=account)[:200]),
        "events": told(actions.ACCOUNT, account.pk, EVENTS),
        "is_own": account.pk == request.actor.account_id,
    }
    return render(request, "people/account.html", context, status=status)


@never_cache
@gate(MANAGE)
def people_open_account(request: GatedRequest) -> HttpResponse:
    """Open an account; its first password is shown here and nowhere else."""
    form = OpenAccount(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, 422 if request.method == "POST" else 200)
    try:
        account, password = actions.open_account(by=request.actor, **form.cleaned_data)
    except Answer as said:
        return _asked(request, form, said.status, said.unmet)
    return _shown(request, account, password=password)


def _asked(request: GatedRequest, form: Form, status: int, unmet: Any = ()) -> HttpResponse:
    context = {
        "form": form,
        "unmet": unmet,
        "title": _("Open an account"),
        "crumbs": [(_("Accounts"), "people_accounts")],
    }
    return render(request, "people/form.html", context, status=status)


@never_cache
@gate(MANAGE)
@require_POST
def people_account_password(request: GatedRequest, username: str) -> HttpResponse:
    """Give the account a new password, shown once."""
    account = find_account(request.actor, username)
    password = actions.reset_password(by=request.actor, account=account)
    return _shown(request, account, password=password)


@gate(MANAGE)
@require_POST
def people_account_active(request: GatedRequest, username: str) -> HttpResponse:
    """Shut an account out, or let it in again."""
    account = find_account(request.actor, username)
    wanted = request.POST.get("active") == "1"
    goes = Holding.objects.filter(account=account) if not wanted else Holding.objects.none()
    if question := asked_first(request, goes, _("Shut out")):
        return _shown(request, account, unmet_of(question), 422, question=question)
    try:
        actions.set_active(by=request.actor, account=account, active=wanted)
    except Answer as said:
        return _shown(request, account, said.unmet, said.status)
    done = _("Let in again.") if wanted else _("Shut out.")
    messages.success(request, done)
    return redirect("people_account", username)
