"""Handing problems on by page: units as people name them, and where one stands afterwards."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from xiaohao.kernel import clock
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_pages import logged_in
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.ledger.timeline import Names, note_of, timeline
from xiaohao.trail.models import Event
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        made = make.city()
        make.rename(made.street, "某某街道办事处", "某某街道")
        made.street.refresh_from_db()
        yield made


@pytest.mark.parametrize("typed", ["120101", " 某某街道办事处 ", "某某街道"])
def test_a_unit_is_known_by_code_and_by_its_names(city: make.City, typed: str) -> None:
    row = actions.move(problem=make.problem(city), move="refer", by=city.operator, unit=typed)
    assert row.unit == city.street


def refused(city: make.City, typed: str) -> str:
    with pytest.raises(Answer) as said:
        actions.move(problem=make.problem(city), move="refer", by=city.operator, unit=typed)
    (unmet,) = said.value.unmet
    assert unmet.code == "no_such_unit"
    return str(unmet.message)


def test_what_two_units_are_called_or_lies_elsewhere_is_refused_by_name(city: make.City) -> None:
    make.unit("1202001", city.west, "township")
    make.rename(Unit.objects.get(code="1202001"), "某某街道办事处")
    assert "某某街道办事处" in refused(city, "某某街道办事处")
    make.unit("13", None, "city")
    make.rename(Unit.objects.get(code="13"), "另一市")
    said = refused(city, "13")
    assert "另一市" in said
    assert "13" not in said
    assert "没有的" in refused(city, "没有的")


def test_what_is_given_back_and_no_longer_seen_leads_to_what_becomes_of_it(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "referred")
    place = reverse("ledger_move", args=[row.number, "return"])
    browser = logged_in(city.handler)
    done = browser.post(
        place, {"version": row.version, "reason": "不归我们管", "better_unit": "1202"}, follow=True
    )
    there = f"{reverse('escalation_given_back')}?number={row.number}"
    assert done.redirect_chain == [(there, 302)]
    assert done.status_code == 200
    assert row.number in done.content.decode()
    page = logged_in(city.office).get(reverse("ledger_move", args=[row.number, "refer"]))
    assert f'data-picker="{reverse("units_pick_own")}"' in page.content.decode()


def test_a_word_is_told_in_words() -> None:
    with translation.override("en"):
        for said, word in (("not", "not solved"), ("partly", "partly solved")):
            assert note_of(Event(kind="not_solved", data={"reason": said}), Names()) == word
        assert note_of(Event(kind="return", data={"reason": "not"}), Names()) == "not"


def test_the_timeline_names_what_was_set(city: make.City) -> None:
    lamps = Category.objects.create(code="lamps", name="路灯照明")
    row = make.problem(city, category=lamps, programme=drive(city))
    actions.move(problem=row, move="refer", by=city.operator, unit=city.street)
    named: dict[str, Any] = {"programme": "parking", "lead": "DISTRICT", "partners": [city.west]}
    actions.move(problem=row, move="assign", by=city.office, **named)
    emptied: dict[str, Any] = {"programme": "", "lead": "", "partners": []}
    actions.move(problem=row, move="assign", by=city.office, **emptied)
    gone, was_set, _handed, begun = (one["note"] for one in timeline(row))
    assert was_set.splitlines() == [
        "专项整治：停车难专项整治",
        "包案领导：单位1201 · DISTRICT",
        "配合单位：单位1202",
    ]
    assert gone.splitlines() == ["专项整治：无", "包案领导：无", "配合单位：无"]
    assert begun.splitlines() == ["类别：路灯照明", "专项整治：停车难专项整治"]


def codes(said: pytest.ExceptionInfo[Answer]) -> list[tuple[str, str | None]]:
    return [(one.code, one.field) for one in said.value.unmet]


def test_who_gives_back_names_a_better_owner_or_says_why_not(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "referred")
    for given, code, field in (
        ({}, "better_unit_missing", "better_unit"),
        ({"better_unit": city.street}, "better_unit_own", "better_unit"),
        ({"better_unit": city.west, "owner_unknown": "不清楚"}, "owner_both", "owner_unknown"),
        ({"better_unit": "没有的单位"}, "no_such_unit", "better_unit"),
    ):
        inputs: dict[str, Any] = {"reason": "不归我们管", **given}
        with pytest.raises(Answer) as said:
            actions.move(problem=row, move="return", by=city.handler, **inputs)
        assert codes(said) == [(code, field)]
    why = {"reason": "不归我们管", "owner_unknown": "该路段权属未移交"}
    actions.move(problem=row, move="return", by=city.handler, version=row.version, **why)
    assert row.referrals.get().owner_unknown == "该路段权属未移交"
    assert "该路段权属未移交" in timeline(row)[0]["note"]


def test_the_database_takes_no_return_without_an_owner(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "referred")
    returned = row.referrals.filter(returned_at=None)
    with pytest.raises(DatabaseError, match="without a better owner"), transaction.atomic():
        returned.update(returned_at=clock.now())
    with pytest.raises(DatabaseError, match="without a better owner"), transaction.atomic():
        returned.update(returned_at=clock.now(), owner_unknown="")
    assert returned.update(returned_at=clock.now(), better_unit=city.west) == 1


def test_the_owner_named_is_taken_by_one_press(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "referred")
    given: dict[str, Any] = {"reason": "不归我们管", "better_unit": "1202"}
    actions.move(problem=row, move="return", by=city.handler, **given)
    browser = logged_in(city.operator)
    page = browser.get(reverse("ledger_problem", args=[row.number])).content.decode()
    form = page[page.index("Named by the unit that gave it back") :]
    fields = dict(re.findall(r'type="hidden" name="(version|unit|deadline)" value="([^"]*)"', form))
    assert fields["unit"] == "1202"
    logged_in(city.stranger)
    taken = browser.post(reverse("ledger_move", args=[row.number, "refer"]), fields)
    assert taken.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.unit) == ("referred", city.west)
    page = browser.get(reverse("ledger_problem", args=[row.number])).content.decode()
    assert "Named by the unit that gave it back" not in page


def test_an_owner_beyond_ones_area_is_named_and_not_offered(city: make.City) -> None:
    row = actions.register(by=city.district, title="路灯不亮", text="小区门口的路灯三个月没有亮")
    actions.move(problem=row, move="refer", by=city.district, unit=city.street)
    given: dict[str, Any] = {"reason": "不归我们管", "better_unit": city.west}
    actions.move(problem=row, move="return", by=city.handler, **given)
    browser = logged_in(city.district)
    page = browser.get(reverse("ledger_problem", args=[row.number])).content.decode()
    card = page[page.index("Named by the unit that gave it back") :][:600]
    assert "outside your area" in card
    assert "<button" not in card[: card.index("</section>")]
    form = browser.get(reverse("ledger_move", args=[row.number, "refer"])).content.decode()
    assert 'value="1202"' not in form
