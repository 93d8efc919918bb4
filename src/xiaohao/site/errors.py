"""Answers that are not a page: each says what happened and what to do."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from xiaohao.kernel.errors import Answer, Throttled, Unmet
from xiaohao.people.queries import public


class TooLarge(Answer):
    """More than is read."""

    status = 413


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's)
    """The form was open too long, or came from another site."""
    return render(request, "403_csrf.html", status=403)


def body_too_large(request: HttpRequest, megabytes: int) -> HttpResponse:
    """A request that is longer than any may be: told before it is read."""
    text = _("This is more than %(limit)d MB at once. Send fewer or smaller files.")
    said = TooLarge([Unmet("too_large", text % {"limit": megabytes})])
    if request.path.startswith("/api/"):
        errors = [{"code": u.code, "message": u.message, "field": u.field} for u in said.unmet]
        return JsonResponse({"errors": errors}, status=said.status)
    return answer(request, said)


def answer(request: HttpRequest, said: Answer) -> HttpResponse:
    """An expected answer that no page put in words itself."""
    response = render(
        request,
        "answer.html",
        {"status": said.status, "unmet": said.unmet},
        status=said.status,
    )
    if isinstance(said, Throttled):
        response["Retry-After"] = str(said.retry_after)
    return response


def not_by_address(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    """An address that only takes a form, opened by itself: where its form may be found."""
    context = {"above": _page_above(request.path_info)}
    response = render(request, "405.html", context, status=refused.status_code)
    response["Allow"] = refused["Allow"]
    return response


def _page_above(path: str) -> str:
    """The nearest address above that is one of ours; the start if there is none."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        with suppress(Resolver404):
            resolve(above)
            return above
    return "/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Not there, or not for this reader."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return render(request, "500.html", status=500)


def too_large(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A request that could not be read."""
    return render(request, "400.html", status=400)


@public
def no_such_page(request: HttpRequest) -> HttpResponse:
    """A page that a library brings along and that is not offered here."""
    return render(request, "404.html", status=404)


@public
def log_in(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (Django's)
    """Where people look for the way in."""
    return redirect("account_login")
