"""Every page and every API operation × every role × a unit that is not one's own.

Nothing is listed here by hand but what cannot be known: which thing of another district stands at
an address, and which few things are no secret. An address that is new and takes a part must say so
in `foreign.FOREIGN` or `OPEN`, or this fails.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from foreign import ABOVE, ANYBODY, ASKED, BODIES, FOREIGN, FOREIGN_PARTS, OPEN, THIRD_PARTIES

from xiaohao.campaigns.actions import set_up
from xiaohao.commitments.actions import upload_photo, visit
from xiaohao.commitments.tests.make import household, round_, walked
from xiaohao.escalation.tests import make as escalation
from xiaohao.exchange.models import Batch, Draft
from xiaohao.figures.actions import freeze
from xiaohao.figures.queries import ask
from xiaohao.intake.tests.make import message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Permission, Role
from xiaohao.kernel.crypto import fingerprint
from xiaohao.ledger.actions import save_view, select
from xiaohao.ledger.models import Evidence
from xiaohao.ledger.tests.make import DAY, City, city, picture, problem, walk
from xiaohao.lookback.tests.make import rechecked
from xiaohao.notices.models import Notice
from xiaohao.people.models import Token
from xiaohao.people.rules import GRANTS
from xiaohao.people.tests import make as people
from xiaohao.services.tests import make as services
from xiaohao.site.api import api
from xiaohao.trail.actions import create


@dataclass
class World:
    """Two districts: one has something of everything, the other's people knock at its doors."""

    at: City
    things: dict[str, Any]
    inside: dict[Role, Client]
    outside: dict[Role, Client]


def listed(at: City) -> dict[str, Any]:
    """An entry, a round of visits, a household and its need, all of the district."""
    entry = walked(at, "done")
    home = household(at, round_(at, unit=at.east))
    needs = [{"kind": "minimum", "text": "符合条件但不在册"}]
    photo = upload_photo(household=home, by=at.handler, name="a.jpg", stream=picture())
    said: dict[str, Any] = {
        "day": DAY.date(),
        "situation": ["ill"],
        "needs": needs,
        "files": [photo.pk],
    }
    visited = visit(household=home, by=at.handler, **said)
    return {
        "entry": entry.number,
        "proof": entry.proofs.latest("id").pk,
        "round": home.round_id,
        "household": home.pk,
        "need": visited.need_rows.get().pk,
        "visit_photo": visited.photos.get().pk,
    }


def escalated(at: City) -> dict[str, object]:
    summons = escalation.called(at)
    return {
        "call": summons.call_id,
        "root": escalation.pointed(at).pk,
        "summons": summons.pk,
    }


