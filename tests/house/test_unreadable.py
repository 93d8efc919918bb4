"""No page and no operation falls over what no text can hold, or over days that no calendar has.

Every address is walked, with things of the own district in it, so that what is behind is reached.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import RoutePattern
from foreign import BODIES, FOREIGN_PARTS
from test_permissions_walk import World, filled, gates, operations, status, world

from xiaohao.kernel.acting import Role
from xiaohao.people.tests import make as people
from xiaohao.site.api import api

__all__ = ["world"]  # the fixture
NUL = "a\0b"
HALF = "a\ud800b"
DAYS = ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
SEVERE = 500


def pages() -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of every page, those of libraries too that are not matched by letters."""
    waiting: list[tuple[str, Any]] = [("", entry) for entry in get_resolver().url_patterns]
    while waiting:
        space, entry = waiting.pop(0)
        if hasattr(entry, "url_patterns"):
            below = f"{space}{entry.namespace}:" if entry.namespace else space
            waiting[:0] = [(below, one) for one in entry.url_patterns]
        elif entry.name and isinstance(entry.pattern, RoutePattern) and space != "api:":
            yield f"{space}{entry.name}", entry


def browser_of(at: World) -> Client:
    browser = at.inside[Role.OFFICE]
    browser.raise_request_exception = False
    return browser


def test_no_page_takes_what_is_no_text(world: World) -> None:
    browser, wrong = browser_of(world), []
    for name, entry in pages():
        for part in entry.pattern.converters:
            given = dict.fromkeys(entry.pattern.converters, 1) | {part: NUL}
            if type(entry.pattern.converters[part]).__name__ != "StringConverter":
                continue
            wrong += _unless(404, name, browser.get(_reversed(name, entry, given)))
        address = filled(name, entry, world.things)
        wrong += _unless(400, name, browser.get(f"{address}?unit=%00"))
        wrong += _unless(400, name, browser.post(address, {"unit": NUL}))
    assert wrong == []


def _reversed(name: str, entry: URLPattern, given: dict[str, Any]) -> str:
    plain = {"UUIDConverter": "5b0c2a54-6c1e-4d0e-9f6b-3f6a6e0d8c11"}
    kinds = {part: type(one).__name__ for part, one in entry.pattern.converters.items()}
    return reverse(name, kwargs={p: plain.get(kinds[p], value) for p, value in given.items()})


def _unless(wanted: int, name: str, answer: Any) -> list[tuple[str, int]]:
    """The page with its answer, unless that is a page of ours, with the status wanted."""
    found = status(answer)
    if found == wanted and "<!doctype html>" in answer.content.decode().lower():
        return []
    return [(name, found)]


def test_a_refused_page_says_so_in_the_readers_language(world: World) -> None:
    browser = browser_of(world)
    for language, word in (("zh-hans", "半个字符"), ("en", "no text can hold")):
        answer = browser.get("/ledger/?unit=%00", headers={"Accept-Language": language})
        assert word in answer.content.decode(), language


def test_a_cookie_that_is_no_text_is_nobodys(world: World) -> None:
    stranger = Client(raise_request_exception=False)
    answer = stranger.get("/ledger/", headers={"Cookie": r'sessionid="a\000b"; django_language=en'})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_no_page_falls_over_the_ends_of_the_calendar(world: World) -> None:
    browser, wrong = browser_of(world), []
    for name, entry in pages():
        if gates().get(name) is None:
            continue
        address = filled(name, entry, world.things)
        for asof, (since, until) in (("", DAYS[:2]), (DAYS[0], DAYS[:2]), (DAYS[2], DAYS[2:])):
            asked = {"asof": asof, "since": since, "until": until, "day": since, "from": since}
            answer = browser.get(address, {key: value for key, value in asked.items() if value})
            if status(answer) >= SEVERE:
                wrong.append((name, asked))
    assert wrong == []


def parts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and description of every operation."""
    told = api.get_openapi_schema()["paths"]
    for method, path, _needs in operations():
        yield method, path, told[path][method]


def whole(at: World, path: str) -> str:
    for part, thing in FOREIGN_PARTS.items():
        path = path.replace(f"{{{part}}}", str(at.things[thing]))
    return path


def program(at: World) -> Client:
    key = people.token(people.post(at.at.east, Role.OFFICE))
    return Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)


def sent(client: Client, method: str, address: str, body: Any = None) -> Any:
    """An answer; a body is sent as JSON."""
    more = {} if method == "get" else {"data": json.dumps(body or {}), "content_type": JSON}
    return getattr(client, method)(address, **more)


JSON = "application/json"


def _unless_told(wanted: set[int], said: Any, *about: str) -> list[tuple[Any, ...]]:
    """What was asked with the answer, unless that is one of those wanted, in the form of errors."""
    found = status(said)
    if found not in wanted:
        return [(*about, found)]
    told = said.headers.get("Content-Type", "").startswith(JSON) and "errors" in said.json()
    return [] if told else [(*about, said["Content-Type"])]


def test_no_operation_takes_what_is_no_text(world: World) -> None:
    client, wrong = program(world), []
    for method, path, told in parts():
        address = whole(world, path)
        wrong += _unless_told({400}, sent(client, method, f"{address}?x=%00"), method, path)
        for named in told.get("parameters", []):
            kind = named["schema"].get("type")
            if named["in"] == "path" and kind == "string":
                broken = whole(world, path.replace(f"{{{named['name']}}}", quote(NUL)))
                wrong += _unless_told({404}, sent(client, method, broken), method, path)
        if JSON in told.get("requestBody", {}).get("content", {}):
            for value in (NUL, HALF):
                body = BODIES.get(path, {}) | {"anything": [{"deep": value}]}
                answer = sent(client, method, address, body)
                wrong += _unless_told({400}, answer, method, path, repr(value))
                assert answer.json()["errors"][0]["field"] == "anything.0.deep"
    assert wrong == []


def test_no_operation_falls_over_the_ends_of_the_calendar(world: World) -> None:
    client, wrong = program(world), list[tuple[str, ...]]()
    for method, path, told in parts():
        asked = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
        days = [""] if method != "get" else [f"?{n}={quote(d)}" for n in asked for d in DAYS]
        for query in days:
            answer = sent(client, method, whole(world, path) + query)
            if status(answer) >= SEVERE:
                wrong.append((method, path, query))
        for name, day in itertools.product(_fields(told), DAYS):
            body = BODIES.get(path, {}) | {name: day}
            if status(sent(client, method, whole(world, path), body)) >= SEVERE:
                wrong.append((method, path, name, day))
    assert wrong == []


def _fields(told: dict[str, Any]) -> list[str]:
    """Names of the fields of an operation's body that may hold a day."""
    content = told.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return []
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    known = api.get_openapi_schema()["components"]["schemas"].get(name, {}).get("properties", {})
    return [field for field in known if any(word in field for word in ("day", "dead", "on_", "at"))]
