"""Which lines there are, which units belong to them, by page and by sheet."""

from pathlib import Path

import pytest
from django.test import Client

from xiaohao.figures.queries import Scope, table
from xiaohao.intake.tests.make import message
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale
from xiaohao.ledger.tests.make import city as town
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import events_of
from xiaohao.units import actions, queries, sheets
from xiaohao.units.models import Line, Unit
from xiaohao.units.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> dict[str, Unit]:
    made = make.city()
    actions.set_up_line(by=SYSTEM, code="housing", name="住房", name_en="Housing")
    actions.set_up_line(by=SYSTEM, code="streets", name="街道工作")
    return made


def admin(unit: Unit) -> Client:
    return people.logged_in(people.holder(unit, Role.ADMINISTRATOR))


def actor(unit: Unit, role: Role = Role.ADMINISTRATOR) -> Actor:
    return people.actor(unit, role)


def lines(code: str) -> list[str]:
    return [line.code for line in queries.lines_of(queries.by_code(code))]


def take(place: Path, text: str, **more: object) -> actions.Imported:
    file = place / "units.csv"
    file.write_text(text)
    more = {"by": SYSTEM} | more
    return actions.import_units(rows=sheets.find(file).rows(), **more)  # type: ignore[arg-type]


def test_a_unit_is_put_into_lines_and_the_trail_says_so(tree: dict[str, Unit]) -> None:
    river = tree["river"]
    actions.set_lines(by=actor(tree["west"]), unit=river, lines=["streets", "housing"])
    assert lines(river.code) == ["housing", "streets"]
    actions.set_lines(by=SYSTEM, unit=river, lines=["housing"])
    event = events_of(queries.LABEL, river.pk).last()
    assert event is not None
    assert (event.kind, event.data) == (
        "lined", {"before": ["housing", "streets"], "after": ["housing"]},
    )  # fmt: skip
    seen = queries.standing(river)
    actions.set_lines(by=SYSTEM, unit=river, lines=["housing"])
    assert queries.standing(river) == seen  # nothing was changed, so nothing is told


def test_figures_along_a_line_follow_at_once() -> None:
    at = town()
    for place in (at.east, at.east, at.west):
        message(place_unit=place)
    line = actions.set_up_line(by=SYSTEM, code="crossing", name="专线")
    scope = Scope(line=line.pk)

    def received() -> object:
        return table(["intake.received"], [at.city], scope)[at.city.pk]["intake.received"]

    assert received() == 0
    actions.set_lines(by=SYSTEM, unit=at.east, lines=["crossing"])
    assert received() == 2
    actions.set_lines(by=SYSTEM, unit=at.city, lines=["crossing"])
    assert received() == 3
    actions.set_lines(by=SYSTEM, unit=at.city, lines=[])
    assert received() == 2


def test_who_may_not_is_refused(tree: dict[str, Unit]) -> None:
    for by in (actor(tree["east"]), actor(tree["west"], Role.HANDLER)):
        with pytest.raises((NotFound, Forbidden)):
            actions.set_lines(by=by, unit=tree["river"], lines=["housing"])
    for by in (actor(tree["west"]), actor(tree["west"], Role.OFFICE)):
        with pytest.raises((NotFound, Forbidden)):
            actions.set_up_line(by=by, code="x", name="x")
        with pytest.raises((NotFound, Forbidden)):
            actions.rename_line(by=by, line=Line.objects.get(code="housing"), name="x")
    assert lines(tree["river"].code) == []


def test_the_second_of_two_is_told(tree: dict[str, Unit]) -> None:
    seen = queries.standing(tree["river"])
    actions.set_lines(by=SYSTEM, unit=tree["river"], lines=["streets"], expected=seen)
    with pytest.raises(Stale):
        actions.set_lines(by=SYSTEM, unit=tree["river"], lines=["housing"], expected=seen)
    assert lines(tree["river"].code) == ["streets"]


