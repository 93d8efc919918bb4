"""No page, sheet or answer tells the unit complained of who complained.

Whoever stands at that unit, in whichever role, opens everything there is with the numbers of the
complaint in the address: by its number, its message, its photos, and whatever else has a number.
"""

import io
import itertools
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from test_permissions_walk import addresses, gates, operations

from xiaohao.files.actions import store
from xiaohao.intake import actions
from xiaohao.intake.models import Message, Photo
from xiaohao.intake.tests.make import DAY, SENDER, TEXT, City, city, message, picture
from xiaohao.kernel import clock
from xiaohao.kernel.acting import CITIZEN, Role
from xiaohao.ledger.models import Evidence, Problem
from xiaohao.ledger.tests.make import walk
from xiaohao.people.tests import make as people

SECRETS = (SENDER.name, SENDER.phone, SENDER.email, "甲乙丙家")
KEYS = range(1, 4)  # numbers of things of which there are few


def complained_of(at: City) -> Problem:
    """A complaint that went all the way to its sender's word and back, with a photo of his."""
    sent = message(place_unit=at.street, place=f"幸福里5号楼，找{SENDER.name}")
    photo = store(by=CITIZEN, name=f"{SENDER.name}-甲乙丙家.jpg", content=picture(70))
    actions.attach(message=sent, files=[photo])
    actions.share_photos(message=sent, by=at.operator, photos=[sent.photos.get().pk])
    actions.confirm(message=sent, by=at.operator, unit=at.street)
    problem = walk(at, Problem.objects.get(), "awaiting")
    said = f"还是不亮，{SENDER.name}，{SENDER.phone}，{SENDER.email}"
    actions.answer(message=sent, answer="not", words=said)
    second = message(place_unit=at.street, text=f"{TEXT}又摔倒了。")
    actions.join_to(message=second, by=at.operator, number=problem.number)
    problem.refresh_from_db()
    return problem


@pytest.fixture
def complaint(db: None) -> Iterator[tuple[City, Problem]]:
    with clock.at(DAY):
        at = city()
        yield at, complained_of(at)


def parts_of(problem: Problem) -> dict[str, list[Any]]:
    """What may stand for each part of an address."""
    photos = list(Photo.objects.values_list("pk", flat=True))
    messages = list(Message.objects.values_list("pk", flat=True))
    proofs = list(Evidence.objects.values_list("pk", flat=True))
    return {
        "number": [problem.number],
        "key": sorted({*messages, *proofs, problem.pk, *KEYS}),
        "proof": proofs,
        "photo": photos,
        "code": [problem.unit.code if problem.unit else ""],
        "metric": ["intake.received", "ledger.open"],
    }


def filled(name: str, entry: URLPattern, parts: dict[str, list[Any]]) -> Iterator[str]:
    """Every address of a page with things of the complaint in it."""
    asked = [p for p, c in entry.pattern.converters.items() if type(c).__name__ != "UUIDConverter"]
    if len(asked) == len(entry.pattern.converters):
        for values in itertools.product(*(parts.get(part, ["report"]) for part in asked)):
            yield reverse(name, kwargs=dict(zip(asked, values, strict=True)))


def told(answer: Any) -> str:
    """Everything that an answer says: its head, its text, and what is packed in a workbook."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(one) for one in book.namelist())
    return unquote(str(answer.headers)) + body.decode("utf-8", "replace")


def leaks(address: str, answer: Any) -> list[tuple[str, str]]:
    said = told(answer)
    return [(address, secret) for secret in SECRETS if secret in said]


@pytest.mark.parametrize("role", list(Role))
def test_no_page_tells_the_unit_who_complained(complaint: tuple[City, Problem], role: Role) -> None:
    at, problem = complaint
    browser = people.logged_in(people.holder(at.street, role))
    found, opened = [], 0
    for name, entry in addresses():
        if gates()[name] == "public":
            continue
        for address in filled(name, entry, parts_of(problem)):
            answer = browser.get(address)
            opened += answer.status_code == 200
            found += leaks(address, answer)
    assert found == []
    assert opened > 5


@pytest.mark.parametrize("role", [Role.HANDLER, Role.LEADER, Role.OFFICE, Role.AUDITOR])
def test_no_operation_tells_the_unit_who_complained(
    complaint: tuple[City, Problem], role: Role
) -> None:
    at, problem = complaint
    header = people.with_token(people.post(at.street, role))
    found, opened = [], 0
    for method, path, needs in operations():
        if method != "get" or not needs:
            continue
        wanted = {part for part in path.split("/") if part.startswith("{")}
        choices = [parts_of(problem).get(part.strip("{}"), list(KEYS)) for part in wanted]
        for values in itertools.product(*choices):
            address = path
            for part, value in zip(wanted, values, strict=True):
                address = address.replace(part, str(value))
            answer = Client().get(address, **header)
            opened += answer.status_code == 200
            found += leaks(address, answer)
    assert found == []
    assert opened > 5


@pytest.mark.parametrize("secret", SECRETS[:3])
@pytest.mark.parametrize("page", ["ledger_list", "exchange_shown_csv", "ledger_totals"])
def test_nobody_finds_the_complaint_by_its_sender(
    complaint: tuple[City, Problem], page: str, secret: str
) -> None:
    at, problem = complaint
    browser = people.logged_in(people.holder(at.street, Role.LEADER))
    hit, missed, nobody = (
        told(browser.get(reverse(page), {"q": word})).count(problem.number)
        for word in ("路灯", secret, "赵钱孙")
    )
    assert missed == nobody == 0
    assert hit or page == "ledger_totals"
