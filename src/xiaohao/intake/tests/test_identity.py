"""Who wrote stays hidden from whom he complains of: also after the problem has left that unit."""

import dataclasses
import datetime as dt

import pytest

from xiaohao.intake import actions
from xiaohao.intake.models import Message
from xiaohao.intake.queries import find_message
from xiaohao.intake.tests.make import DAY, SENDER, City, actor, city, message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import NotFound
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Word
from xiaohao.ledger.tests import make as ledgers

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> City:
    with clock.at(DAY):
        return city()


@pytest.fixture
def complained_of(at: City) -> Actor:
    """The street has a desk of its own, which takes in what concerns the street."""
    return actor("STREET-DESK", at.street, Role.OPERATOR, 21)


def referred(at: City) -> Message:
    row = message(place_unit=at.street)
    actions.confirm(message=row, by=at.operator, unit=at.street)
    return row


def test_a_unit_that_returns_a_complaint_does_not_come_to_read_who_wrote(
    at: City, complained_of: Actor
) -> None:
    with clock.at(DAY):
        row = referred(at)
        problem = Problem.objects.get()
        ledger.move(problem=problem, move="accept", by=at.handler)
        ledger.move(
            problem=problem,
            move="return",
            by=at.handler,
            reason="不归我们管",
            owner_unknown="不清楚归谁管",
        )
        with pytest.raises(NotFound):
            find_message(complained_of, row.pk)
        with pytest.raises(NotFound):
            actions.look_at_contact(message=row, by=complained_of, reason="想知道是谁")
        assert find_message(at.operator, row.pk) == row


def test_nor_does_it_after_the_problem_was_merged_into_another_units(
    at: City, complained_of: Actor
) -> None:
    with clock.at(DAY):
        row = referred(at)
        problem = Problem.objects.get()
        other = ledgers.problem(at)
        ledger.move(problem=other, move="refer", by=at.operator, unit=at.west)
        ledger.move(problem=problem, move="merge", by=at.operator, into=other.number)
        with pytest.raises(NotFound):
            find_message(complained_of, row.pk)


def test_nor_does_it_after_the_message_was_parted_from_its_problem(
    at: City, complained_of: Actor
) -> None:
    with clock.at(DAY):
        referred(at)
        second = message(place_unit=at.street)
        number = Problem.objects.get().number
        actions.join_to(message=second, by=at.operator, number=number)
        actions.part(message=second, by=at.operator, reason="不是一回事")
        with pytest.raises(NotFound):
            find_message(complained_of, second.pk)


def test_nor_do_its_people_from_another_post_of_theirs(at: City) -> None:
    """Who handles it at the street, and takes calls for the city, is one person."""
    with clock.at(DAY):
        row = referred(at)
        both = dataclasses.replace(at.operator, elsewhere=(at.street.path,))
        with pytest.raises(NotFound):
            find_message(both, row.pk)
        with pytest.raises(NotFound):
            actions.look_at_contact(message=row, by=both, reason="想知道是谁")
        elsewhere = dataclasses.replace(at.operator, elsewhere=(at.west.path,))
        assert find_message(elsewhere, row.pk) == row


def test_the_place_is_masked_like_the_text(at: City) -> None:
    with clock.at(DAY):
        place = f"幸福里5号楼，找{SENDER.name}，{SENDER.phone}"
        row = message(place_unit=at.street, place=place)
        actions.confirm(message=row, by=at.operator, unit=at.street)
        problem = Problem.objects.get()
        assert problem.place.startswith("幸福里5号楼")
        for secret in (SENDER.name, SENDER.phone):
            assert secret not in problem.place
            assert not Problem.objects.matching(secret).exists()
        assert row.place == place  # what was received stays as it was received


def test_the_words_on_a_fix_are_masked_before_the_unit_reads_them(at: City) -> None:
    with clock.at(DAY):
        row = referred(at)
        problem = ledgers.walk(at, Problem.objects.get(), "awaiting")
        said = f"还是不亮，打我电话{SENDER.phone}，{SENDER.name}"
        actions.answer(message=row, answer="not", words=said)
        kept = Word.objects.get(problem=problem).words
        assert kept.startswith("还是不亮")
        for secret in (SENDER.name, SENDER.phone):
            assert secret not in kept


def test_what_an_office_registers_by_hand_is_masked_too(at: City) -> None:
    with clock.at(DAY + dt.timedelta(hours=1)):
        problem = ledger.register(
            by=at.office, title="反映人13812345678", text="电话13812345678", place="找13812345678"
        )
    for kept in (problem.title, problem.text, problem.place):
        assert "13812345678" not in kept


def fixed_on_the_spot(at: City, problem: Problem) -> None:
    file = ledger.upload(
        problem=problem, by=at.operator, name="after.png", stream=ledgers.picture()
    )
    ledger.move(
        problem=problem,
        move="spot",
        by=at.operator,
        unit=at.street,
        done="换好了灯",
        owner="街道办",
        files=[file.pk],
        note="照片",
    )


def test_a_unit_that_fixed_on_the_spot_what_was_never_referred_to_it_does_not_read_who_wrote(
    at: City, complained_of: Actor
) -> None:
    with clock.at(DAY):
        row = message(place_unit=at.street)
        actions.confirm(message=row, by=at.operator, unit=at.west)
        problem = Problem.objects.get()
        ledger.move(problem=problem, move="recall", by=at.operator, reason="转错单位")
        assert find_message(complained_of, row.pk) == row  # it is not complained of yet
        fixed_on_the_spot(at, problem)
        with pytest.raises(NotFound):
            find_message(complained_of, row.pk)


def test_nor_when_its_problem_was_merged_into_one_that_the_unit_fixed(
    at: City, complained_of: Actor
) -> None:
    with clock.at(DAY):
        row = message(place_unit=at.street)
        actions.confirm(message=row, by=at.operator, unit=at.west)
        problem, other = Problem.objects.get(), ledgers.problem(at)
        fixed_on_the_spot(at, other)
        ledger.move(problem=problem, move="merge", by=at.operator, into=other.number)
        with pytest.raises(NotFound):
            find_message(complained_of, row.pk)


def test_nor_is_a_complaint_about_a_unit_above_read_below_it(
    at: City, complained_of: Actor
) -> None:
    with clock.at(DAY):
        row = message(place_unit=at.street)
        actions.confirm(message=row, by=at.operator, unit=at.east)
        with pytest.raises(NotFound):
            find_message(complained_of, row.pk)
        other = message(place_unit=at.street)
        actions.confirm(message=other, by=at.operator, unit=at.west)
        assert find_message(complained_of, other.pk) == other