def test_a_line_that_is_not_there_is_refused(tree: dict[str, Unit]) -> None:
    with pytest.raises(Refused) as refused:
        actions.set_lines(by=SYSTEM, unit=tree["river"], lines=["housing", "fishing"])
    assert refused.value.unmet[0].code == "unknown_line"
    assert lines(tree["river"].code) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "housing", "name": "x"}, "code_taken"),
        ({"code": "HOUSING", "name": "x"}, "code_taken"),
        ({"code": "a/b", "name": "x"}, "bad_code"),
        ({"code": "x", "name": " "}, "missing"),
        ({"code": "", "name": "x"}, "missing"),
        ({"code": "x", "name": "长" * 81}, "too_long"),
    ],
)
def test_a_line_told_wrongly_is_refused(
    tree: dict[str, Unit], given: dict[str, str], said: str
) -> None:
    assert tree
    with pytest.raises(Refused) as refused:
        actions.set_up_line(by=SYSTEM, **given)
    assert said in {one.code for one in refused.value.unmet}


def test_lines_are_set_up_and_units_put_into_them_by_page(tree: dict[str, Unit]) -> None:
    top = admin(tree["city"])
    answer = top.post("/units/lines/", {"code": "markets", "name": "市场监管", "name_en": ""})
    assert (answer.status_code, answer["Location"]) == (302, "/units/lines/markets/")
    twice = top.post("/units/lines/", {"code": "markets", "name": "又一条"})
    assert twice.status_code == 422
    assert "又一条" in twice.content.decode()
    river, west = tree["river"], admin(tree["west"])
    form = west.get(f"/units/{river.code}/lines/").content.decode()
    assert "市场监管" in form
    typed = {"expected": queries.standing(river), "lines": ["markets", "streets"]}
    assert west.post(f"/units/{river.code}/lines/", typed).status_code == 302
    assert lines(river.code) == ["markets", "streets"]
    page = west.get(f"/units/{river.code}/").content.decode()
    assert "/units/lines/markets/" in page
    assert f"/units/{river.code}/" in west.get("/units/lines/markets/").content.decode()
    assert top.post("/units/lines/markets/", {"name": "市场"}).status_code == 302
    assert "市场监管" not in west.get("/units/lines/").content.decode()
    assert west.post("/units/lines/markets/", {"name": "x"}).status_code == 404
    assert west.post("/units/lines/", {"code": "x", "name": "x"}).status_code == 404
    assert west.get("/units/lines/nothing/").status_code == 404


def test_a_sheet_says_to_which_lines_units_belong(tree: dict[str, Unit], tmp_path: Path) -> None:
    river, west = tree["river"], tree["west"]
    actions.set_lines(by=SYSTEM, unit=tree["north"], lines=["streets"])
    done = take(
        tmp_path,
        "代码,名称,层级,上级代码,条线\n"
        f"NEW1,城管大队,乡,{west.code},住房、streets\n"
        f"NEW2,新社区,村,NEW1,\n"
        f"{river.code},{river.name},乡,{west.code},Housing\n"
        f"{tree['north'].code},{tree['north'].name},乡,,\n"
        f"NEW3,错的,乡,{west.code},渔业\n"
        f"NEW4,错的之下,村,NEW3,\n"
        f"{west.code},{west.name},县,,渔业\n",
    )
    assert (done.imported, done.already, done.lined) == (2, 2, 2)
    assert [(one.row, one.column, one.code) for one in done.refusals] == [
        (6, "lines", "unknown_line"),
        (7, "parent_code", "parent_not_taken"),
        (8, "lines", "unknown_line"),
    ]
    assert lines("NEW1") == ["housing", "streets"]
    assert lines("NEW2") == []
    assert lines(river.code) == ["housing"]
    assert lines(tree["north"].code) == ["streets"]  # an empty cell says nothing
    assert not Unit.objects.filter(code="NEW3").exists()
    again = take(tmp_path, (tmp_path / "units.csv").read_text())
    assert (again.imported, again.already, again.lined) == (0, 4, 0)


def test_a_sheet_reaches_no_unit_outside(tree: dict[str, Unit], tmp_path: Path) -> None:
    east = actor(tree["east"])
    text = f"code,name,level,lines\n{tree['river'].code},x,township,housing\n"
    done = take(tmp_path, text, by=east, under=tree["east"])
    assert [(one.column, one.code) for one in done.refusals] == [("lines", "outside_scope")]
    assert lines(tree["river"].code) == []
