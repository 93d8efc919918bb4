"""The API under /api/v1: every room's operations, one way to be let in, one form of error."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from xiaohao.commitments.api import router as commitments
from xiaohao.dashboards.api import router as dashboards
from xiaohao.escalation.api import router as escalation
from xiaohao.escalation.given_back_api import router as given_back
from xiaohao.escalation.history_api import router as escalation_history
from xiaohao.exchange.api import router as exchange
from xiaohao.figures.api import router as figures
from xiaohao.intake.api import router as intake
from xiaohao.kernel.errors import Answer, Unmet
from xiaohao.ledger.found_api import router as ledger
from xiaohao.ledger.lists_api import router as ledger_lists
from xiaohao.ledger.programme_api import router as programmes
from xiaohao.lookback.api import router as lookback
from xiaohao.lookback.photos_api import router as lookback_photos
from xiaohao.lookback.verifying_api import router as lookback_verifying
from xiaohao.notices.api import router as notices
from xiaohao.people.api import router as people
from xiaohao.people.queries import actor_of_token
from xiaohao.services.api import router as services
from xiaohao.site import errors
from xiaohao.site.unreadable import Readable
from xiaohao.tenants.api import router as tenants
from xiaohao.trail.api import router as trail
from xiaohao.triage.api import router as triage
from xiaohao.units.api import router as units


class TokenAuth(HttpBearer):
    """`Authorization: Bearer …`; the token's post becomes the actor."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The actor, or None."""
        request.actor = actor_of_token(token)  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined]


api = NinjaAPI(
    title="Xiaohao",
    version="1",
    auth=TokenAuth(),
    docs_url=None,
    urls_namespace="api",
    parser=Readable(),
)

# Joined while this module is read, not by the addresses: an import of theirs that fails is tried
# again at the next request, and a second joining would hide the error of the first.
for router in (
    commitments,
    dashboards,
    escalation,
    escalation_history,
    exchange,
    given_back,
    figures,
    intake,
    ledger_lists,  # before the ledger: /problems/bulk is no number
    ledger,
    lookback,
    lookback_photos,
    lookback_verifying,
    notices,
    people,
    programmes,
    services,
    tenants,
    trail,
    triage,
    units,
):
    api.add_router("", router)


@api.exception_handler(Answer)
def _answer(request: HttpRequest, said: Answer) -> HttpResponse:  # noqa: ARG001
    return errors.to_program(said)


def _told(status: int, *unmet: Unmet) -> HttpResponse:
    said = Answer(unmet)
    said.status = status
    return errors.to_program(said)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, said: ValidationError) -> HttpResponse:  # noqa: ARG001
    unmet = [Unmet(str(e["type"]), str(e["msg"]), _field(e["loc"])) for e in said.errors]
    return _told(422, *unmet)


def _field(place: Sequence[Any]) -> str | None:
    """The input an error belongs to: `text`, not `body.message.text` after our own names."""
    named = place[2:] if place[0] == "body" else place[1:]
    return ".".join(str(part) for part in named) or None


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, said: HttpError) -> HttpResponse:
    if isinstance(said.__cause__, Answer):  # the parser said what it is that cannot be read
        return errors.to_program(said.__cause__)
    if said.status_code == 400:  # noqa: PLR2004
        return _no_json(request, said)
    return _told(said.status_code, Unmet(f"http_{said.status_code}", str(said)))


@api.exception_handler(RawPostDataException)  # a form where JSON was asked for
def _no_json(request: HttpRequest, said: Exception) -> HttpResponse:  # noqa: ARG001
    text = _("The request could not be read. It must be JSON in UTF-8.")
    return _told(400, Unmet("bad_request", text))


@api.exception_handler(AuthenticationError)
def _who(request: HttpRequest, said: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    text = _("A valid token is needed: “Authorization: Bearer …”.")
    return _told(401, Unmet("not_authenticated", text))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, said: Http404) -> HttpResponse:
    return errors.not_found(request, said)


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(BadRequest)
@api.exception_handler(MultiPartParserError)
def _broken(request: HttpRequest, said: Exception) -> HttpResponse:
    return errors.too_large(request, said)
