"""Programmes: found first, then planned; who sees them; problems fixed on the spot; helpers."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from xiaohao.campaigns import actions as campaigns
from xiaohao.campaigns import queries as programmes
from xiaohao.campaigns.models import Programme
from xiaohao.figures.actions import fold
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Answer, Forbidden, NotFound, Refused, Stale
from xiaohao.ledger import actions, drives, queries
from xiaohao.ledger.models import Measure, Plan, Problem
from xiaohao.ledger.pages import programmes as pages
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.django_db
FINAL = dt.date(2019, 11, 29)


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def drive(city: make.City, **more: Any) -> Programme:
    values: dict[str, Any] = {
        "by": city.office,
        "code": "parking",
        "name": "停车难专项整治",
        "name_en": "Parking",
        "origin": "local",
        "lead_unit": city.east,
        "final": FINAL,
    }
    return campaigns.set_up(**(values | more))


def codes(error: pytest.ExceptionInfo[Answer]) -> list[str]:
    return [unmet.code for unmet in error.value.unmet]


def test_everything_wrong_with_a_programme_is_said_at_once(city: make.City) -> None:
    with pytest.raises(Refused) as refused:
        drive(city, code="新", name="", name_en="", final=None, origin="x", lead_unit="9")
    assert {u.field for u in refused.value.unmet} == {
        "code", "name", "final", "origin", "lead_unit",
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        drive(city, name_en="x" * 121)
    assert [(u.code, u.field) for u in refused.value.unmet] == [("name_too_long", "name_en")]
    drive(city)
    with pytest.raises(Refused) as refused:
        drive(city)
    assert codes(refused) == ["code_taken"]
    with pytest.raises(Forbidden):
        drive(city, by=city.operator, code="other")


def test_a_programme_binds_those_below_and_is_not_there_for_neighbours(city: make.City) -> None:
    drive(city)
    east_office = make.actor("EAST", city.east, Role.OFFICE)
    west_office = make.actor("WEST", city.west, Role.OFFICE)
    drive(city, by=east_office, code="east-only")
    assert [p.code for p in programmes.known(city.handler)] == ["parking", "east-only"]
    assert [p.code for p in programmes.known(west_office)] == ["parking"]
    with pytest.raises(NotFound):
        programmes.find(west_office, "east-only")
    row = programmes.find(east_office, "parking")
    with pytest.raises(Forbidden):
        campaigns.revise(
            programme=row, by=east_office, version=row.version, name="别的", name_en="Other",
            lead_unit=city.east, final=FINAL,
        )  # fmt: skip


def test_a_change_keeps_what_stood_before_and_a_stale_one_is_told(city: make.City) -> None:
    row = drive(city)
    sides: dict[str, Any] = {"name": row.name, "name_en": row.name_en, "lead_unit": city.east}
    later = dt.date(2019, 12, 31)
    campaigns.revise(programme=row, by=city.office, version=1, final=later, **sides)
    again = programmes.find(city.office, row.code)
    with pytest.raises(Stale):
        campaigns.revise(programme=again, by=city.office, version=1, final=FINAL, **sides)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_programme SET code = 'x' WHERE id = %s", [row.pk])


def test_no_plan_before_the_problems_are_found(city: make.City) -> None:
    row = drive(city)
    with pytest.raises(Refused) as refused:
        actions.lay_plan(programme=row, by=city.office, text="先定方案")
    assert codes(refused) == ["nothing_found"]
    with pytest.raises(DatabaseError, match="find first"), transaction.atomic():
        Plan.objects.create(
            programme=row, number=1, text="x", final=FINAL, problems=1, at=clock.now(),
            post_id=city.office.post_id,
        )  # fmt: skip
    make.problem(city, programme=row)
    first = actions.lay_plan(programme=row, by=city.office, text="摸排、整改、验收", seen=0)
    second = actions.lay_plan(programme=row, by=city.office, text="再加回头看", seen=1)
    assert (first.number, first.problems, second.number) == (1, 1, 2)
    with pytest.raises(Stale):
        actions.lay_plan(programme=row, by=city.office, text="别的", seen=1)
    assert [plan.number for plan in drives.plans(row)] == [2, 1]
    with pytest.raises(Forbidden):
        actions.lay_plan(programme=row, by=city.leader, text="别的")


def test_assigning_replaces_what_is_named_and_leaves_the_rest(city: make.City) -> None:
    drive(city)
    row = make.walk(city, make.problem(city), "accepted")
    actions.move(
        problem=row, move="assign", by=city.operator, programme="parking", lead="LEADER",
        partners=[city.west.code],
    )  # fmt: skip
    found = queries.find(city.stranger, row.number)  # the helping district sees it now
    assert (found.programme, found.lead) == (Programme.objects.get(), row.lead)
    actions.move(problem=row, move="assign", by=city.operator, partners=[])
    with pytest.raises(NotFound):
        queries.find(city.stranger, row.number)
    assert queries.find(city.office, row.number).programme
    actions.move(problem=row, move="assign", by=city.operator, programme="")
    assert queries.find(city.office, row.number).programme is None
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="assign", by=city.operator, partners=[city.street.code])
    assert codes(refused) == ["partner_own"]
    checked = Checked()
    assert list(faults(checked)) == []


def test_who_helps_does_not_judge(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "reported")
    actions.move(problem=row, move="assign", by=city.operator, partners=[city.west.code])
    checker = make.actor("WESTCHECK", city.west, Role.VERIFIER)
    with pytest.raises(Refused) as refused:
        actions.move(problem=row, move="pass", by=checker, note="看过")
    assert codes(refused) == ["helping_unit"]


def spot(city: make.City, **more: Any) -> Problem:
    row = make.problem(city, by=city.operator)
    sent = actions.upload(problem=row, by=city.operator, name="a.jpg", stream=make.picture())
    values: dict[str, Any] = {
        "unit": city.street, "done": "当场换灯", "owner": "城管科", "files": [sent.pk],
    }  # fmt: skip
    return actions.move(problem=row, move="spot", by=city.operator, **(values | more))


def test_fixed_on_the_spot_needs_evidence_and_a_check(city: make.City) -> None:
    with pytest.raises(Refused) as refused:
        spot(city, files=[], done="")
    assert codes(refused) == ["done_missing", "evidence_missing"]
    row = spot(city)
    assert (row.state, row.track, row.unit) == ("reported", "spot", city.street)
    assert [m.evidence.count() for m in row.measures.all()] == [1]
    lone = make.actor("LONE", city.city, Role.GUIDANCE)
    mine = make.problem(city, by=lone)
    sent = actions.upload(problem=mine, by=lone, name="a.jpg", stream=make.picture())
    actions.move(
        problem=mine, move="spot", by=lone, unit=city.street, done="换灯", owner="科",
        files=[sent.pk],
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        actions.move(problem=mine, move="pass", by=lone, note="看过")
    assert codes(refused) == ["reported_by_same"]
    make.walk(city, row, "closed")
    fold()


def test_measures_wait_for_earlier_ones_only(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    steps = [
        {"text": "施工", "owner": "城管科", "days": 3, "after": [2]},
        {"text": "查线路", "owner": "城管科", "days": "2"},
    ]
    actions.move(problem=row, move="plan", by=city.handler, measures=steps)
    first, then = row.measures.order_by("id")
    assert (first.text, then.text, then.after) == ("查线路", "施工", [first.pk])
    assert then.deadline == row.deadline
    assert first.deadline < then.deadline
    with pytest.raises(DatabaseError, match="waits only"), transaction.atomic():
        Measure.objects.create(
            problem=row, round=1, text="x", owner="x", deadline=FINAL, after=[10**9]
        )
    with pytest.raises(DatabaseError, match="wait for itself"), transaction.atomic():
        Measure.objects.filter(pk=first.pk).update(after=[then.pk])


def test_what_no_longer_fits_is_refused_and_nothing_is_saved(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    with pytest.raises(Refused) as refused:
        actions.move(
            problem=row, move="plan", by=city.handler,
            measures=[{"text": "大修", "owner": "城管科", "days": 20}],
        )  # fmt: skip
    assert codes(refused) == ["does_not_fit"]
    assert "4" in str(refused.value.unmet[0].message)
    assert row.measures.count() == 0


def test_the_pages_of_a_programme(city: make.City, monkeypatch: pytest.MonkeyPatch) -> None:
    row = drive(city)
    browser = people.logged_in(people.holder(city.city, Role.OFFICE))
    empty = browser.get("/programmes/parking/").content.decode()
    assert "先找问题" in empty
    listed = make.walk(city, make.problem(city, programme=row), "in_progress")
    spot(city)
    for address in ("", "parking/", "parking/plan/", "parking/schedule/", "parking/lists/"):
        answer = browser.get(f"/programmes/{address}")
        assert answer.status_code == 200
        assert "停车难" in answer.content.decode()
    for name in drives.LISTS:
        told = browser.get(f"/programmes/parking/lists/?list={name}&unit={city.street.code}")
        assert listed.number in told.content.decode()
    sent = browser.post("/programmes/parking/plan/", {"text": "方案", "version": "0"})
    assert sent.status_code == 302
    late = browser.post("/programmes/parking/plan/", {"text": "别的方案", "version": "0"})
    assert late.status_code == 409
    assert "别的方案" in late.content.decode()
    narrowed = browser.get("/ledger/?programme=parking").content.decode()
    assert listed.number in narrowed
    make.problem(city, programme=row)  # at no unit yet: a row of its own
    _whole, parts = drives.by_unit(drives.asked_of(city.office, row))
    assert len(parts) > 1
    monkeypatch.setattr(pages, "UNITS", len(parts) - 1)
    assert "另有1个单位" in browser.get("/programmes/parking/").content.decode()


def test_a_programmes_figures_are_kept_and_lead_to_their_problems(city: make.City) -> None:
    row = drive(city)
    east = make.problem(city, programme=row, place_unit=city.east)
    for state in ("in_progress", "closed", "closed", "referred"):
        make.walk(city, make.problem(city, programme=row), state)
    make.problem(city)  # of no programme
    fixed = make.problem(city, by=city.operator, programme=row)
    sent = actions.upload(problem=fixed, by=city.operator, name="a.jpg", stream=make.picture())
    done: dict[str, Any] = {"unit": city.street, "done": "当场换灯", "owner": "城管科"}
    actions.move(problem=fixed, move="spot", by=city.operator, files=[sent.pk], **done)
    office = people.holder(city.city, Role.OFFICE)
    browser, actor = people.logged_in(office), office.post.actor()
    for _ in range(2):  # before and after folding
        found, told = drives.by_unit(drives.asked_of(actor, row))
        live = Problem.objects.filter(programme=row)
        assert found == drives.counts(actor, [row])[row.pk]
        assert found.closed == live.filter(state="closed").count() == 2
        assert found.open == live.open().count()
        assert found.spot == live.filter(track="spot").count() == 1
        assert sum(part.counts.open for part in told) == found.open
        fold()
    with clock.at(make.DAY + dt.timedelta(days=90)):
        late, _told = drives.by_unit(drives.asked_of(actor, row))
        assert late.overdue == Problem.objects.filter(programme=row).overdue(clock.today()).count()
        assert late.overdue > 0
    page = browser.get("/programmes/parking/").content.decode()
    links = drives.links("parking", city.city.code)
    gone = make.walk(city, make.problem(city, programme=row), "registered")
    actions.move(problem=gone, move="merge", by=city.operator, into=east.number)
    for name in ("found", "open", "closed", "spot"):
        assert links[name].replace("&", "&amp;") in page
        listed = browser.get(links[name])
        assert listed.status_code == 200
        assert len(listed.context["rows"]) == getattr(found, name), name
    _whole, told = drives.by_unit(drives.asked_of(actor, row))
    assert {"", city.street.code, city.east.code} & {part.code for part in told} >= {""}
    for part in told:
        for name in ("found", "open", "closed", "overdue"):
            rows = browser.get(part.links[name]).context["rows"]
            assert len(rows) == getattr(part.counts, name), (part.name, name)
    child = browser.get(f"/programmes/parking/?unit={city.street.code}").content.decode()
    assert city.city.shown in child
    below = people.logged_in(people.holder(city.west, Role.OFFICE))
    assert below.get(f"/programmes/parking/?unit={city.street.code}").status_code == 404
    assert east.number in browser.get(links["open"]).content.decode()


def test_a_programme_is_set_up_and_changed_on_its_page(city: make.City) -> None:
    browser = people.logged_in(people.holder(city.city, Role.OFFICE))
    typed = {
        "code": "parking", "origin": "central", "name": "停车难", "name_en": "Parking",
        "lead_unit": city.east.code, "final": "2019-11-29", "about": "",
    }  # fmt: skip
    bad = browser.post("/programmes/new/", typed | {"final": ""})
    assert bad.status_code == 422
    assert "停车难" in bad.content.decode()
    assert browser.post("/programmes/new/", typed).status_code == 302
    typed["version"], typed["name"] = "1", "停车难整治"
    assert browser.post("/programmes/parking/change/", typed).status_code == 302
    stale = browser.post("/programmes/parking/change/", typed | {"name": "又改"})
    assert stale.status_code == 409
    assert "又改" in stale.content.decode()


def test_a_spot_fix_in_one_form_and_nothing_of_a_refused_one(city: make.City) -> None:
    browser = people.logged_in(people.holder(city.city, Role.OFFICE))
    photo = make.picture()
    photo.name = "after.jpg"
    typed: dict[str, Any] = {
        "title": "路灯不亮", "text": "三个月没有亮", "source": "inspection", "done": "当场换灯",
        "owner": "城管科", "unit": city.street.code,
    }  # fmt: skip
    before = Problem.objects.count()
    bad = browser.post("/ledger/spot/", typed)
    assert bad.status_code == 422
    assert Problem.objects.count() == before
    done = browser.post("/ledger/spot/", {**typed, "files": photo})
    assert done.status_code == 302
    assert Problem.objects.latest("id").state == "reported"


def test_deadlines_are_proposed_and_shown_before_they_are_laid_down(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "accepted")
    browser = people.logged_in(people.holder(city.street, Role.HANDLER))
    typed = {
        "version": row.version, "propose": "1", "measures.0.text": "查线路",
        "measures.0.owner": "城管科", "measures.0.days": "2", "measures.1.text": "施工",
        "measures.1.owner": "城管科", "measures.1.after": "1",
    }  # fmt: skip
    shown = browser.post(f"/ledger/{row.number}/plan/", typed)
    assert shown.status_code == 200
    assert f'value="{row.deadline}"' in shown.content.decode()
    assert row.measures.count() == 0
    wrong = browser.post(f"/ledger/{row.number}/plan/", typed | {"measures.0.after": "2"})
    assert wrong.status_code == 422
    typed.pop("propose")
    assert browser.post(f"/ledger/{row.number}/plan/", typed).status_code == 302
    page = browser.get(f"/ledger/{row.number}/schedule/")
    assert "查线路" in page.content.decode()


def test_programmes_by_the_api(city: make.City) -> None:
    office = people.post(city.city, Role.OFFICE)
    bearer = people.with_token(office)
    json: dict[str, Any] = {"content_type": "application/json"}
    made = Client().post(
        "/api/v1/programmes", {"code": "parking", "name": "停车难", "origin": "central",
         "lead_unit": city.east.code, "final": "2019-11-29"}, **json, **bearer,
    )  # fmt: skip
    assert made.status_code == 201
    plan = "/api/v1/programmes/parking/plans"
    assert Client().post(plan, {"text": "方案"}, **json, **bearer).status_code == 422
    row = make.walk(city, make.problem(city, programme=Programme.objects.get()), "accepted")
    steps = [{"text": "查", "owner": "科"}, {"text": "修", "owner": "科", "days": 2, "after": [1]}]
    handler = people.with_token(people.post(city.street, Role.HANDLER))
    moved = Client().post(
        f"/api/v1/problems/{row.number}/moves",
        {"move": "plan", "version": row.version, "measures": steps},
        **json, **handler,
    )  # fmt: skip
    first, then = moved.json()["measures"]
    assert (then["after"], then["days"], then["slot"]["slack"]) == ([first["id"]], 2, 13)
    assert Client().post(plan, {"text": "方案"}, **json, **bearer).status_code == 201
    whole = Client().get("/api/v1/programmes/parking", **bearer).json()
    assert (whole["counts"]["found"], [p["number"] for p in whole["plans"]]) == (1, [1])
    lists = Client().get("/api/v1/programmes/parking/lists", **bearer).json()
    assert lists["items"][0]["number"] == row.number
    assert len(lists["items"][0]["measures"]) == 2
    stranger = people.with_token(people.post(city.west, Role.OFFICE))
    local = Client().get("/api/v1/programmes/parking/lists", **stranger)
    assert local.json()["items"] == []
