"""What was entered wrongly is put right, by whom it concerns, with a reason and the figures."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.figures.queries import by_category, check, value
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Role
from xiaohao.kernel.errors import Answer, Stale
from xiaohao.ledger import actions, queries
from xiaohao.ledger.history import field_history
from xiaohao.ledger.models import Correction, Problem
from xiaohao.ledger.rules import CORRECTABLE, CORRECTED_IN, Entry, State, corrected
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.standings import STANDINGS
from xiaohao.ledger.timeline import timeline
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.queries import Checked, faults
from xiaohao.triage.models import Category

pytestmark = pytest.mark.django_db
WHY = "登记时选错了"
FIELDS = {
    "title": st.text(max_size=3),
    "category": st.none() | st.integers(1, 3),
    "place": st.text(max_size=3),
    "place_unit": st.none() | st.integers(1, 3),
    "urgent": st.booleans(),
}


@pytest.fixture
def town() -> make.City:
    with clock.at(make.DAY):
        return make.city()


@pytest.fixture
def lamps() -> Category:
    return Category.objects.create(code="lamps", name="路灯")


@pytest.fixture
def heating() -> Category:
    return Category.objects.create(code="warm", name="供热")


def correct(row: Problem, by: Actor | Nobody, **more: Any) -> Problem:
    return actions.move(problem=row, move="correct", by=by, **({"reason": WHY} | more))


def refused(row: Problem, by: Actor | Nobody, **more: Any) -> list[str]:
    with pytest.raises(Answer) as answer:
        correct(row, by, **more)
    return [unmet.code for unmet in answer.value.unmet]


@given(st.fixed_dictionaries(FIELDS), st.fixed_dictionaries({}, optional=FIELDS))
def test_only_what_is_given_and_different_changes(stands: dict[str, Any], said: Any) -> None:
    entry = Entry("", **stands)
    found = corrected(entry, said)
    assert {**stands, **found} == {**stands, **said}
    assert all(stands[name] != new for name, new in found.items())
    assert not corrected(Entry("", **{**stands, **found}), said)
    assert set(FIELDS) == set(CORRECTABLE)


def test_every_field_with_old_and_new_and_the_text_stays(town: make.City, lamps: Category) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, make.problem(town, place="东门"), "accepted")
        text = row.text
        correct(row, town.office, title="西门路灯不亮", category="lamps", place="西门 13920000000",
                place_unit=town.west.code, urgent=True, note="说的是西门")  # fmt: skip
        row.refresh_from_db()
        assert (row.title, row.category, row.place_unit) == ("西门路灯不亮", lamps, town.west)
        assert (row.urgent, row.text, row.state) == (True, text, "accepted")
        assert "13920000000" not in row.place, "masked as when it came onto the ledger"
        said = timeline(row)[0]
        for words in (WHY, "说的是西门", "路灯不亮 → 西门路灯不亮", "无 → 路灯", "否 → 是"):
            assert words in said["note"], words
        told = {one["field"]: (one["raw_before"], one["raw_after"]) for one in field_history(row)
                if one["move"] == said["title"]}  # fmt: skip
        assert told["title"] == ("路灯不亮", "西门路灯不亮")
        assert told["category"] == (None, "lamps")
        assert told["place_unit"] == (None, town.west.code)
        assert told["urgent"] == (False, True)
        made = row.corrections.get()
        assert (made.reason, made.unit, made.seq) == (WHY, town.city, row.version)
        assert queries.listed(town.office, queries.Filters(q="西门")).get() == row
        assert not list(faults(Checked()))


def test_what_is_given_as_nothing_is_taken_away(town: make.City, lamps: Category) -> None:
    with clock.at(make.DAY):
        row = make.problem(town, category=lamps, place="东门", place_unit=town.east)
        correct(row, town.office, category="", place="", place_unit="")
        row.refresh_from_db()
        assert (row.category, row.place, row.place_unit) == (None, "", None)
        assert refused(row, town.office, title=" ") == ["title_missing"]


def test_the_figures_go_along_and_the_past_stays_as_it_was_read(
    town: make.City, lamps: Category, heating: Category
) -> None:
    def counted(key: str, asof: Any = None) -> dict[str, Any]:
        found = by_category(key, town.city, asof=asof)
        names = {lamps.pk: "lamps", heating.pk: "warm", None: ""}
        return {names[one]: number for one, number in found.items() if number}

    with clock.at(make.DAY):
        row = make.problem(town, category=heating, reporters=[("intake.message", 1)])
        make.walk(town, row, "awaiting")
        make.problem(town)
        before = clock.now()
    with clock.at(make.DAY.replace(hour=15)):
        for key in ("ledger.registered", "ledger.open", "ledger.reported", "ledger.asked"):
            assert counted(key).get("warm") == 1, key
        correct(row, town.office, category="lamps")
        for key in ("ledger.registered", "ledger.open", "ledger.reported", "ledger.asked"):
            assert "warm" not in counted(key), key
            assert counted(key)["lamps"] == 1, key
            assert counted(key, before)["warm"] == 1, key
        report = check()
        assert report.differences == 0, report.examples


def test_only_the_office_that_registered_it_or_one_above(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, make.problem(town), "referred")
        assert refused(row, town.district, urgent=True) == ["not_entered_here"], "above the unit"
        assert "not_permitted" in refused(row, town.handler, urgent=True)
        assert refused(row, SYSTEM, urgent=True) == ["not_entered_here"]
        assert refused(row, town.operator, urgent=True, reason=" ") == ["reason_missing"]
        assert refused(row, town.operator) == ["nothing_corrected"]
        assert refused(row, town.operator, title=row.title) == ["nothing_corrected"]
        assert refused(row, town.operator, category="nix") == ["no_such_category"]
        assert refused(row, town.operator, place_unit="没有的单位") == ["no_such_unit"]
        below = make.problem(town, by=town.district)
        assert correct(below, town.office, urgent=True).urgent, "above who registered it"


@pytest.mark.parametrize("standing", sorted(STANDINGS))
def test_wherever_it_stands_for_something(town: make.City, standing: str) -> None:
    with clock.at(make.DAY):
        make.problem(town)
        row = STANDINGS[standing](town)
        if State(row.state) in CORRECTED_IN:
            state = row.state
            assert correct(row, town.office, urgent=not row.urgent).state == state
        else:
            assert "wrong_state" in refused(row, town.office, urgent=not row.urgent)


def test_the_database_takes_no_other_way(town: make.City, lamps: Category) -> None:
    with clock.at(make.DAY):
        row = make.walk(town, make.problem(town), "referred")
        rows = Problem.objects.filter(pk=row.pk)
        wrong: dict[str, Any]
        for wrong in ({"title": "别的"}, {"category": lamps}, {"place": "x"}, {"urgent": True},
                      {"place_unit": town.west}):  # fmt: skip
            with pytest.raises(DatabaseError, match="with a reason"), transaction.atomic():
                rows.update(version=row.version + 1, **wrong)
        with pytest.raises(DatabaseError, match="as it was said"), transaction.atomic():
            rows.update(version=row.version + 1, text="从来没有说过")
        correct(row, town.operator, note="原文有误")
        with pytest.raises(DatabaseError, match="with a reason"), transaction.atomic():
            rows.update(version=row.version + 1, title="借用上一次的理由")
        new: dict[str, Any] = {"problem": row, "reason": "x", "at": clock.now()}
        new["post_id"] = town.district.post_id
        for other in ({"unit": town.east, "seq": row.version + 1},
                      {"unit": town.city, "seq": row.version + 2}):  # fmt: skip
            with pytest.raises(DatabaseError, match="not corrected by"), transaction.atomic():
                Correction.objects.create(**new, **other)


def test_who_comes_second_is_told(town: make.City) -> None:
    with clock.at(make.DAY):
        row = make.problem(town)
        late = Problem.objects.get(pk=row.pk)
        correct(row, town.office, urgent=True)
        with pytest.raises(Stale):
            correct(late, town.operator, title="另一个标题")
        assert Correction.objects.count() == 1


def test_its_category_can_be_given_when_it_is_handed_on(
    town: make.City, lamps: Category, heating: Category
) -> None:
    with clock.at(make.DAY):
        row = make.problem(town)
        actions.move(
            problem=row, move="refer", by=town.operator, unit=town.street, category="lamps"
        )
        assert row.category == lamps
        assert "类别：路灯" in timeline(row)[0]["note"]
        assert by_category("ledger.registered", town.city)[lamps.pk] == 1
        kept = make.problem(town, category=heating)
        actions.move(problem=kept, move="refer", by=town.operator, unit=town.street, category="")
        assert kept.category == heating, "nothing chosen takes nothing away"
        report = check()
        assert report.differences == 0, report.examples


def test_a_registration_can_still_be_withdrawn_after_its_own_office_corrected_it(
    town: make.City, lamps: Category
) -> None:
    with clock.at(make.DAY):
        row = correct(make.problem(town), town.operator, category="lamps")
        actions.move(problem=row, move="withdraw", by=town.office, reason="重复了")
        assert value("ledger.registered", town.city) == 0
        report = check()
        assert report.differences == 0, report.examples


def test_many_get_their_category_at_once(town: make.City, lamps: Category) -> None:
    with clock.at(make.DAY):
        rows = [make.problem(town) for _ in range(3)]
        correct(rows[2], town.operator, category="lamps")
        held = holder(town.city, Role.OFFICE)
        client = logged_in(held)
        said = {"move": "correct", "number": [row.number for row in rows]}
        page = client.post(reverse("ledger_bulk"), said)
        look = client.get(page["Location"]).content.decode()
        assert 'name="category"' in look
        for other in ("title", "place", "urgent"):
            assert f'name="{other}"' not in look
        given_all = {"category": "lamps", "reason": WHY}
        seen = client.post(page["Location"], {**given_all, "do": "look"}, follow=True)
        assert "没有任何改动" in seen.content.decode(), "the third is so already"
        client.post(page["Location"], {**given_all, "do": "go"})
        found = Problem.objects.filter(pk__in=[row.pk for row in rows])
        assert set(found.values_list("category__code", flat=True)) == {"lamps"}
        assert Correction.objects.count() == 3


def test_its_page_shows_what_stands_and_keeps_what_is_typed(
    town: make.City, lamps: Category
) -> None:
    with clock.at(make.DAY):
        row = make.problem(town, category=lamps, place="东门")
        client = logged_in(holder(town.city, Role.OFFICE))
        page = reverse("ledger_move", args=[row.number, "correct"])
        here = reverse("ledger_problem", args=[row.number])
        assert page in client.get(here).content.decode()
        shown = client.get(page).content.decode()
        assert 'value="路灯不亮"' in shown
        assert '<option value="lamps" selected>' in shown
        stands = {"title": "路灯不亮", "category": "lamps", "place": "东门", "place_unit": ""}
        same = client.post(page, {**stands, "version": row.version, "reason": WHY})
        assert same.status_code == 422
        assert WHY in same.content.decode()
        new = {**stands, "category": "", "urgent": "on", "version": row.version, "reason": WHY}
        done = client.post(page, new, follow=True)
        assert done.redirect_chain[-1][0] == here
        row.refresh_from_db()
        assert (row.category, row.urgent, row.place) == (None, True, "东门")
        assert "路灯 → 无" in done.content.decode()
