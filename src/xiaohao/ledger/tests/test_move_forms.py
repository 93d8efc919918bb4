"""What is offered can be done, and each form says itself what the server refuses to go without."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.forms import BooleanField, BoundField, ChoiceField
from django.test import Client
from django.urls import reverse

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.ledger import actions
from xiaohao.ledger.forms import MoveForm
from xiaohao.ledger.found_forms import SpotForm
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import facts_of, offers
from xiaohao.ledger.rules import LONGEST_DEADLINE, MOVES, Facts, State, needed, unmet
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.gate import inputs
from xiaohao.ledger.tests.standings import STANDINGS
from xiaohao.ledger.tests.test_pages import logged_in

WHO = ("office", "operator", "handler", "leader", "verifier", "stranger")
WITH_FORM = sorted(name for name, move in MOVES.items() if move.permission is not None)
# The standing in which a move is asked for, and by whom.
ASKED: dict[str, list[tuple[str, str]]] = {
    "accept": [("referred", "handler")],
    "add_measures": [("in_progress", "handler")],
    "amend_measure": [("in_progress", "handler"), ("accepted with a plan", "handler")],
    "arbitrate": [("arbitration", "district")],
    "ask": [("verified, reported by one", "office")],
    "ask_extension": [("in_progress", "handler")],
    "assign": [("accepted", "office")],
    "close": [("verified", "office")],
    "comment": [("accepted", "handler")],
    "correct": [("registered", "operator"), ("closed", "office")],
    "decline_extension": [("more time asked", "office")],
    "drop_measure": [("two measures", "handler")],
    "fail": [("reported", "verifier")],
    "finish_measure": [("two measures", "handler")],
    "grant_extension": [("more time asked", "office")],
    "merge": [("accepted", "office")],
    "pass": [("reported", "verifier")],
    "plan": [("accepted", "handler"), ("accepted with a plan", "handler"), ("reopened", "handler")],
    "point_above": [("accepted", "handler")],
    "recall": [("referred", "operator")],
    "refer": [("registered", "operator"), ("returned", "office")],
    "reopen": [("closed", "verifier")],
    "report": [("all measures done", "leader")],
    "return": [("accepted", "handler")],
    "split": [("merged", "office")],
    "spot": [("registered", "operator")],
    "withdraw": [("registered", "office"), ("referred", "operator")],
}

# Of two that may both stay empty, but not together: what is typed where the other is left out.
INSTEAD = {"better_unit": {"owner_unknown": "不清楚归谁管"}}


@pytest.fixture
def city(db: None) -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def test_every_state_and_every_form_is_walked(city: make.City) -> None:
    make.problem(city)
    assert {str(build(city).state) for build in STANDINGS.values()} == {str(one) for one in State}
    assert sorted(ASKED) == WITH_FORM


@pytest.mark.parametrize("standing", STANDINGS)
def test_what_is_offered_can_be_done_and_leaves_something_to_choose(
    city: make.City, standing: str
) -> None:
    """Of all moves, for every post: offered exactly where it works, with choices to choose from."""
    make.problem(city)  # something to merge into
    row = STANDINGS[standing](city)
    for name in WHO:
        by = getattr(city, name)
        for offer in offers(row, by):
            move = offer.move.name
            assert _works(city, row, move, by) == offer.allowed, (name, move)
            if offer.allowed:
                _assert_choices(MoveForm(offer.move, row, by=by), facts_of(row))


def _assert_choices(form: MoveForm, facts: Facts) -> None:
    form.mark(facts)
    for name, field in form.fields.items():
        if isinstance(field, ChoiceField) and field.widget.attrs.get("required"):
            assert form[name].subwidgets, (form.move.name, name)


@pytest.mark.parametrize(("move", "standing"), [(m, where[0][0]) for m, where in ASKED.items()])
def test_a_post_without_the_permission_is_refused_whatever_it_is_offered(
    city: make.City, move: str, standing: str
) -> None:
    make.problem(city)
    row = STANDINGS[standing](city)
    permission = MOVES[move].permission
    assert permission is not None
    lacking = [by for by in (getattr(city, name) for name in WHO) if not by.may(permission)]
    assert lacking or move == "comment", "everybody here may"
    for by in lacking:
        with pytest.raises(Forbidden) as refused:
            actions.move(problem=row, move=move, by=by, **inputs(city, row, ""))
        assert "not_permitted" in [one.code for one in refused.value.unmet]


def _works(city: make.City, row: Problem, move: str, by: Actor) -> bool:
    try:
        with transaction.atomic():
            given = inputs(city, row, move) | _proof(row, move, by)
            if move == "amend_measure":
                given = {"measure": given["measure"], "reason": "写得更明白", "text": "换节能灯"}
            actions.move(problem=Problem.objects.get(pk=row.pk), move=move, by=by, **given)
            transaction.set_rollback(True)
    except (Refused, Forbidden):
        return False
    return True


def _proof(row: Problem, move: str, by: Actor) -> dict[str, Any]:
    if "files" not in MOVES[move].inputs:
        return {}
    return {"files": [actions.upload(problem=row, by=by, name="a.jpg", stream=make.picture(90)).pk]}


def test_nothing_is_offered_that_no_input_can_satisfy(city: make.City) -> None:
    today, top = clock.today(), make.actor("TOP", city.city, Role.HANDLER)
    at_the_top = Facts(State.ACCEPTED, today, city.city.path)
    assert _stands(at_the_top, "point_above", top) == ["nothing_above"]
    far = replace(at_the_top, deadline=today + dt.timedelta(days=LONGEST_DEADLINE))
    assert _stands(far, "ask_extension", top) == ["deadline_farthest"]
    nearer = replace(far, deadline=today + dt.timedelta(days=LONGEST_DEADLINE - 1))
    assert _stands(nearer, "ask_extension", top) == []


def _stands(facts: Facts, move: str, by: Actor) -> list[str]:
    """What stands in the way of a move whatever is typed."""
    return [n.code for n in unmet(move, facts, by, {}) if n.field not in MOVES[move].inputs]


FORMS = [(move, *where) for move, found in ASKED.items() for where in found]


@pytest.mark.parametrize(("move", "standing", "who"), FORMS)
def test_a_label_says_what_the_server_refuses_to_go_without(
    city: make.City, move: str, standing: str, who: str
) -> None:
    """Each field in turn is left empty: refused there, or taken, just as its label says."""
    make.problem(city)
    row = STANDINGS[standing](city)
    _assert_honest(city, row, move, getattr(city, who))


def test_a_plan_that_no_longer_fits_wants_its_deadlines_typed(city: make.City) -> None:
    """Past its end nothing is scheduled back: the deadline's label changes with the day."""
    row = make.walk(city, make.problem(city), "accepted")
    assert "measures.0.deadline" not in needed("plan", facts_of(row))
    with clock.at(make.DAY + dt.timedelta(days=60)):
        assert "measures.0.deadline" in needed("plan", facts_of(row))
        _assert_honest(city, row, "plan", city.handler)


