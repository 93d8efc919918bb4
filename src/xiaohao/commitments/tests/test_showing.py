"""Before and after: what each list shows of it, by the rules, on the page and in the database."""

import datetime as dt
import io
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from xiaohao.commitments import actions, queries
from xiaohao.commitments.models import Entry
from xiaohao.commitments.rules import SHOWN, Demand, Kind
from xiaohao.commitments.tests import make
from xiaohao.commitments.tests.test_pages import browser, headers
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Answer, Refused
from xiaohao.ledger.tests.make import picture

pytestmark = pytest.mark.django_db
PLAIN = {"promised": "", "measure": "", "planned": ""}
PHOTO = [kind for kind, one in SHOWN.items() if one.before is Demand.PHOTO]


@pytest.fixture(autouse=True)
def _day() -> Any:
    with clock.at(make.DAY):
        yield


@pytest.fixture
def city() -> make.City:
    return make.city()


def codes(refused: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in refused.value.unmet]


def begun(city: make.City, kind: str, **more: Any) -> Entry:
    """An entry under way of which nothing is shown yet."""
    row = make.entry(city, kind, **{**PLAIN, **more})
    return actions.move(entry=row, move="start", by=city.handler, plan="先摸底")


def reported(city: make.City, row: Entry, keys: list[int]) -> Entry:
    return actions.move(entry=row, move="report", by=city.leader, note="好了", files=keys)


def refused_report(city: make.City, row: Entry, keys: list[int]) -> list[str]:
    with pytest.raises(Refused) as said:
        reported(city, row, keys)
    return codes(said)


def test_every_list_says_what_it_shows_and_each_shows_its_result() -> None:
    assert set(SHOWN) == set(Kind)
    assert all(one.after is not Demand.NOTHING for one in SHOWN.values())
    assert PHOTO == ["project", "hazard"]


@pytest.mark.parametrize("kind", PHOTO)
def test_a_place_is_photographed_before_and_after(city: make.City, kind: str) -> None:
    row = begun(city, kind)
    paper, photo = make.paper(row, city.leader), make.files(row, city.leader)
    assert refused_report(city, row, photo) == ["before_photo_missing"]
    assert refused_report(city, row, paper) == ["before_photo_missing", "after_photo_missing"]
    actions.move(entry=row, move="before", by=city.handler, files=make.paper(row, city.handler))
    assert refused_report(city, row, photo) == ["before_photo_missing"]
    was = make.files(row, city.handler, "before")
    actions.move(entry=row, move="before", by=city.handler, files=was)
    assert refused_report(city, row, paper) == ["after_photo_missing"]
    reported(city, row, [*paper, *photo])
    assert row.state == "reported"


def test_a_petition_may_be_shown_on_paper(city: make.City) -> None:
    row = begun(city, "petition")
    paper = make.paper(row, city.leader)
    assert refused_report(city, row, paper) == ["before_file_missing"]
    letter = make.paper(row, city.handler, "来信")
    actions.move(entry=row, move="before", by=city.handler, files=letter)
    reported(city, row, paper)
    assert row.state == "reported"


@pytest.mark.parametrize("kind", ["weak", "village"])
def test_the_plan_says_how_a_weak_unit_stood(city: make.City, kind: str) -> None:
    row = begun(city, kind)
    assert refused_report(city, row, []) == ["evidence_missing"]
    reported(city, row, make.paper(row, city.leader))
    assert row.state == "reported"


def test_one_picture_shows_no_difference_whatever_its_name(city: make.City) -> None:
    row = begun(city, "project")
    was = make.files(row, city.handler, "before")
    actions.move(entry=row, move="before", by=city.handler, files=was)
    same = actions.upload(
        entry=row, by=city.leader, name="after.jpg", stream=picture(40 * len("before"))
    )
    assert refused_report(city, row, [same.pk]) == ["after_same_as_before"]


def test_what_it_was_like_before_counts_in_every_round(city: make.City) -> None:
    row = make.walked(city, "reported", "hazard", **PLAIN)
    actions.move(entry=row, move="fail", by=city.verifier, reason="还在")
    assert refused_report(city, row, []) == ["after_photo_missing"]  # of this round
    reported(city, row, make.files(row, city.leader, "again"))
    assert row.state == "reported"


