"""Who had a part in a problem, by whatever road, does not come to read who complained."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import given as given_
from hypothesis import strategies as st

from xiaohao.escalation import actions as escalation
from xiaohao.escalation.models import Root
from xiaohao.intake import actions
from xiaohao.intake.models import LABEL, Message
from xiaohao.intake.queries import find_message
from xiaohao.intake.tests.make import DAY, SENDER, City, actor, city, message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Forbidden, NotFound, Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Cooperation, Problem
from xiaohao.ledger.rules import MOVES
from xiaohao.ledger.tests import gate
from xiaohao.ledger.tests import make as ledgers
from xiaohao.people.tests import make as people
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db


def move(problem: Problem, name: str, by: Any, **given: Any) -> None:
    ledger.move(problem=problem, move=name, by=by, **given)


def recalled(at: City, problem: Problem) -> None:
    move(problem, "recall", at.operator, reason="转错单位")


def referred(at: City, problem: Problem) -> None:
    recalled(at, problem)
    move(problem, "refer", at.operator, unit=at.street)
    recalled(at, problem)


def arbitrated(at: City, problem: Problem) -> None:
    head = actor("WEST-HEAD", at.west, Role.LEADER, 31)
    other = actor("NORTH-HEAD", ledgers.unit("1203", at.city, "county"), Role.LEADER, 32)
    given = {"reason": "不归我们", "owner_unknown": "说不清"}
    move(problem, "return", head, **given)
    move(problem, "refer", at.operator, unit="1203")
    move(problem, "return", other, **given)
    move(problem, "arbitrate", at.office, unit=at.street, reason="属地管理")


def fixed_on_the_spot(at: City, problem: Problem) -> None:
    """And then reopened, and handed to another unit."""
    recalled(at, problem)
    stream = ledgers.picture()
    file = ledger.upload(problem=problem, by=at.operator, name="a.jpg", stream=stream)
    given = {"done": "换好了灯", "owner": "街道办", "files": [file.pk]}
    move(problem, "spot", at.operator, unit=at.street, **given)
    move(problem, "pass", at.district, note="看过了")
    move(problem, "reopen", at.office, reason="又坏了")
    move(problem, "refer", at.operator, unit=at.west)


def helped(at: City, problem: Problem) -> None:
    move(problem, "assign", at.operator, partners=[at.street.code])
    move(problem, "assign", at.operator, partners=[])


def led(at: City, problem: Problem) -> None:
    move(problem, "assign", at.operator, lead=at.leader.post_code)
    move(problem, "assign", at.operator, lead="")


def called(at: City, problem: Problem) -> None:
    head = actor("WEST-HEAD", at.west, Role.LEADER, 31)
    move(problem, "accept", head)
    then = clock.now() + dt.timedelta(hours=5)
    escalation.call(
        problem=problem,
        by=head,
        units=[at.street],
        reason="联合认定",
        place="致和社区",
        on_site_by=then,
    )


def rooted(at: City, problem: Problem) -> None:
    """The city claims the root and gives it to the street to mend, which returns it."""
    people.holder(at.city, Role.OFFICE)
    head = actor("WEST-HEAD", at.west, Role.LEADER, 31)
    move(problem, "accept", head)
    move(problem, "point_above", head, above=at.city, reason="没有统一标准")
    escalation.gather()
    root = escalation.claim(root=Root.objects.get(), by=at.office, unit=at.street)
    given = {"reason": "不归我们", "owner_unknown": "说不清"}
    move(root, "return", at.leader, **given)


def joined(at: City, problem: Problem) -> None:
    other = ledgers.walk(at, ledgers.problem(at), "referred")
    move(problem, "merge", at.operator, into=other.number)
    move(problem, "split", at.operator, reason="不是一回事")


# By which moves, and what else, a unit comes to have a part, and how it loses it again.
ROADS: dict[str, tuple[set[str], Callable[[City, Problem], None]]] = {
    "refer": ({"refer"}, referred),
    "arbitrate": ({"arbitrate"}, arbitrated),
    "spot": ({"spot"}, fixed_on_the_spot),
    "help": ({"assign"}, helped),
    "lead": ({"assign"}, led),
    "call": (set(), called),
    "root": ({"point_above", "fixed_above"}, rooted),
    "merge": ({"merge"}, joined),
}
NAMES_A_UNIT = {"unit", "partners", "lead", "above", "root", "into"}


def test_there_is_a_road_here_for_every_move_that_gives_a_unit_a_part() -> None:
    giving = {name for name, one in MOVES.items() if NAMES_A_UNIT & set(one.inputs)}
    assert giving == {name for names, _road in ROADS.values() for name in names}


@pytest.mark.parametrize("road", ROADS)
def test_who_had_a_part_by_any_road_reads_neither_message_nor_sender(road: str) -> None:
    with clock.at(DAY):
        at = city()
        desk = actor("STREET-DESK", at.street, Role.OFFICE, 21)
        sent = message(place_unit=at.street)
        actions.confirm(message=sent, by=at.operator, unit=at.west)
        assert find_message(desk, sent.pk) == sent  # it has no part yet
        assert actions.look_at_contact(message=sent, by=desk, reason="回电") == SENDER
        ROADS[road][1](at, Problem.objects.earliest("pk"))
        with pytest.raises(NotFound):
            find_message(desk, sent.pk)
        with pytest.raises(NotFound):
            actions.look_at_contact(message=sent, by=desk, reason="想知道是谁")
        key = people.token(people.post(at.street, Role.OFFICE))
        assert not told_by_the_api(sent, key)
        assert find_message(at.operator, sent.pk) == sent


def told_by_the_api(sent: Message, key: str) -> bool:
    browser = Client(headers={"Authorization": f"Bearer {key}"})
    at = f"/api/v1/messages/{sent.pk}"
    why = {"reason": "想知道是谁"}
    answers = [browser.get(at), browser.post(f"{at}/sender", why, "application/json")]
    return {answer.status_code for answer in answers} != {404}


WHO = ("office", "operator", "handler", "leader", "verifier", "stranger")
STEP = st.tuples(
    st.sampled_from([*MOVES, *["refer", "spot", "assign", "wait"] * 4]),
    st.sampled_from(WHO),
    st.sampled_from(["street", "east", "west"]),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given_(steps=st.lists(STEP, min_size=5, max_size=25))
def test_on_no_walk_does_a_unit_that_had_a_part_read_it_and_every_other_may(
    steps: list[tuple[str, str, str]],
) -> None:
    with transaction.atomic():
        _walk(steps)
        transaction.set_rollback(True)


def _walk(steps: list[tuple[str, str, str]]) -> None:
    moment, had = DAY, set[str]()
    with clock.at(moment):
        at = city()
        ledgers.walk(at, ledgers.problem(at), "referred")
        ledgers.walk(at, ledgers.problem(at, title=gate.ROOT), "verified")
        sent = message(place_unit=at.street)
        row = ledgers.problem(at, reporters=[(LABEL, sent.pk)])
    for name, who, where in steps:
        moment += dt.timedelta(days=1)
        with clock.at(moment):
            _step(at, row, name, getattr(at, who), getattr(at, where))
        row.refresh_from_db()
        had |= parties(sent)
    for unit in Unit.objects.all():
        person = dataclasses.replace(at.operator, elsewhere=(unit.path,))
        reads = Message.objects.visible_to(person).filter(pk=sent.pk).exists()
        assert reads != any(unit.path.startswith(path) for path in had), (unit.code, had)


def _step(at: City, row: Problem, name: str, by: Actor, unit: Unit) -> None:
    given = gate.inputs(at, row, name) if name != "wait" else {}
    given |= {"unit": unit, "partners": [unit], "lead": at.leader.post_code}
    try:
        with transaction.atomic():
            if name == "wait":
                ledgers.one_step(at, row)
            else:
                move(row, name, SYSTEM if MOVES[name].permission is None else by, **given)
    except (Refused, Forbidden, KeyError):
        return


def parties(sent: Message) -> set[str]:
    """Paths of the units that have a part now in a problem with which the message ever stood."""
    found = set[str]()
    for problem in Problem.objects.filter(reporter_rows__source_id=sent.pk).distinct():
        if problem.unit:
            found.add(problem.unit.path)
        lead = problem.lead.unit.path if problem.lead else ""
        if not problem.path.startswith(lead):
            found.add(lead)
        helpers = Cooperation.objects.filter(problem=problem, until=None)
        found |= set(helpers.values_list("unit__path", flat=True))
    return found