def test_what_was_sent_before_a_refusal_is_not_asked_for_again(city: make.City) -> None:
    row = STANDINGS["two measures"](city)
    client = logged_in(city.handler)
    page = reverse("ledger_move", args=[row.number, "finish_measure"])
    sent = SimpleUploadedFile("a.jpg", make.picture().read(), "image/jpeg")
    typed = {"version": row.version - 1, "measure": row.measures.earliest("id").pk, "files": [sent]}
    answer = client.post(page, typed)
    assert answer.status_code == 409
    form = answer.context["form"]
    assert form["kept"].value()
    assert "Kept from before: a.jpg" in answer.content.decode()
    form.mark(facts_of(row))
    assert not form.fields["files"].widget.attrs.get("required")


@pytest.mark.parametrize("move", ["grant_extension", "decline_extension"])
def test_whoever_decides_about_more_time_has_the_request_before_him(
    city: make.City, move: str
) -> None:
    row = STANDINGS["more time asked"](city)
    asked = row.extension_rows.get()
    page = logged_in(city.operator).get(reverse("ledger_move", args=[row.number, move]))
    told = page.context["more_time"]
    assert (told.until, told.reason, told.by) == (
        asked.deadline,
        asked.reason,
        asked.asked_post.told,
    )
    assert asked.before
    assert told.days == calendar.between(asked.before, asked.deadline)
    text = page.content.decode()
    assert asked.reason in text
    assert asked.asked_post.told in text


def test_what_is_fixed_on_the_spot_says_what_it_needs(city: make.City) -> None:
    form = SpotForm(by=city.operator)
    assert {name for name in form.fields if _marked(form[name])} == {
        "title", "text", "source", "done", "owner", "unit", "files",
    }  # fmt: skip