def test_what_is_a_problem_is_shown_on_the_ledger(city: make.City) -> None:
    row = make.entry(city, "hazard", **PLAIN)
    actions.move(entry=row, move="register", by=city.operator)
    with pytest.raises(Refused) as said:
        actions.move(entry=row, move="before", by=city.handler, files=make.files(row, city.handler))
    assert codes(said) == ["follows_problem"]
    shown = browser(city.office).get(f"/lists/{row.number}/")
    assert shown.context["demanded"] == []


SQL = (
    "UPDATE commitments_entry SET state = 'reported', reported_at = now(),"
    " version = version + 1 WHERE id = %s"
)


def forced(row: Entry, sql: str = SQL) -> bool:
    """Whether the database lets it through; taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row.pk])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("before", ["", "paper", "photo"])
@pytest.mark.parametrize("after", ["", "paper", "photo", "same"])
def test_the_database_demands_what_the_rules_do(
    city: make.City, kind: Kind, before: str, after: str
) -> None:
    """Files as proofs past every move: the guard judges them as the rules would."""
    row = begun(city, kind)
    name = {"photo": "after", "same": "before"}
    if before:
        _proof(city, row, "before", make.paper if before == "paper" else make.files, "before")
    if after:
        _proof(city, row, "after", make.paper if after == "paper" else make.files,
               name.get(after, "答复"))  # fmt: skip
    demand = SHOWN[kind]
    old = {"": 0, "paper": 1, "photo": 2}[before]
    new = {"": 0, "paper": 1, "photo": 2, "same": 0 if before == "photo" else 2}[after]
    least = {Demand.NOTHING: 0, Demand.FILE: 1, Demand.PHOTO: 2}
    allowed = old >= least[demand.before] and new >= least[demand.after]
    assert forced(row) == allowed
    (report,) = [one for one in queries.offers(row, city.leader) if one.move.name == "report"]
    assert (not report.unmet and not report.missing) == allowed


def _proof(city: make.City, row: Entry, stage: str, made: Any, name: str) -> None:
    key = made(row, city.handler, name)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO commitments_proof (entry_id, file_id, stage, round, note, at, version)"
            " SELECT entry_id, file_id, %s, 1, '', now(), 1 FROM commitments_upload WHERE id = %s",
            [stage, key],
        )


def test_another_list_or_unit_or_promise_is_no_way_around(city: make.City) -> None:
    row = begun(city, "project")
    for change in (
        "kind = 'petition'", "kind = 'weak'", f"unit_id = {city.west.pk}", "measure = 'x'",
        "round = 5",
    ):  # fmt: skip
        sql = f"UPDATE commitments_entry SET {change}, version = version + 1 WHERE id = %s"  # noqa: S608 (our own words)
        assert not forced(row, sql), change


def test_the_form_the_page_and_the_api_say_what_is_demanded(city: make.City) -> None:
    row = begun(city, "project")
    leader, handler = browser(city.leader), browser(city.handler)
    page = handler.get(f"/lists/{row.number}/").content.decode()
    assert "仍须提供" in page
    assert f"/lists/{row.number}/before/" in page
    form = leader.get(f"/lists/{row.number}/report/")
    assert "整改前" in form.content.decode()
    assert form.context["unmet"]
    new = browser(city.office).get("/lists/new/").content.decode()
    assert "各清单须提供的材料" in new
    photo = io.BytesIO(make.picture(90).getvalue())
    photo.name = "before.jpg"
    sent = {"version": row.version, "files": photo}
    assert handler.post(f"/lists/{row.number}/before/", sent).status_code == 302
    assert handler.post(f"/lists/{row.number}/before/", {"version": 3}).status_code == 422
    told = Client().get(f"/api/v1/lists/{row.number}", headers=headers(city.office)).json()
    assert told["shows"] == [
        {"stage": "before", "demands": "photo", "there": True},
        {"stage": "after", "demands": "photo", "there": False},
    ]


def test_what_was_reported_before_photos_were_asked_for_is_checked_as_it_stands(
    city: make.City,
) -> None:
    row = begun(city, "project")
    _proof(city, row, "after", make.files, "after")
    with connection.cursor() as cursor:  # as an older release left it
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE commitments_entry DISABLE TRIGGER USER")
        cursor.execute(SQL, [row.pk])
        cursor.execute("ALTER TABLE commitments_entry ENABLE TRIGGER USER")
    row.refresh_from_db()
    with clock.at(clock.now() + dt.timedelta(days=1)):
        assert queries.facts_of(row).before == []
        offers = {one.move.name: one for one in queries.offers(row, city.verifier)}
        assert offers["pass"].allowed
