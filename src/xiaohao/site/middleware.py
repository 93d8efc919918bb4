"""What every request passes through."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from xiaohao.intake.actions import address_of
from xiaohao.kernel.errors import Answer
from xiaohao.people.queries import actor_of
from xiaohao.site import errors

Handler = Callable[[HttpRequest], HttpResponse]
MEGABYTE = 1024 * 1024
MOST_BYTES = 200 * MEGABYTE  # six pieces of evidence, each as large as it may be, and the rest
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'; worker-src 'self'"
)


def content_security_policy(get_response: Handler) -> Handler:
    """Only our own scripts and styles run, none inline."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return handle


def body_limit(get_response: Handler) -> Handler:
    """Nobody fills the disk: what is longer than any form of ours is not read at all.

    Django limits fields, not files, and lays files down before a page sees them. A body without a
    length is none (WSGI), so the length that is told holds.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        if told.isdecimal() and int(told[:18]) > MOST_BYTES:
            return errors.body_too_large(request, MOST_BYTES // MEGABYTE)
        return get_response(request)

    return handle


def not_kept(get_response: Handler) -> Handler:
    """On a computer that several people use, "back" shows nobody what another one has read.

    Nothing that somebody gets who is logged in, has sent a form, or asks as a program stays in a
    browser or on the way, unless the page itself says how (files may, and are asked for anew).
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        stranger = request.method in {"GET", "HEAD"} and not request.user.is_authenticated
        if not stranger or request.path_info.startswith("/api/"):
            response.setdefault("Cache-Control", "private, no-store")
        return response

    return handle


def client_address(request: HttpRequest) -> str:
    """Whose failures to log in are counted together: the sender, not a proxy of ours before us."""
    return address_of(request)


class answers:  # noqa: N801 (named like the functions beside it)
    """Turns an expected answer (`kernel.errors`) into its page, and an empty 405 into one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and (
            not response.content or errors.is_for_program(request)
        ):
            return errors.not_by_address(request, response)
        return response

    def process_exception(self, request: HttpRequest, said: Exception) -> HttpResponse | None:
        """The page for `said`, or None for a real fault."""
        return errors.answer(request, said) if isinstance(said, Answer) else None


def actor(get_response: Handler) -> Handler:
    """Sets `request.actor`: who acts, from which post; None where nobody is logged in."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        return get_response(request)

    return handle
