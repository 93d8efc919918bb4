"""No figure without its records: every number opens exactly what makes it up."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from xiaohao.campaigns.actions import set_up
from xiaohao.dashboards.tests import make
from xiaohao.figures import queries
from xiaohao.figures.actions import fold_all
from xiaohao.intake.tests.make import message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.triage.models import Category
from xiaohao.units.actions import move
from xiaohao.units.models import Line

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
        actions.move(
            problem=back,
            move="return",
            by=made.handler,
            reason="不属于我街道",
            owner_unknown="不清楚归谁管",
        )
        actions.move(problem=back, move="refer", by=made.operator, unit=made.west)
    with clock.at(DAY + dt.timedelta(days=2)):
        walk(made, problem(made, channel="phone"), "in_progress")
        drive(made)
        actions.move(problem=back, move="assign", by=made.office, programme="parking")
    line = Line.objects.create(code="streets", name="街道工作")
    line.units.add(made.street, made.west)
    with clock.at(DAY + dt.timedelta(days=3)):
        move(by=SYSTEM, unit=made.street, parent=made.west)
    fold_all()
    return made


def drive(town: City) -> None:
    """A programme of the whole town, and one of the eastern district."""
    for code, by in (("parking", town.office), ("east", make.at(town.east, "office"))):
        set_up(by=by, code=code, name="停车难", name_en="Parking", origin="local",
               lead_unit=town.east, final=LATER.date())  # fmt: skip


def total(client: Client, address: str) -> int:
    """How many records the list at that address shows."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    rows: Any = answer.context["page"].items
    return len(rows)


def test_nobody_is_led_to_records_that_are_not_for_him(town: City) -> None:
    """Citizens' messages are not read by the unit complained of: it is led to the figure itself."""
    with clock.at(LATER):
        leader, office = make.browser(town.leader), make.browser(town.office)
        for client in (leader, office):
            page = client.get(reverse("dashboards_tree"))
            for one in page.context["head"]:
                assert client.get(one["href"]).status_code == 200, one["href"]
        asked = queries.ask(town.leader)
        assert asked.records("intake.received").startswith("/figures/intake.received/")
        assert queries.ask(town.office).records("intake.received").startswith("/messages/")
        assert asked.records("ledger.open").startswith("/ledger/")


def figures_of(office: Actor, **words: Any) -> Iterator[tuple[str, int, str]]:
    """Every count at every unit: how many records make it up, and the address of these."""
    for code in ("12", "1201", "1202", "120101"):
        asked = queries.ask(office, unit=code, **words)
        for metric in queries.registry():
            if metric.adds_up and asked.fits(metric.key):
                scope = asked.scope
                rows = queries.netted(metric.key, asked.unit, scope)
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
        {"source": "message"},
        {"programme": "parking"},
        {"line": "streets"},
        {"line": "streets", "programme": "parking", "asof": "2019-10-10"},
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


def test_what_happened_before_counts_under_the_programme_it_is_put_into(town: City) -> None:
    """And under none again when it is taken out; the books stay clean, the past as it was read."""
    with clock.at(LATER):
        named = queries.ask(town.office, programme="parking")
        assert named.value("ledger.registered") == named.value("ledger.open") == 1
        assert named.value("ledger.returned") == named.value("ledger.referred") == 1
        before = queries.ask(town.office, programme="parking", asof="2019-09-09")
        assert before.value("ledger.registered") == 0
        row = Problem.objects.get(programme__code="parking")
        actions.move(problem=row, move="assign", by=town.office, programme="")
        assert named.value("ledger.registered") == named.value("ledger.returned") == 0
        assert queries.check().differences == 0


def test_a_line_leads_down_to_its_last_unit_and_adds_up(town: City) -> None:
    with clock.at(LATER):
        client = make.browser(town.office)
        for page in ("dashboards_tree", "figures_list"):
            assert (
                client.get(reverse(page), {"line": "streets", "source": "self"}).status_code == 200
            )
        answer = client.get(reverse("dashboards_tree"), {"line": "streets"})
        rows = answer.context["rows"]
        assert [row["unit"] for row in rows] == [town.west]
        whole = queries.ask(town.office, line="streets").value("ledger.open")
        assert whole == sum(row["cells"][0]["value"] for row in rows)
        below = client.get(rows[0]["href"])
        assert [row["unit"] for row in below.context["rows"]] == [town.street]
        assert client.get(below.context["rows"][0]["href"]).context["rows"] == []
        assert client.get(reverse("dashboards_tree"), {"line": "no-such"}).status_code == 404


def test_a_neighbours_programme_and_a_figure_without_one_are_refused(town: City) -> None:
    west = make.browser(make.at(town.west, "office"))
    page = reverse("figures_figure", args=["ledger.open"])
    assert west.get(page, {"programme": "east"}).status_code == 404
    assert west.get(page, {"programme": "parking"}).status_code == 200
    assert west.get(reverse("figures_figure", args=["intake.received"]),
                    {"source": "message"}).status_code == 422  # fmt: skip


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
