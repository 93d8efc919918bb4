"""The national pages and operations as people and programs meet them."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from xiaohao.kernel import tenancy
from xiaohao.kernel.acting import Role
from xiaohao.kernel.tenancy import Tenant
from xiaohao.ledger.tests.make import City, city
from xiaohao.people.tests import make as people
from xiaohao.tenants.rules import Place
from xiaohao.tenants.tests.make import NATION, entered, kept, lay, sheet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nation")]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town() -> City:
    return city()


@pytest.fixture
def leader(town: City) -> Iterator[Client]:
    """A browser of somebody at the top of the tenant that oversees."""
    client = people.logged_in(people.holder(town.city, Role.LEADER))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with tenancy.on(NATION):
        yield client


def laid() -> None:
    told = sheet("gd", ledger__open=1200, ledger__overdue=30, ledger__done=800)
    units = [*told.units, Place("gd-1", "Guangzhou", "city"), Place("gd-2", "Zhuhai", "city")]
    figures = {key: [*row, 41, "<5"] for key, row in told.figures.items()}
    lay("gd", replace(told, units=units, figures=figures))
    lay("hn", sheet("hn", ledger__open=34, ledger__overdue=0, ledger__done=5000), ago=3 * HOUR)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:500]
    return " ".join(answer.content.decode().split())


PAGES = ("/nation/", "/nation/figures/ledger.open/", "/nation/tenants/gd/")


def test_the_whole_is_shown_with_what_it_is_made_of(leader: Client) -> None:
    laid()
    page = text(leader, "/nation/")
    assert "5,800" in page  # struck off
    assert "2 of 3, oldest 3 hours ago" in page
    assert "nothing published" in page
    assert 'href="https://gd.example.org/figures/ledger.open/?unit=gd&amp;asof=' in page
    assert f"/nation/publications/gd/{kept('gd').day}/?hash={kept('gd').hash.hex()}" in page


@pytest.mark.parametrize(
    ("sort", "first"),
    [("", "GD"), ("ledger.overdue", "HN"), ("-ledger.done", "HN"), ("age", "GD"), ("-age", "HN"),
     ("name", "GD"), ("-name", "ZJ"), ("nonsense", "GD")],
)  # fmt: skip
def test_the_table_can_be_sorted_and_who_told_nothing_stands_last(
    leader: Client, sort: str, first: str
) -> None:
    laid()
    rows = leader.get("/nation/", {"sort": sort}).context["rows"]
    assert rows[0]["member"].name == first
    assert sort.endswith("name") or rows[-1]["member"].name == "ZJ"


def test_what_differs_is_named_on_the_page(leader: Client) -> None:
    laid()
    told = sheet("zj", ledger__open=17)
    lay("zj", replace(told, definitions={**told.definitions, "ledger.open": "0" * 64}))
    page = text(leader, "/nation/")
    assert "Defined otherwise, not added" in page
    assert "defines this figure otherwise" in text(leader, "/nation/figures/ledger.open/")


def test_a_figure_opens_to_who_gives_what(leader: Client) -> None:
    laid()
    page = text(leader, "/nation/figures/ledger.open/")
    assert "1,234" in page
    assert "nothing published yet" in page
    assert text(leader, "/nation/figures/ledger.solved_rate/").count("Of how many") == 1
    assert leader.get("/nation/figures/ledger.nothing/").status_code == 404


def test_a_tenant_opens_to_its_units(leader: Client) -> None:
    laid()
    page = text(leader, "/nation/tenants/gd/")
    assert "Guangzhou" in page
    assert "&lt;5" in page
    assert "unit=gd-1&amp;asof=" in page
    assert "Nothing that can be read" in text(leader, "/nation/tenants/zj/")
    assert leader.get("/nation/tenants/xx/").status_code == 404


def test_a_publication_is_checked_anew_and_can_be_taken_along(leader: Client) -> None:
    laid()
    page = f"/nation/publications/gd/{kept('gd').day}/"
    assert "byte for byte" in text(leader, page)
    assert kept("gd").hash.hex() in text(leader, page)
    assert "has been replaced" in text(leader, f"{page}?hash={'0' * 64}")
    document = json.loads(leader.get(f"{page}?download=1").content)
    assert document["publication"]["figures"]["ledger.open"] == [1200, 41, "<5"]
    assert leader.get("/nation/publications/gd/2018-01-01/").status_code == 404
    assert leader.get("/nation/publications/gd/nonsense/").status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shared.publication SET body = replace(body, '1200', '1201')")
    assert "does not fit" in text(leader, page)
    assert "signature wrong, not added" in text(leader, "/nation/")


def test_nobody_else_may_look(town: City) -> None:
    laid()
    below = people.logged_in(people.holder(town.east, Role.LEADER))
    top = people.logged_in(people.holder(town.city, Role.LEADER))
    pages = (*PAGES, f"/nation/publications/gd/{kept('gd').day}/")
    for page in pages:
        with tenancy.on(NATION):
            assert below.get(page).status_code == 404, page
            assert Client().get(page).status_code == 302, page
            assert top.get(page).status_code == 200, page
        for other in (None, Tenant("gd"), Tenant("zj")):
            with tenancy.on(other):
                assert top.get(page).status_code == 404, page
    for on, there in ((NATION, True), (Tenant("gd"), False)):
        with tenancy.on(on):
            assert ("/nation/" in top.get("/dashboard/").content.decode()) is there


def test_programs_read_the_same(town: City) -> None:
    laid()
    posts = [people.post(unit, Role.LEADER) for unit in (town.city, town.east)]
    with tenancy.on(NATION):
        reads, below = map(people.with_token, posts)
        whole = Client().get("/api/v1/nation", **reads).json()
        found = {one["metric"]: one for one in whole["figures"]}["ledger.open"]
        assert (found["value"], found["counted"], found["expected"]) == (1234, 2, 3)
        assert found["oldest"] == 3 * 3600
        parts = {part["tenant"]: part for part in found["parts"]}
        assert parts["gd"]["hash"] == kept("gd").hash.hex()
        assert (parts["zj"]["value"], parts["zj"]["why"]) == (None, "none")
        one = Client().get("/api/v1/nation/publications/gd", **reads).json()
        assert one["publication"]["figures"]["ledger.open"][0] == 1200
        for wrong in ("zj", "xx"):
            answer = Client().get(f"/api/v1/nation/publications/{wrong}", **reads)
            assert answer.status_code == 404
        assert Client().get("/api/v1/nation", **below).status_code == 404
    with tenancy.on(Tenant("gd")):
        reads, below = map(people.with_token, posts)
        assert Client().get("/api/v1/nation", **reads).status_code == 404
        own: dict[str, Any] = Client().get("/api/v1/publication", **reads).json()
        assert own["publication"]["units"][0]["code"] == town.city.code
        assert Client().get("/api/v1/publication", **below).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_tenants(leader: Client) -> None:
    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert leader.get(page).status_code == 200
        return len(seen)

    laid()
    before = [queries(page) for page in PAGES]
    with tenancy.on(None):
        for slug in ("sc", "sd", "sn"):
            entered(slug)
            lay(slug, sheet(slug, ledger__open=5))
    assert [queries(page) for page in PAGES] == before


def test_nobody_publishes_yet(leader: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared.tenant WHERE slug <> 'cn'")
    assert "Nobody publishes yet" in text(leader, "/nation/")
