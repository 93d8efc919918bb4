"""Answers that are not a page: each says what happened and what to do."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from xiaohao.kernel.errors import Answer, Stale, Throttled, Unmet
from xiaohao.people.queries import public


class TooLarge(Answer):
    """More than is read."""

    status = 413


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's)
    """The form was open too long, or came from another site."""
    return render(request, "403_csrf.html", status=403)


def is_for_program(request: HttpRequest) -> bool:
    """Whether a program asks: it is answered in JSON, whatever happened."""
    return request.path_info.startswith("/api/v1/")


def to_program(said: Answer) -> JsonResponse:
    """An answer as every operation gives it."""
    errors = [{"code": u.code, "message": str(u.message), "field": u.field} for u in said.unmet]
    body: dict[str, Any] = {"errors": errors}
    if isinstance(said, Stale):
        body |= {"version": said.version, "changes": list(said.changes)}
    response = JsonResponse(body, status=said.status)
    if isinstance(said, Throttled):
        response["Retry-After"] = str(said.retry_after)
    return response


def body_too_large(request: HttpRequest, megabytes: int) -> HttpResponse:
    """A request that is longer than any may be: told before it is read."""
    text = _("This is more than %(limit)d MB at once. Send fewer or smaller files.")
    return answer(request, TooLarge([Unmet("too_large", text % {"limit": megabytes})]))


def answer(request: HttpRequest, said: Answer) -> HttpResponse:
    """An expected answer that no page or operation put in words itself."""
    if is_for_program(request):
        return to_program(said)
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
    if is_for_program(request):
        text = _("This address takes %(methods)s.") % {"methods": refused["Allow"]}
        response = _plainly(refused.status_code, "method_not_allowed", text)
    else:
        context = {"above": _page_above(request.path_info)}
        response = render(request, "405.html", context, status=refused.status_code)
    response["Allow"] = refused["Allow"]
    return response


def _plainly(status: int, code: str, text: str) -> HttpResponse:
    said = Answer([Unmet(code, text)])
    said.status = status
    return to_program(said)


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
    if is_for_program(request):
        return _plainly(404, "not_found", _("There is no such address."))
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    if is_for_program(request):
        return _plainly(500, "fault", _("This is a fault of the program; it has been noted."))
    return render(request, "500.html", status=500)


def too_large(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that could not be read."""
    if is_for_program(request):
        if isinstance(exception, RequestDataTooBig):
            text = _("This is too large: a request may hold two megabytes, photos apart.")
            return _plainly(413, "too_large", text)
        return _plainly(400, "bad_request", _("The request was broken or too large."))
    return render(request, "400.html", status=400)


@public
def no_such_page(request: HttpRequest) -> HttpResponse:
    """A page that a library brings along and that is not offered here."""
    return render(request, "404.html", status=404)


@public
def log_in(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (Django's)
    """Where people look for the way in."""
    return redirect("account_login")