def promised(at: City) -> dict[str, object]:
    draft = services.draft(at)
    services.promise(at, draft)
    call = services.walked(at, "delivered")
    return {
        "service_list": draft.pk,
        "service": draft.services.get().pk,
        "service_call": call.number,
        "service_proof": call.proofs.get().pk,
    }


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(DAY):
        at = city()
        held = {role: people.holder(at.east, role) for role in Role}
        others = {role: people.holder(at.west, role) for role in Role}
        office = held[Role.OFFICE]
        fixed = walk(at, problem(at, place_unit=at.east), "closed")
        again, photo = rechecked(at)
        sent = message(place_unit=at.east)
        programme = set_up(
            by=office.post.actor(), code="east-only", name="专项整治", name_en="A drive",
            origin="local", lead_unit=at.east, final=DAY.date(),
        )  # fmt: skip
        draft = Draft.objects.create(post=office.post, name="a.csv", sealed=b"x", made_at=DAY)
        batch = Batch(
            post=office.post, name="a.csv", sha256="0" * 64, imported=1, refused=0, already=0,
            imported_at=DAY,
        )  # fmt: skip
        create(thing=batch, by=SYSTEM, kind="imported")
        people.token(office.post)
        by = office.post.actor()
        asked = ask(by)
        frozen = freeze(metric="intake.received", asked=asked, stated="通报", by=SYSTEM)
        told = Notice.objects.create(
            post=office.post, problem=fixed, kind="move", source=1, data={"move": "close"}, at=DAY
        )
        office_view = save_view(by=by, name="v", query="", shared=True)
        many = select(by=by, move="comment", problems=[fixed])
        things = {
            "bulk": many.pk,
            "view": office_view.pk,
            "district": at.east.code,
            "batch": batch.pk,
            "draft": draft.pk,
            "message": sent.pk,
            "one": 1,
            "problem": fixed.number,
            "recheck": again.pk,
            "recheck_photo": photo.pk,
            "recheck_proof": again.problem.evidence.order_by("pk").values_list("pk", flat=True)[0],
            "draw": again.round_id,
            "evidence": Evidence.objects.filter(problem=fixed).values_list("pk", flat=True)[0],
            "username": office.account.username,
            "post": office.post.code,
            "holding": office.pk,
            "token": Token.objects.get().pk,
            "notice": told.pk,
            "metric": "intake.received",
            **listed(at),
            "frozen": frozen.number,
            "programme": programme.code,
            **escalated(at),
            **promised(at),
        }
        yield World(
            at,
            things,
            {role: people.logged_in(one) for role, one in held.items()},
            {role: people.logged_in(one) for role, one in others.items()},
        )


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of every page of ours."""
    waiting: list[tuple[str, Any]] = [("", entry) for entry in get_resolver().url_patterns]
    while waiting:
        space, entry = waiting.pop(0)
        if isinstance(entry, URLResolver):
            below = f"{space}{entry.namespace}:" if entry.namespace else space
            waiting[:0] = [(below, one) for one in entry.url_patterns]
        elif not f"{space}{entry.name}".startswith(THIRD_PARTIES):
            yield f"{space}{entry.name}", entry


def status(answer: Any) -> int:
    """What was answered; a file is read to its end, which puts it away."""
    if answer.streaming:
        list(answer.streaming_content)
    return int(answer.status_code)


def gates() -> dict[str, Any]:
    """What each page of ours asks for: "public", or the permissions of which one is needed."""
    return {name: getattr(entry.callback, "gate", None) for name, entry in addresses()}


def filled(name: str, entry: URLPattern, things: dict[str, Any]) -> str:
    """The address with things of the other district in it."""
    given = FOREIGN.get(name, {})
    parts = {}
    for part, converter in entry.pattern.converters.items():
        plain = {"int": 1, "uuid": things["draft"]}.get(type(converter).__name__[:-9].lower(), "x")
        parts[part] = things.get(given.get(part, ""), given.get(part, plain))
    return reverse(name, kwargs=parts)


def closed() -> Iterator[tuple[str, URLPattern, tuple[Permission, ...]]]:
    """Pages behind the gate."""
    for name, entry in addresses():
        gate = getattr(entry.callback, "gate", None)
        if gate != "public" and gate is not None:
            yield name, entry, gate


def test_every_page_is_marked() -> None:
    assert [name for name, gate in gates().items() if gate is None] == []


def test_every_page_with_a_part_says_whose_thing_it_is() -> None:
    parted = {name for name, entry, _gate in closed() if entry.pattern.converters}
    assert parted - set(FOREIGN) - set(OPEN) == set()
    assert (set(FOREIGN) | set(OPEN)) - parted == set(), "these pages are gone"


def test_strangers_are_asked_to_log_in(world: World) -> None:
    wrong = []
    for name, entry, _gate in closed():
        address = filled(name, entry, world.things)
        for answer in (Client().get(address), Client().post(address)):
            login = str(answer.headers.get("Location", "")).startswith("/accounts/login/?next=")
            if answer.status_code != 302 or not login:
                wrong.append((name, answer.status_code))
    assert wrong == []


def test_a_page_is_not_there_for_the_wrong_role(world: World) -> None:
    wrong = []
    for name, entry, gate in closed():
        address = filled(name, entry, world.things)
        for role, browser in world.inside.items():
            if not gate or GRANTS[role] & set(gate):
                continue
            statuses = {status(browser.get(address)), status(browser.post(address))}
            if statuses != {404}:
                wrong.append((name, role.value, statuses))
    assert wrong == []


def test_the_right_role_is_let_in(world: World) -> None:
    """Else the tests around this one would pass on a site without any page."""
    wrong = []
    for name, entry, gate in closed():
        if entry.pattern.converters or name in ABOVE:
            continue
        for role, browser in world.inside.items():
            if not gate or GRANTS[role] & set(gate):
                found = status(browser.get(reverse(name)))
                if found not in {200, 302, 405}:
                    wrong.append((name, role.value, found))
    assert wrong == []


def test_things_of_another_district_are_not_there(world: World) -> None:
    wrong = []
    for name, entry, gate in closed():
        if name not in FOREIGN:
            continue
        address = filled(name, entry, world.things)
        for role, browser in world.outside.items():
            if gate and not GRANTS[role] & set(gate):
                continue
            statuses = {status(browser.get(address)), status(browser.post(address))}
            # Some only take what is sent, some only show; neither says whether a thing is there.
            if not statuses <= {404, 405, 403} or 404 not in statuses:
                wrong.append((name, role.value, sorted(statuses)))
    assert wrong == []


def test_another_district_is_not_there_as_a_parameter(world: World) -> None:
    wrong = []
    for name, parameter in ASKED.items():
        given = {"metric": world.things["metric"]} if name == "figures_figure" else {}
        address = f"{reverse(name, kwargs=given)}?{parameter}={world.things['district']}"
        permission = gates()[name]
        for role, browser in world.outside.items():
            if GRANTS[role] & set(permission):
                answer = browser.get(address)
                if answer.status_code not in {302, 404}:
                    wrong.append((name, role.value, answer.status_code))
    assert wrong == []


def operations() -> Iterator[tuple[str, str, bool]]:
    """Method, address and whether it needs a token, of every API operation."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, told in methods.items():
            yield method, path, bool(told.get("security"))


