"""What stands around the ledger reads well: lists, looks before many moves, histories, schedules,
roots, joint calls, looks back and a sheet before it is taken in. On a desk and on a phone.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from xiaohao.campaigns import actions as campaigns
from xiaohao.commitments.tests import make as lists
from xiaohao.commitments.tests.test_words import asked
from xiaohao.escalation.tests import make as escalation
from xiaohao.exchange.tests.test_ledger_import import HEADS, book
from xiaohao.intake.tests.make import City, account
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import actor, problem, walk
from xiaohao.lookback.tests import make as lookback
from xiaohao.site.tests.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Scene = Callable[[City], tuple[Actor, list[str]]]


def client_of(who: Actor) -> Client:
    """A browser without windows, of the same person."""
    client = Client()
    client.force_login(account(who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def planned(at: City, **more: Any) -> Problem:
    """A problem with measures that wait for each other, one of them late by plan."""
    row = walk(at, problem(at, **more), "accepted")
    day = clock.today() + dt.timedelta(days=12)
    measures = [
        {"text": "对沿线十二个井盖逐一排查并登记权属单位", "owner": "市政科", "deadline": day},
        {"text": "更换破损井盖", "owner": "养护中心", "deadline": day + dt.timedelta(days=9),
         "days": 3, "after": [1]},
    ]  # fmt: skip
    return ledger.move(problem=row, move="plan", by=at.handler, measures=measures)


def the_ledger(at: City) -> tuple[Actor, list[str]]:
    rows = [walk(at, problem(at), stop) for stop in ("registered", "referred", "reported")]
    own = walk(at, problem(at, title="要西区配合"), "accepted")
    ledger.move(problem=own, move="assign", by=at.operator, partners=[at.west.code])
    sent = {"move": "refer", "number": [row.number for row in rows]}
    look = client_of(at.office).post(reverse("ledger_bulk"), sent)["Location"]
    return at.office, ["/ledger/", "/ledger/?cooperating=1&totals=1", look]


def helping(at: City) -> tuple[Actor, list[str]]:
    own = walk(at, problem(at, title="要西区配合"), "accepted")
    ledger.move(problem=own, move="assign", by=at.operator, partners=[at.west.code])
    return at.stranger, ["/", "/ledger/?cooperating=1"]


def histories(at: City) -> tuple[Actor, list[str]]:
    row = planned(at)
    entry = lists.walked(at, "done")
    need, _problem = asked(at)
    return at.office, [
        f"/ledger/{row.number}/history/", f"/lists/{entry.number}/changes/",
        f"/visits/households/{need.household_id}/changes/", "/?only=hear",
    ]  # fmt: skip


def schedules(at: City) -> tuple[Actor, list[str]]:
    final = clock.today() + dt.timedelta(days=60)
    programme = campaigns.set_up(
        by=at.office, code="covers", name="井盖安全", name_en="Covers", final=final, origin="local",
        lead_unit=at.east,
    )  # fmt: skip
    row = planned(at, programme=programme)
    return at.office, [
        f"/ledger/{row.number}/schedule/", "/programmes/covers/schedule/",
        "/programmes/covers/changes/",
    ]  # fmt: skip


def roots(at: City) -> tuple[Actor, list[str]]:
    root = escalation.pointed(at)
    return at.district, ["/roots/", f"/roots/{root.pk}/"]


def calls(at: City) -> tuple[Actor, list[str]]:
    call = escalation.called(at).call_id
    here = f"/joint-calls/{call}/"
    return at.handler, ["/joint-calls/", here, f"{here}changes/"]


def look_back(at: City) -> tuple[Actor, list[str]]:
    guidance = actor("GUIDANCE", at.west, Role.GUIDANCE)
    lookback.closed(at, 3)
    (recheck, *_others) = lookback.drawn(at, 2)
    return guidance, ["/lookback/", f"/lookback/checks/{recheck.pk}/"]


def a_sheet(at: City) -> tuple[Actor, list[str]]:
    good = [1, "路灯不亮", at.street.name, "", "", "换灯", "2026.12.30", "", "已销号"]
    odd = [2, "停车难", "没有这个单位", "", "", "", "马上", "", ""]
    file = SimpleUploadedFile("台账.xlsx", book([HEADS, good, odd]))
    sent = client_of(at.office).post(reverse("exchange_import_ledger"), {"file": file}, follow=True)
    return at.office, [reverse("exchange_import_ledger"), sent.redirect_chain[-1][0]]


SCENES: list[Scene] = [
    the_ledger, helping, histories, schedules, roots, calls, look_back, a_sheet,
]  # fmt: skip


@pytest.mark.parametrize("width", ["desk", "phone"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_pages_read_well(walker: Walker, at: City, scene: Scene, width: str) -> None:
    who, places = scene(at)
    for place in places:
        page = walker.opens_as(who, place, width)
        expect(page.locator("main h1, main h2").first).to_be_visible()
        walker.reads_aloud(page)


def test_a_schedule_on_a_phone_begins_with_its_table(walker: Walker, at: City) -> None:
    who, (place, *_others) = schedules(at)
    tops = {}
    for width in ("desk", "phone"):
        page = walker.opens_as(who, place, width)
        boxes = [page.locator(name).first.bounding_box() for name in (".table.lanes", ".gantt")]
        table, drawing = (box["y"] for box in boxes if box)
        tops[width] = table < drawing
    assert tops == {"desk": False, "phone": True}
