"""The page and the API of the seals, and the trail under a thing."""

import datetime as dt

import pytest
from django.test import Client
from django.utils.translation import override

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.people.tests import make as people
from xiaohao.trail import actions, jobs
from xiaohao.trail.models import Seal
from xiaohao.trail.queries import told
from xiaohao.units.models import Unit
from xiaohao.units.tests import make as units

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return units.unit()


def test_the_page_says_what_is_sealed_and_how_to_check(unit: Unit) -> None:
    auditor = people.logged_in(people.holder(unit, Role.AUDITOR))
    empty = auditor.get("/trail/").content.decode()
    assert "trail seal" in empty
    seal = actions.seal_day()
    assert seal is not None
    page = auditor.get("/trail/").content.decode()
    for shown in (seal.root_hex, seal.hash_hex, "trail verify", "RFC 9162"):
        assert shown in page


def test_seals_by_api_newest_first(unit: Unit, client: Client) -> None:
    start = clock.now()
    for day in range(3):
        with clock.at(start + dt.timedelta(days=day)):
            actions.note(label="test.thing", thing_id=1, by=SYSTEM, kind="said")
            actions.seal_day()
    header = people.with_token(people.post(unit, Role.AUDITOR))
    seals = client.get("/api/v1/trail/seals", **header).json()
    days = [one["day"] for one in seals["items"]]
    assert days == sorted(days, reverse=True)
    assert len(days) == 3
    chain = [(one["hash"], one["previous"]) for one in seals["items"]]
    assert chain[0][1] == chain[1][0]
    assert chain[1][1] == chain[2][0]
    assert client.get("/api/v1/trail/seals").status_code == 401
    other = people.with_token(people.post(unit, Role.HANDLER))
    assert client.get("/api/v1/trail/seals", **other).status_code == 403


def test_the_daily_job_seals_and_does_so_once(unit: Unit) -> None:
    jobs.seal(0)
    jobs.seal(0)
    assert Seal.objects.count() == 1


def test_nothing_new_gives_no_seal(unit: Unit) -> None:
    now = clock.now()
    actions.seal_day()
    with clock.at(now + dt.timedelta(days=1)):
        assert actions.seal_day() is None


def test_events_are_told_in_words_with_their_hashes(unit: Unit) -> None:
    post = people.post(unit, Role.HANDLER, "H1")
    with override("en"):
        event = told("people.post", post.pk, {"post_opened": "Opened"})[0]
    assert event["title"] == "Opened"
    assert event["by"] == "the system"
    facts = dict(event["facts"])
    assert facts["code"] == "H1"
    assert len([value for value in facts.values() if len(str(value)) == 64]) == 2
