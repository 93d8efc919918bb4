"""No figure without its records: every number opens exactly what makes it up."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from xiaohao.dashboards.tests import make
from xiaohao.figures import queries
from xiaohao.figures.actions import fold_all
from xiaohao.intake.tests.make import message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.ledger import actions
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.triage.models import Category
from xiaohao.units.actions import move

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=40)


@pytest.fixture
def town() -> City:
    """Problems at every step, one returned and referred elsewhere; then the tree moves."""
    roads, homes = Category.objects.order_by("code")[:2]
    with clock.at(DAY):
        made = city()
        for n, state in enumerate(("registered", "referred", "accepted", "reported", "closed")):
            row = problem(made, category=homes if n % 2 else roads, channel="web")
            walk(made, row, state)
        message(place_unit=made.street)
        back = walk(made, problem(made, channel="phone"), "referred")
        actions.move(problem=back, move="return", by=made.handler, reason="不属于我街道")
        actions.move(problem=back, move="refer", by=made.operator, unit=made.west)
    with clock.at(DAY + dt.timedelta(days=2)):
        walk(made, problem(made, channel="phone"), "in_progress")
    with clock.at(DAY + dt.timedelta(days=3)):
        move(by=SYSTEM, unit=made.street, parent=made.west)
    fold_all()
    return made


def total(client: Client, address: str) -> int:
    """How many records the list at that address shows."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    rows: Any = answer.context["page"].items
    return len(rows)


def figures_of(office: Actor, **words: Any) -> Iterator[tuple[str, int, str]]:
    """Every count at every unit: how many records make it up, and the address of these."""
    for code in ("12", "1201", "1202", "120101"):
        asked = queries.ask(office, unit=code, **words)
        for metric in queries.registry():
            if metric.adds_up:
                scope = asked.scope
                rows = queries.records(
                    metric.key, asked.unit, asof=scope.asof, since=scope.since,
                    category=scope.category, channel=scope.channel,
                )  # fmt: skip
                assert sum(row["amount"] for row in rows) == asked.value(metric.key)
                yield metric.key, len(rows), asked.records(metric.key)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"asof": "2019-09-10"},
        {"asof": "2019-09-12T18:00"},
        {"asof": "2019-10-10"},
        {"channel": "phone"},
    ],
)
def test_every_number_opens_exactly_its_records(town: City, words: dict[str, str]) -> None:
    with clock.at(LATER):
        client = make.browser(town.office)
        told = 0
        for key, value, address in figures_of(town.office, **words):
            path = address.split("?", maxsplit=1)[0]
            if resolve(path).url_name == "figures_figure":
                continue
            assert total(client, address) == value, (key, address)
            told += value
    assert told > 10


def test_a_subject_opens_its_records(town: City) -> None:
    with clock.at(LATER):
        client = make.browser(town.office)
        asked = queries.ask(town.office)
        parts = asked.parts("ledger.registered", "category")
        for part in parts:
            if part.key:
                assert total(client, part.records) == part.value
    assert len([part for part in parts if part.key]) == 2


def test_a_moment_to_come_or_a_foreign_unit_is_refused_by_the_lists_too(town: City) -> None:
    client = make.browser(town.office)
    for page in ("ledger_list", "ledger_words", "intake_messages"):
        for words, status in (
            ({"asof": "2031-01-01"}, 422),
            ({"asof": "soon"}, 422),
            ({"unit": "nowhere"}, 404),
            ({"figure": "no.such"}, 404),
        ):
            asked = {"figure": "ledger.open"} | words
            assert client.get(reverse(page), asked).status_code == status, (page, words)
