"""One's own account, and the switch between one's posts."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xiaohao.people import actions
from xiaohao.people.models import Account
from xiaohao.people.queries import SESSION_POST, GatedRequest, gate, holdings_of
from xiaohao.people.rules import GRANTS
from xiaohao.people.wording import PERMISSION_NAMES


@gate()
def people_me(request: GatedRequest) -> HttpResponse:
    """One's posts and what they allow; password and second factor."""
    holdings = [
        {"holding": one, "may": [PERMISSION_NAMES[p] for p in sorted(GRANTS[one.post.role_of()])]}
        for one in holdings_of(cast("Account", request.user))
    ]
    return render(request, "people/me.html", {"holdings": holdings})


@gate()
@require_POST
def people_switch(request: GatedRequest) -> HttpResponse:
    """Act from another of the posts that one holds; back to the page one came from."""
    sent = request.POST.get("post", "")[:18]
    post_id = int(sent) if sent.isdecimal() else 0
    post = actions.choose_post(account=cast("Account", request.user), post_id=post_id)
    request.session[SESSION_POST] = post.pk
    back = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if here else "/")
