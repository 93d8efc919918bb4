"""The gate of every page and operation: log-in first, and what you may not see is not there.

Rooms below `people` have pages too, so the gate stands here; who holds which permission is told in
`people`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.middleware import HtmxDetails

from xiaohao.kernel.acting import Actor, Nobody, Permission
from xiaohao.kernel.errors import Forbidden, NotFound, Unmet
from xiaohao.kernel.places import place

By = Actor | Nobody


class ActingRequest(HttpRequest):
    """A request as our pages see it: `actor` is None for somebody who is not logged in."""

    actor: Actor | None
    htmx: HtmxDetails


class GatedRequest(ActingRequest):
    """A request behind the gate: somebody acts."""

    actor: Actor


Page = Callable[..., HttpResponseBase]
NO_POST = gettext_lazy(
    "You hold no post at present: it was not given to you yet, or it has ended. Ask whoever looks "
    "after accounts at your office to give you one; it counts from then on, without a new log-in."
)


def gate(*permissions: Permission) -> Callable[[Page], Page]:
    """A page that needs any one of `permissions`: log-in first, “not found” for other posts.

    Whoever is logged in and holds no post is told so, whatever he asked for.

    With no permission named, any post in use will do.
    """

    def around(page: Page) -> Page:
        @wraps(page)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor | None = request.actor
            if actor is None:
                raise Forbidden([Unmet("no_post", NO_POST)])
            if permissions and not any(actor.may(p) for p in permissions):
                raise NotFound([Unmet("not_found", _("There is no such page."))])
            return page(request, *args, **kwargs)

        guarded.gate = permissions  # type: ignore[attr-defined]
        return guarded

    return around


def public(page: Page) -> Page:
    """Marks a page that anybody may open: the permissions walk fails on an unmarked one."""
    page.gate = "public"  # type: ignore[attr-defined]
    return page


def may_open(actor: By, page: str) -> bool:
    """Whether the gate of the page of that URL name lets `actor` in; no such page, nobody."""
    address = place(page)
    gate_ = getattr(resolve(address).func, "gate", None) if address else None
    if gate_ is None:
        return False
    return gate_ == "public" or not gate_ or any(actor.may(one) for one in gate_)


def require(actor: By | None, permission: Permission) -> None:
    """Go on only when `actor` holds `permission`.

    Raises:
        NotFound: nobody is acting; what he may not see is not there.
        Forbidden: the post (or the token) does not grant it.
    """
    if actor is None:
        raise NotFound([Unmet("not_found", _("There is no such page."))])
    if not actor.may(permission):
        raise Forbidden([Unmet("not_permitted", _("Your post does not allow this."))])


def require_at(by: By, permission: Permission, path: str) -> None:
    """Go on only when `by` holds `permission` at the unit at `path`.

    Raises:
        Forbidden: the post does not grant it.
        NotFound: the unit lies outside his scope.
    """
    require(by, permission)
    if not by.covers(path):
        raise NotFound([Unmet("no_such_unit", _("There is no such unit within your scope."))])
