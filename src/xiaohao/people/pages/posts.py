"""Posts: the list, one post with who held it, and what may be done to it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Answer, NotFound, Unmet
from xiaohao.kernel.paging import take
from xiaohao.people import actions
from xiaohao.people.forms import Hold, OpenPost
from xiaohao.people.models import Holding, Post
from xiaohao.people.pages.leaving import Question, asked_first, unmet_of
from xiaohao.people.queries import (
    GatedRequest,
    find_account,
    find_post,
    gate,
    holdings_within,
    posts_found,
)
from xiaohao.people.rules import GRANTS
from xiaohao.people.wording import EVENTS, PERMISSION_NAMES
from xiaohao.trail.queries import told
from xiaohao.units.queries import by_code, labels, named

MANAGE = Permission.MANAGE_PEOPLE


@gate(MANAGE)
def people_posts(request: GatedRequest) -> HttpResponse:
    """The posts of one's subtree, with who holds them today."""
    unit, typed = request.GET.get("unit", ""), request.GET.get("q", "").strip()[:80]
    chips, within = [], ""
    if unit:
        chosen = by_code(unit)
        within = chosen.path
        chips.append({"param": "unit", "label": _("Unit"), "value": chosen.shown})
    page = take(posts_found(request.actor, within, typed), ["code"], request.GET.get("cursor"), 50)
    held = Holding.objects.filter(post__in=page.items, during__contains=clock.today())
    holders: dict[int, list[str]] = {}
    for one in held.select_related("account").order_by("account__username"):
        holders.setdefault(one.post_id, []).append(str(one.account))
    above = labels([post.unit for post in page.items])
    rows = [
        {"post": p, "holders": holders.get(p.pk, []), "above": above[p.unit_id]} for p in page.items
    ]
    return render(request, "people/posts.html", {"rows": rows, "page": page, "chips": chips})


@gate(MANAGE)
def people_post(request: GatedRequest, code: str) -> HttpResponse:
    """One post: what it may do, who held it and when, its trail."""
    return _shown(request, find_post(request.actor, code), Hold())


def _shown(
    request: GatedRequest,
    post: Post,
    form: Form,
    unmet: Any = (),
    status: int = 200,
    question: Question | None = None,
) -> HttpResponse:
    holdings = list(holdings_within(request.actor).filter(post=post)[:200])
    today = clock.today()
    context = {
        "post": post,
        "form": form,
        "unmet": unmet,
        "question": question,
        "may": [PERMISSION_NAMES[p] for p in sorted(GRANTS[post.role_of()])],
        "holdings": [
            {"one": h, "open": h.last_day is None or h.last_day >= today} for h in holdings
        ],
        "events": told("people.post", post.pk, EVENTS),
        "issues": request.actor.may(Permission.ISSUE_TOKENS),
    }
    return render(request, "people/post.html", context, status=status)


@gate(MANAGE)
def people_open_post(request: GatedRequest) -> HttpResponse:
    """Open a post at a unit of one's subtree."""
    form = OpenPost(request.POST or None, initial={"unit": request.GET.get("unit", "")[:40]})
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, 422 if request.method == "POST" else 200)
    given = dict(form.cleaned_data)
    try:
        unit = named(given.pop("unit"), "unit", request.actor.unit_path)
        post = actions.open_post(by=request.actor, unit=unit, **given)
    except Answer as said:
        return _asked(request, form, said.status, said.unmet)
    messages.success(request, _("The post is open. Now say who holds it."))
    return redirect("people_post", post.code)


def _asked(request: GatedRequest, form: Form, status: int, unmet: Any = ()) -> HttpResponse:
    context = {
        "form": form,
        "unmet": unmet,
        "title": _("Open a post"),
        "crumbs": [(_("Posts"), "people_posts")],
    }
    return render(request, "people/form.html", context, status=status)


@gate(MANAGE)
@require_POST
def people_hold(request: GatedRequest, code: str) -> HttpResponse:
    """Let an account hold the post for a period."""
    post = find_post(request.actor, code)
    form = Hold(request.POST)
    if not form.is_valid():
        return _shown(request, post, form, status=422)
    given = form.cleaned_data
    try:
        account = find_account(request.actor, given["username"])
        period = {"since": given["since"], "until": given["until"]}
        actions.hold_post(by=request.actor, account=account, post=post, **period)
    except Answer as said:
        return _shown(request, post, form, said.unmet, 422)
    messages.success(request, _("%(account)s holds the post.") % {"account": account})
    return redirect("people_post", code)


@gate(MANAGE)
@require_POST
def people_end(request: GatedRequest, code: str, key: int) -> HttpResponse:
    """End a holding today."""
    post = find_post(request.actor, code)
    holding = holdings_within(request.actor).filter(post=post, pk=key).first()
    if holding is None:
        raise NotFound([Unmet("not_found", _("There is no such holding."))])
    goes = Holding.objects.filter(pk=holding.pk)
    if question := asked_first(request, goes, _("End today")):
        return _shown(request, post, Hold(), unmet_of(question), 422, question)
    try:
        actions.end_holding(by=request.actor, holding=holding)
    except Answer as said:
        return _shown(request, post, Hold(), said.unmet, said.status)
    messages.success(request, _("%(account)s no longer holds it.") % {"account": holding.account})
    return redirect("people_post", code)


@gate(MANAGE)
@require_POST
def people_post_in_use(request: GatedRequest, code: str) -> HttpResponse:
    """Take a post out of use, or back into use."""
    post = find_post(request.actor, code)
    wanted = request.POST.get("in_use") == "1"
    goes = Holding.objects.filter(post=post) if not wanted else Holding.objects.none()
    if question := asked_first(request, goes, _("Take out of use")):
        return _shown(request, post, Hold(), unmet_of(question), 422, question)
    try:
        if post.is_active is not wanted:
            actions.set_in_use(by=request.actor, post=post, in_use=wanted)
    except Answer as said:
        return _shown(request, find_post(request.actor, code), Hold(), said.unmet, said.status)
    return redirect("people_post", code)
