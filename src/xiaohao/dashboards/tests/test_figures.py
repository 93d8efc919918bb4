"""Figures by page, by API and on the command line: defined, in scope, with their records."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from xiaohao.dashboards.queries import base_words, publishing
from xiaohao.dashboards.tests import make
from xiaohao.figures import queries
from xiaohao.figures.actions import fold_all
from xiaohao.kernel import clock
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.people.models import Post
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Iterator[None]:
    with clock.at(DAY):
        yield


@pytest.fixture
def town(now: None) -> City:
    made = city()
    walk(made, problem(made, channel="web"), "in_progress")
    walk(made, problem(made, title="井盖坏了", channel="phone"), "closed")
    fold_all()
    problem(made, title="没有路灯", channel="phone")
    return made


def get(who: Any, address: str, **words: str) -> Any:
    raw = people.token(Post.objects.get(pk=who.post_id))
    head = {"authorization": f"Bearer {raw}", "accept-language": "en"}
    return Client(headers=head).get(f"/api/v1{address}", words)


def test_a_figure_comes_with_its_definition_and_its_records(town: City) -> None:
    answer = get(town.office, "/figures/ledger.open", by="child")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["value"] == 2
    assert found["unit"] == "12"
    assert found["definition"]
    assert [(row["key"], row["value"]) for row in found["rows"]] == [
        ("1201", 1),
        ("1202", 0),
        ("", 1),
    ]
    address = urlsplit(found["rows"][0]["records"])
    words = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == "/ledger/"
    assert words == {"figure": "ledger.open", "unit": "1201"}


def test_splits_by_channel_and_filters_by_it_agree(town: City) -> None:
    rows = get(town.office, "/figures/ledger.registered", by="channel").json()["rows"]
    assert {row["key"]: row["value"] for row in rows} == {"web": 1, "phone": 2}
    only = get(town.office, "/figures/ledger.registered", channel="phone").json()
    assert only["value"] == 2


def test_a_share_is_a_number_or_null(town: City) -> None:
    rate = get(town.office, "/figures/ledger.same_day_rate").json()
    assert rate["value"] == 1.0
    assert rate["per"] == "share"
    assert get(town.office, "/figures/ledger.satisfaction").json()["value"] is None


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"unit": "1202"}, 404, "not_found"),
        ({"unit": "nowhere"}, 404, "not_found"),
        ({"asof": "yesterday"}, 422, "bad_time"),
        ({"asof": "2030-01-01"}, 422, "in_future"),
        ({"channel": "smoke"}, 404, "not_found"),
        ({"by": "colour"}, 422, None),
    ],
)
def test_a_wrong_question_gets_a_clear_answer(
    town: City, words: dict[str, str], status: int, code: str | None
) -> None:
    answer = get(town.leader, "/figures/ledger.open", **words)
    assert answer.status_code == status
    assert code in {answer.json()["errors"][0]["code"], None}


def test_who_may_not_see_figures_sees_none(town: City) -> None:
    assert get(town.handler, "/figures/ledger.open").status_code == 403
    assert Client().get("/api/v1/figures").status_code == 401
    assert get(town.office, "/figures/no.such").status_code == 404


def test_the_registry_names_every_metric_with_its_definition(town: City) -> None:
    items = get(town.office, "/figures").json()["items"]
    assert {item["key"] for item in items} >= {"ledger.open", "ledger.overdue", "intake.received"}
    assert all(item["definition"] for item in items)


def test_the_books_of_the_ledger_are_in_order(town: City) -> None:
    report = queries.check()
    assert (report.differences, report.examples) == (0, [])
    assert json.dumps(queries.named(report.examples)) == "[]"


@pytest.mark.parametrize("key", ["ledger.open", "ledger.overdue", "ledger.satisfaction"])
@pytest.mark.parametrize("by", ["child", "category", "channel"])
def test_the_page_of_a_figure_opens_its_records(town: City, key: str, by: str) -> None:
    client = make.browser(town.office)
    answer = client.get(f"/figures/{key}/", {"by": by, "asof": "2019-09-09"})
    assert answer.status_code == 200
    assert f"/ledger/words/?figure={key}" in (page := answer.content.decode()) or (
        f"/ledger/?figure={key}" in page
    )
    assert client.get("/figures/").status_code == 200
    assert client.get(f"/figures/{key}/", {"asof": "nonsense"}).status_code == 200
    assert client.get(f"/figures/{key}/", {"unit": "nowhere"}).status_code == 404


@pytest.mark.parametrize(("good", "all_", "base"), [
    (95, 120, 120), (120, 120, 120), (118, 120, None), (3, 120, None), (3, 4, None),
])  # fmt: skip
def test_a_share_tells_of_how_many_unless_that_gives_a_small_number_away(
    good: int, all_: int, base: int | None
) -> None:
    metric = queries.find("ledger.satisfaction")
    values: dict[str, Decimal | int | None] = {
        metric.key: Decimal(good) / all_,
        metric.numerator: good,
        metric.denominator: all_,
    }
    head = publishing._rate(metric, values)
    assert head.base == base
    assert (f"{all_}" in base_words(metric, head.base)) == (base is not None)


def test_the_dashboard_says_at_each_stage_what_its_number_counts(town: City) -> None:
    problem(town, title="自查发现", source="self")
    page = make.browser(town.office).get("/dashboard/")
    stages = {str(one["name"]): one for one in page.context["stages"]}
    assert len(stages) == len(page.context["funnel"]["labels"])
    parts = {part.key: part.value for part in stages["registered"]["parts"]}
    assert parts == {"message": 3, "self": 1}
    text = page.content.decode()
    assert "Messages that arrived by any channel, once each." in text
    assert "A later number may be the larger one" in text
    for part in stages["registered"]["parts"]:
        assert make.browser(town.office).get(part.records).status_code == 200
