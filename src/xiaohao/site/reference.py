"""The interface for programs, written out for people from the same description programs read."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from xiaohao.kernel.access import public
from xiaohao.site.api import api

Schema = Mapping[str, Any]

# What a value is, by JSON Schema's type or format.
_KINDS: Mapping[str, Promise] = {
    "string": pgettext_lazy("value", "text"),
    "integer": pgettext_lazy("value", "whole number"),
    "number": pgettext_lazy("value", "number"),
    "boolean": pgettext_lazy("value", "true or false"),
    "object": pgettext_lazy("value", "object"),
    "null": pgettext_lazy("value", "nothing"),
    "date": pgettext_lazy("value", "day"),
    "date-time": pgettext_lazy("value", "moment"),
    "binary": pgettext_lazy("value", "file"),
}
_PLACES: Mapping[str, Promise] = {
    "path": gettext_lazy("in the address"),
    "query": gettext_lazy("after the ?"),
    "header": gettext_lazy("as a header"),
    "body": gettext_lazy("in the body"),
}
# What the rooms call their part, and what people call it.
_SUBJECTS: Mapping[str, Promise] = {
    "escalation": gettext_lazy("Root causes and joint calls"),
    "figures": gettext_lazy("Figures"),
    "household visits": gettext_lazy("Household visits"),
    "ledger": gettext_lazy("Ledger"),
    "lists": gettext_lazy("Lists"),
    "look-back": gettext_lazy("Look-back"),
    "messages": gettext_lazy("Messages"),
    "nation": gettext_lazy("Nation"),
    "notices": gettext_lazy("Notices"),
    "people": gettext_lazy("People"),
    "programmes": gettext_lazy("Programmes"),
    "public": gettext_lazy("For everybody"),
    "services": gettext_lazy("Service lists"),
    "sheets": gettext_lazy("Sheets"),
    "trail": gettext_lazy("Trail"),
    "triage": gettext_lazy("Triage"),
    "units": gettext_lazy("Units"),
}


class Input(NamedTuple):
    """One thing that an operation takes."""

    name: str
    place: str
    kind: str
    required: bool


class Operation(NamedTuple):
    """One operation: a method and an address.

    Attributes:
        open: it asks for no token.
        answer: names of what the answer holds.
    """

    method: str
    path: str
    summary: str
    text: str
    open: bool
    inputs: Sequence[Input]
    answer: Sequence[str]


@public
def reference(request: HttpRequest) -> HttpResponse:
    """Every operation by its subject, with what it takes and what it answers."""
    groups: dict[str, list[Operation]] = {tag: [] for tag in _SUBJECTS}
    for tag, operation in _operations():
        groups[tag].append(operation)
    shown = [(tag, _SUBJECTS[tag], found) for tag, found in groups.items() if found]
    return render(request, "site/reference.html", {"groups": shown})


@cache
def _schema() -> Schema:
    return dict(api.get_openapi_schema())


def _operations() -> Iterator[tuple[str, Operation]]:
    for path, methods in _schema()["paths"].items():
        for method, told in methods.items():
            yield (
                told.get("tags", [""])[0],
                Operation(
                    method=method.upper(),
                    path=path,
                    summary=told.get("summary", ""),
                    text=told.get("description", ""),
                    open=not told.get("security"),
                    inputs=list(_inputs(told)),
                    answer=list(_answer(told)),
                ),
            )


def _inputs(told: Schema) -> Iterator[Input]:
    for one in told.get("parameters", ()):
        kind = kind_of(one["schema"])
        yield Input(one["name"], str(_PLACES[one["in"]]), kind, one.get("required", False))
    for content in told.get("requestBody", {}).get("content", {}).values():
        body = _whole(content["schema"])
        needed = body.get("required", ())
        for name, schema in body.get("properties", {}).items():
            yield Input(name, str(_PLACES["body"]), kind_of(schema), name in needed)


def _answer(told: Schema) -> Iterator[str]:
    for status, answer in told.get("responses", {}).items():
        for content in answer.get("content", {}).values() if str(status) < "3" else ():
            schema = _whole(content["schema"])
            yield from _whole(schema.get("items", schema)).get("properties", {})


def _whole(schema: Schema) -> Schema:
    """The schema itself where only its name is given."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = _schema()["components"]["schemas"][name] if name else schema
    return found


def kind_of(schema: Schema) -> str:
    """What a value of this schema is, in words; the values themselves where they are listed."""
    schema = _whole(schema)
    if "enum" in schema:
        return " · ".join(str(value) or "“”" for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return _(" or ").join(dict.fromkeys(map(kind_of, schema["anyOf"])))
    if schema.get("type") == "array":
        return _("list of: %(kind)s") % {"kind": kind_of(schema.get("items", {}))}
    kind = schema.get("format") if schema.get("format") in _KINDS else schema.get("type", "object")
    return str(_KINDS[str(kind)])
