"""Tokens for programs: issued, shown once, revoked."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, NotFound, Unmet
from xiaohao.kernel.paging import take
from xiaohao.people import actions
from xiaohao.people.forms import Issue
from xiaohao.people.queries import GatedRequest, find_post, gate, posts_within, tokens_within
from xiaohao.people.wording import PERMISSION_NAMES

ISSUE = Permission.ISSUE_TOKENS


@gate(ISSUE)
def people_tokens(request: GatedRequest) -> HttpResponse:
    """The tokens of one's subtree, newest first."""
    return _listed(request)


def _listed(request: GatedRequest, secret: str = "", status: int = 200) -> HttpResponse:
    page = take(tokens_within(request.actor), ["-created_at", "-id"], request.GET.get("cursor"), 50)
    now = clock.now()
    rows = [
        {
            "token": token,
            "may": [PERMISSION_NAMES[Permission(scope)] for scope in token.scopes],
            "expired": token.expires_at is not None and token.expires_at <= now,
        }
        for token in page.items
    ]
    context = {"rows": rows, "page": page, "secret": secret}
    return render(request, "people/tokens.html", context, status=status)


@never_cache
@gate(ISSUE)
def people_issue(request: GatedRequest) -> HttpResponse:
    """Issue a token for a post of one's subtree; its secret is shown here and nowhere else."""
    code = request.POST.get("post") or request.GET.get("post", "")
    post = posts_within(request.actor).filter(code=code).first()
    form = Issue(request.POST or None, post)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, 422 if request.method == "POST" else 200)
    given = form.cleaned_data
    try:
        post = find_post(request.actor, given["post"])
        told = {"name": given["name"], "days": given["days"]}
        scopes = given["scopes"] or actions.ALL
        _token, raw = actions.issue_token(by=request.actor, post=post, scopes=scopes, **told)
    except Answer as said:
        return _asked(request, form, 422, said.unmet)
    return _listed(request, secret=raw)


def _asked(request: GatedRequest, form: Issue, status: int, unmet: Any = ()) -> HttpResponse:
    context = {
        "form": form,
        "unmet": unmet,
        "title": _("Issue a token"),
        "crumbs": [(_("Access tokens"), "people_tokens")],
    }
    return render(request, "people/form.html", context, status=status)


@gate(ISSUE)
@require_POST
def people_revoke(request: GatedRequest, key: int) -> HttpResponse:
    """Make a token worthless at once."""
    token = tokens_within(request.actor).filter(pk=key).first()
    if token is None:
        raise NotFound([Unmet("not_found", _("There is no such token."))])
    if not token.revoked_at:
        actions.revoke_token(by=request.actor, token=token)
        messages.success(request, _("The token is revoked."))
    return redirect("people_tokens")
