r"""What no text can hold is refused once, before any page or operation: NUL, half a character.

PostgreSQL keeps no NUL and UTF-8 has no lone surrogate; JSON can name both (`\u0000`, `\ud800`),
addresses and forms the first. No reader of a value has to think of it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

from xiaohao.kernel.errors import Answer, NotFound, Unmet
from xiaohao.kernel.text import is_storable
from xiaohao.site import errors

Handler = Callable[[HttpRequest], HttpResponse]
# How a body of JSON can hold what no text can; only then its texts are gone through.
_SUSPECT = re.compile(r"\\u0000|\\u[dD][89a-fA-F]|[\ud800-\udfff]")


class Unreadable(Answer):
    """A value that is no text."""

    status = 400


class unreadable:  # noqa: N801 (named like the functions of `middleware`)
    """Looks at address, query, cookies and form; what is sent as JSON the API's parser looks at."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave out cookies that are no text: they are nobody's, and a session is looked up."""
        for name in [name for name, value in request.COOKIES.items() if not is_storable(value)]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """The refusal, or None."""
        if not is_storable(request.path_info):
            text = _("There is no such address.")
            return errors.answer(request, NotFound([Unmet("not_found", text)]))
        field = next(_unstorable(_pairs(request)), None)
        return errors.answer(request, refusal(field)) if field is not None else None


def _pairs(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Names and values of query and form; a file comes with its name."""
    sent: list[QueryDict | MultiValueDict[str, UploadedFile[Any]]] = [request.GET]
    if request.method == "POST":
        sent += [request.POST, request.FILES]
    for given in sent:
        for name, values in given.lists():
            for value in values:
                yield name, value if isinstance(value, str) else value.name or ""


def _unstorable(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in pairs:
        if not (is_storable(name) and is_storable(value)):
            yield name


def refusal(field: str) -> Unreadable:
    """The answer to a field that holds what no text can hold."""
    named = field.encode("utf-8", "replace").decode().replace("\0", "�")[:80]
    text = _(
        "“%(field)s” holds a character that no text can hold (NUL, or half of one). Type it anew "
        "instead of pasting it."
    )
    return Unreadable([Unmet("unreadable_text", text % {"field": named}, named or None)])


class Readable(Parser):
    """Reads what is sent as JSON; a value that is no text is refused with the field's name."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body, every text of it storable; in UTF-8, UTF-16 or UTF-32, as JSON may be.

        Raises:
            Unreadable: a text or a name in it is not.
        """
        sent = request.body
        text = sent.decode(json.detect_encoding(sent), "surrogatepass")
        body = json.loads(text)
        if _SUSPECT.search(text):
            field = next(_unstorable(_texts(body)), None)
            if field is not None:
                raise refusal(field)
        return body


def _texts(body: Any) -> Iterator[tuple[str, str]]:
    """Every text in it with its field, names as well; however deep it goes."""
    waiting = [("", body)]
    while waiting:
        field, value = waiting.pop()
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, list):
            waiting += [(f"{field}.{n}" if field else str(n), one) for n, one in enumerate(value)]
        elif isinstance(value, dict):
            yield from ((field, name) for name in value)
            waiting += [(f"{field}.{n}" if field else n, one) for n, one in value.items()]