def _assert_honest(city: make.City, row: Problem, move: str, by: Actor) -> None:
    client, page = logged_in(by), reverse("ledger_move", args=[row.number, move])
    answer = client.get(page)
    assert answer.status_code == 200
    form, body = answer.context["form"], answer.content.decode()
    whole = _typed(city, row, form) | {"despite": "1"}  # nobody is logged in at the street
    assert _posted(client, page, whole) is None, "what is typed here is whole"
    bare = {name: "" if name.startswith("measures.") else value for name, value in whole.items()}
    if _posted(client, page, bare) is None:  # a row is a whole or nothing; here nothing is taken
        whole = bare
    for bound in form.visible_fields():
        if bound.name.startswith("measures.") and not bound.name.startswith("measures.0."):
            continue
        refused = _posted(client, page, whole | {bound.name: ""} | INSTEAD.get(bound.name, {}))
        assert _optional(body, bound) == (refused is None), (bound.name, refused)
        assert refused is None or bound.name in refused, (bound.name, refused)


def _typed(city: make.City, row: Problem, form: MoveForm) -> dict[str, Any]:
    """Everything typed that the form takes, as a browser sends it."""
    given = inputs(city, row, "")
    given |= {"unit": city.street.code, "above": city.east.code, "better_unit": city.west.code}
    given |= {f"measures.0.{name}": value for name, value in given.pop("measures")[0].items()}
    given |= {"text": "换节能灯", "days": "1", "partners.0": city.west.code}
    found = {}
    for name, field in form.fields.items():
        value = given.get(name, field.initial)
        if name == "measure":
            value = given["measure"]
        if name == "version":
            value = row.version
        if isinstance(value, dt.date):
            value = value.isoformat()
        found[name] = "" if value is None else value
    found |= {name: "sent along" for name in form.fields if name == "files"}
    if form.move.name == "ask_extension" and row.deadline:
        found["deadline"] = (row.deadline + dt.timedelta(days=3)).isoformat()
    return found


def _posted(client: Client, page: str, typed: dict[str, Any]) -> set[str] | None:
    """The fields at which it was refused; None when it was made. Nothing stays written."""
    sent = {name: value for name, value in typed.items() if value != ""}
    if sent.pop("files", ""):
        sent["files"] = SimpleUploadedFile("a.jpg", make.picture(90).read(), "image/jpeg")
    with transaction.atomic():
        answer = client.post(page, sent)
        transaction.set_rollback(True)
    if answer.status_code == 302:
        return None
    assert answer.status_code == 422, answer.status_code
    return {_field(one) for one in answer.context["unmet"]}


def _field(one: Unmet) -> str:
    """Where it is filled in: of measures one row is typed; what lacks days wants its day."""
    if one.field != "measures":
        return one.field or ""
    return "measures.0.deadline" if one.code == "does_not_fit" else "measures.0.text"


def _optional(body: str, bound: BoundField) -> bool:
    """Whether its label calls it optional."""
    key = bound.id_for_label or bound.html_name
    if isinstance(bound.field, BooleanField):  # a tick is never asked for
        return True
    found = re.search(rf'(?:for="{key}"|id="{key}"><legend)>(.*?)</l', body)
    assert found, bound.name
    return "optional" in found[1]


def _marked(bound: BoundField) -> bool:
    return bound.field.required or bool(bound.field.widget.attrs.get("required"))


def shown_in(page: str, name: str) -> str:
    """What stands in the field of that name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, name
    value = re.search(r' value="([^"]*)"', found[0])
    return value[1] if value else ""


def test_forms_show_units_by_their_names_and_take_names(city: make.City) -> None:
    row = make.problem(city, place_unit=city.street)
    browser = logged_in(city.office)
    place = reverse("ledger_move", args=[row.number, "correct"])
    page = browser.get(place).content.decode()
    assert shown_in(page, "place_unit") == city.street.name
    sent = {"version": row.version, "title": row.title, "place_unit": city.west.name}
    assert browser.post(place, {**sent, "reason": "点错了"}).status_code == 302
    row.refresh_from_db()
    assert row.place_unit == city.west


def test_a_second_handing_on_shows_the_name_of_who_can_fix_it(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "referred")
    actions.move(
        problem=row, move="return", by=city.handler, reason="不归我们", better_unit=city.west
    )
    browser = logged_in(city.office)
    place = reverse("ledger_move", args=[row.number, "refer"])
    assert shown_in(browser.get(place).content.decode(), "unit") == city.west.name
    # Where another bears the short name, the whole one stands there; where both, the superior.
    make.rename(city.west, "西区民政局", "民政局")
    make.rename(city.east, "东区民政局", "民政局")
    assert shown_in(browser.get(place).content.decode(), "unit") == "西区民政局"
    make.rename(city.east, "西区民政局", "民政局")
    page = browser.get(place).content.decode()
    assert f'data-label="西区民政局 ({city.city.name})"' in page
    assert shown_in(page, "unit") == city.west.code
    answer = browser.post(place, {"version": row.version, "unit": "没有的单位"})
    assert shown_in(answer.content.decode(), "unit") == "没有的单位"