def call(world: World, method: str, path: str, key: str = "") -> int:
    """Status of an operation, asked for the other district's thing."""
    address = path.replace("{listing}", "units_list")
    for part, thing in FOREIGN_PARTS.items():
        address = address.replace(f"{{{part}}}", str(world.things[thing]))
    assert "{" not in address, f"say in FOREIGN_PARTS what stands in {path}"
    header = {"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}
    body = {"content_type": "application/json", "data": BODIES.get(path, {})}
    if path.endswith("/files") or "/imports/" in path:
        body = {"data": {"file": a_photo()}}
    if path.endswith("-with-photos"):
        body = {"data": {**BODIES[path], "photos": a_photo()}}
    more = body if method != "get" else {}
    return status(getattr(Client(), method)(address, **more, **header))


def a_photo() -> Any:

    stream = picture()
    stream.name = "a.jpg"
    return stream


def bare_token(world: World) -> str:
    """A token of an office in the right district that may do nothing at all."""
    post = people.post(world.at.east, Role.OFFICE)
    row = Token(
        post=post, prefix="xh_bare", secret_hash=fingerprint("bare", "token"), scopes=[],
        created_at=DAY,
    )  # fmt: skip
    create(thing=row, by=SYSTEM, kind="token_issued")
    return "bare"


def test_the_api_without_a_token(world: World) -> None:
    for method, path, needs in operations():
        if needs:
            assert call(world, method, path) == 401, path
            assert call(world, method, path, "xh_wrong") == 401, path
        else:
            assert "/public/" in path, f"{path} is open to everybody but not under /public/"


def test_a_token_without_scopes_does_nothing(world: World) -> None:
    key = bare_token(world)
    for method, path, needs in operations():
        if needs and (method, path) not in ANYBODY:
            assert call(world, method, path, key) in {403, 404}, f"{method} {path}"
        elif needs:
            assert call(world, method, path, key) == 200, f"{method} {path}"


def test_a_token_of_another_district_finds_nothing(world: World) -> None:
    keys = {role: people.token(people.post(world.at.west, role)) for role in Role}
    things = {
        "number": Permission.SEE_LEDGER,
        "frozen": Permission.SEE_FIGURES,
        "recheck": Permission.SEE_LEDGER,
        "round": Permission.SEE_FIGURES,
        "service_call": Permission.SEE_LEDGER,
        "service_list": Permission.SEE_LEDGER,
    }
    for (method, path, needs), (role, key) in itertools.product(operations(), keys.items()):
        asked = [one for part, one in things.items() if f"{{{part}}}" in path]
        if needs and asked:
            found = call(world, method, path, key)
            assert found in {403, 404}, f"{method} {path} as {role}: {found}"
            if set(asked) & GRANTS[role] and method == "get":
                assert found == 404, f"{method} {path} as {role}"
    figures = f"/api/v1/figures/intake.received?unit={world.things['district']}"
    for role, key in keys.items():
        answer = Client().get(figures, HTTP_AUTHORIZATION=f"Bearer {key}")
        assert answer.status_code in {403, 404}, role


def test_the_api_answers_the_right_token(world: World) -> None:
    """Else the tests around this one would pass on an API without any operation."""
    key = people.token(people.post(world.at.east, Role.OFFICE))
    answered = {
        path for method, path, needs in operations()
        if needs and method == "get" and call(world, method, path, key) == 200
    }  # fmt: skip
    assert {"/api/v1/problems", "/api/v1/problems/{number}", "/api/v1/figures"} <= answered
