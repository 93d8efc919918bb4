"""Workbench, tree dashboard and public figures as people meet them."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from xiaohao.dashboards import queries
from xiaohao.dashboards.tests import make
from xiaohao.figures.actions import fold_all
from xiaohao.intake import actions as intake
from xiaohao.intake.models import Message
from xiaohao.intake.tests.make import message
from xiaohao.kernel import clock
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city, problem, unit, walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[City]:
    with clock.at(DAY):
        yield city()


def sections(actor: object) -> dict[str, int]:
    return {one.key: one.count for one in queries.bench(actor).sections}  # type: ignore[arg-type]


def test_strangers_are_shown_the_board() -> None:
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/board/")


def test_each_step_of_a_problem_lies_on_the_bench_of_whoever_must_take_it(town: City) -> None:
    row = problem(town)
    assert sections(town.operator) == {"refer": 1}
    at = {
        "referred": (town.handler, "accept"),
        "accepted": (town.leader, "plan"),
        "in_progress": (town.handler, "carry_out"),
        "reported": (town.verifier, "verify"),
        "verified": (town.office, "close"),
    }
    for state, (actor, key) in at.items():
        walk(town, row, state)
        assert sections(actor) == {key: 1}, state
        assert sections(town.stranger) == {}
    walk(town, row, "closed")
    assert all(
        sections(who) == {} for who in (town.office, town.handler, town.leader, town.operator)
    )


def test_nobody_is_offered_to_verify_what_his_own_unit_is_responsible_for(town: City) -> None:
    walk(town, problem(town), "reported")
    own = make.at(town.street, "verifier")
    assert sections(own) == {}


def test_a_late_measure_is_told_from_a_late_problem(town: City) -> None:
    """What is to be done is counted by its own day, what stands on the books by the last one."""
    row = walk(town, problem(town), "in_progress")
    first = row.measures.order_by("deadline").values_list("deadline", flat=True)[0]
    assert row.deadline is not None
    assert first < row.deadline
    with clock.at(clock.start_of(first + dt.timedelta(days=1))):
        fold_all()
        assert queries.bench(town.handler).late == 1
        page = make.browser(town.handler, "zh-hans").get("/").text
    assert "其中 1 件待办超期" in page
    assert "一项措施可能已超期，而问题本身还未超期" in page


def test_what_turns_red_first_stands_on_top(town: City) -> None:
    late = walk(town, problem(town, title="旧的"), "referred")
    soon = walk(town, problem(town, title="急的", urgent=True), "referred")
    message(place_unit=town.street)
    assert late.deadline is not None
    assert soon.deadline is not None
    assert soon.deadline < late.deadline
    bench = queries.bench(town.handler)
    assert [task.name for task in bench.tasks] == [soon.number, late.number]
    assert queries.bench(town.operator).tasks[0].section == "triage"
    noon = dt.datetime.combine(soon.deadline, dt.time(12), clock.ZONE)
    with clock.at(noon):
        assert queries.bench(town.handler).tomorrow == 1
    with clock.at(noon + dt.timedelta(days=1)):
        assert queries.bench(town.handler).late == 1


def test_counts_are_exact_beyond_what_is_shown(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    saturday = dt.datetime(2019, 9, 7, 10, tzinfo=clock.ZONE)
    for moment in (saturday, DAY - dt.timedelta(days=1), DAY, DAY):
        with clock.at(moment):
            row = problem(town)
            message(text=f"{moment}门口的路灯又坏了，请派人来修", place_unit=town.street)
    walk(town, row, "referred")
    whole = queries.bench(town.operator)
    monkeypatch.setattr(import_module("xiaohao.dashboards.queries.bench"), "MOST", 1)
    first = queries.bench(town.operator)
    for one, all_ in zip(first.sections, whole.sections, strict=True):
        assert len(one.tasks) == 1
        assert (one.count, one.late, one.tomorrow) == (all_.count, all_.late, all_.tomorrow)
    assert {one.key: (one.count, one.late, one.tomorrow) for one in whole.sections} == {
        "triage": (4, 2, 2),
        "refer": (3, 2, 1),
    }
    with clock.at(row.registered_at + dt.timedelta(days=40)):
        assert [one.late for one in queries.bench(town.handler).sections] == [1]
    walk(town, row, "in_progress")
    with clock.at(row.registered_at + dt.timedelta(days=9)):
        section = queries.bench(town.handler).sections[0]
    assert (section.key, section.count, section.late) == ("carry_out", 1, 1)


@pytest.mark.parametrize("who", ["office", "operator", "handler", "leader", "verifier"])
def test_the_bench_is_a_page_full_or_empty(town: City, who: str) -> None:
    client = make.browser(getattr(town, who))
    assert "Nothing to do today." in client.get("/").content.decode()
    rows = [problem(town) for _ in range(3)]
    for row, state in zip(rows, ("registered", "referred", "reported"), strict=True):
        walk(town, row, state)
    page = client.get("/").content.decode()
    assert rows[
        {"handler": 1, "leader": 1, "verifier": 2, "office": 0, "operator": 0}[who]
    ].number in (page)
    assert client.get("/?only=verify").status_code == 200


def test_the_bench_asks_the_database_as_often_for_much_work_as_for_little(town: City) -> None:
    client = make.browser(town.office)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/").status_code == 200
        return len(seen)

    problem(town)
    message()
    asked()
    before = asked()
    for _ in range(4):
        problem(town)
        message()
    assert asked() == before


def test_every_number_of_the_tree_opens_its_records(town: City) -> None:
    walk(town, problem(town), "referred")
    fold_all()
    client = make.browser(town.office)
    page = client.get("/dashboard/").content.decode()
    for address in (
        "/ledger/?figure=ledger.open&amp;unit=1201",
        "/ledger/?figure=ledger.overdue&amp;unit=1201",
        "/ledger/?figure=ledger.done&amp;unit=1201",
        "/ledger/?figure=ledger.overdue&amp;unit=12",
        "/dashboard/1201/",
    ):
        assert f'"{address}"' in page, address
    listed = client.get("/ledger/?figure=ledger.open&unit=1201").content.decode()
    assert Problem.objects.get().number in listed


def test_the_same_page_goes_down_to_the_lowest_unit_and_back_up(town: City) -> None:
    client = make.browser(town.office)
    street = client.get("/dashboard/120101/").content.decode()
    assert "No unit stands below this one." in street
    assert '"/dashboard/12/"' in street
    district = make.browser(town.stranger)
    assert district.get("/dashboard/").status_code == 200
    for code in ("12", "1201", "nowhere"):
        assert district.get(f"/dashboard/{code}/").status_code == 404
    assert make.browser(town.operator).get("/dashboard/").status_code == 404


def test_the_tree_of_a_past_moment_shows_what_was_known_then(town: City) -> None:
    row = problem(town)
    walk(town, row, "referred")
    with clock.at(DAY + dt.timedelta(days=2)):
        walk(town, row, "closed")
        client = make.browser(town.office)
        then = client.get("/dashboard/1201/?asof=2019-09-11T12:00")
        now = client.get("/dashboard/1201/")
        wrong = client.get("/dashboard/?asof=2031-01-01")
    assert then.context["view"].values["ledger.open"] == 1
    assert "asof=2019-09-11T12%3A00" in then.content.decode()
    assert now.context["view"].values["ledger.open"] == 0
    assert now.context["view"].values["ledger.done"] == 1
    assert "This moment has not come yet." in wrong.content.decode()


def test_the_table_is_sorted_by_any_column(town: City) -> None:
    walk(town, problem(town), "referred")
    client = make.browser(town.office)

    def codes(sort: str, every: str = "1") -> list[str]:
        rows = client.get("/dashboard/", {"sort": sort, "all": every}).context["rows"]
        return [row["unit"].code for row in rows]

    assert codes("open") == ["1202", "1201"]
    assert codes("-open") == ["1201", "1202"]
    assert codes("open", every="") == ["1201"]
    assert codes("-satisfaction") == codes("nonsense") == ["1201", "1202"]


def test_the_tree_asks_the_database_as_often_for_many_units_as_for_few(town: City) -> None:
    client = make.browser(town.office)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/dashboard/").status_code == 200
        return len(seen)

    walk(town, problem(town), "referred")
    asked()
    before = asked()
    for n in range(5):
        unit(f"12{n}9", town.city, "county")
        walk(town, problem(town), "accepted")
    assert asked() == before
    assert before < 24


def test_small_numbers_never_reach_the_public(town: City) -> None:
    for place in (town.east, town.west):
        for n in range(6 if place is town.east else 2):
            message(text=f"{place.code}第{n}盏路灯三个月没有亮了，请来修一修", place_unit=place)
    page = Client(headers={"accept-language": "en"}).get("/public/")
    assert page.status_code == 200
    shown = queries.published()
    area = shown.tables[0]
    assert [(code, str(cells[0])) for code, _name, cells in area.rows] == [
        ("1201", "*"),
        ("1202", "<5"),
    ]
    assert str(area.totals[0]) == "8"
    found = Client().get("/api/v1/public/figures").json()
    assert found["figures"][0]["metric"] == "intake.received"
    assert found["figures"][0]["value"] == 8
    numbers = [n for table in found["tables"] for row in table["rows"] for n in row["figures"]]
    assert all(n["value"] is None or n["value"] == 0 or n["value"] >= 5 for n in numbers)


def test_the_public_is_told_why_two_tables_add_up_differently(town: City) -> None:
    def notes() -> list[str]:
        with translation.override("en"):
            return [note for table in queries.published().tables for note in table.notes]

    def decide(count: int) -> None:
        for row in Message.objects.filter(state="waiting").order_by("id")[:count]:
            intake.set_aside(message=row, by=town.operator)

    for n in range(12):
        message(text=f"第{n}盏路灯三个月没有亮了，请来修一修", place_unit=town.east)
    decide(7)
    area, subject = notes()
    assert "more struck off than received" in area
    assert "Of 12 received, 5 are not triaged yet." in subject
    assert subject in Client(headers={"accept-language": "en"}).get("/public/").content.decode()
    decide(3)
    assert "Of 12 received, <5 are" in notes()[1]
    decide(2)
    assert len(notes()) == 1


def test_a_hidden_total_is_not_given_away_by_what_is_missing(town: City) -> None:
    for n in range(6):
        message(text=f"第{n}盏路灯三个月没有亮了，请来修一修", place_unit=town.east)
    row = Message.objects.earliest("id")
    intake.set_aside(message=row, by=town.operator)
    shown = queries.published().tables
    assert shown[1].totals[0].value is None
    assert not any(char.isdigit() for char in shown[1].notes[0])


def test_the_public_file_opens_in_a_spreadsheet_without_running_anything(town: City) -> None:
    town.west.name = town.west.short_name = "=1+1"
    town.west.save(update_fields=["name", "short_name"])
    for n in range(5):
        message(text=f"第{n}个井盖不见了，晚上走路很危险", place_unit=town.west)
    answer = Client().get("/public/figures.csv")
    body = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert ["1202", "'=1+1"] in [row[1:3] for row in rows]


def test_a_house_without_an_office_publishes_nothing() -> None:
    assert Client().get("/public/").status_code == 200
    assert Client().get("/public/figures.csv").status_code == 422
    assert Client().get("/api/v1/public/figures").status_code == 422
