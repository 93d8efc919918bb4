"""Triage: decided with one key, taken back within ten seconds, then carried out once."""

import datetime as dt

import pytest

from xiaohao.figures.queries import registry, value
from xiaohao.intake import actions
from xiaohao.intake.models import Message, State, Suggestion
from xiaohao.intake.queries import progress
from xiaohao.intake.tests.make import DAY, SENDER, City, actor, city, message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Reporter
from xiaohao.ledger.tests.make import walk
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> City:
    return city()


def later(seconds: int) -> dt.datetime:
    return DAY + dt.timedelta(seconds=seconds)


def test_confirmed_it_stands_on_the_ledger_masked_and_referred(at: City):
    with clock.at(DAY):
        row = message(place_unit=at.street)
    with clock.at(later(3600)):
        actions.confirm(message=row, by=at.operator, unit=at.street.code, urgent=True)
    problem = Problem.objects.get()
    assert row.state == State.REFERRED
    assert row.problem == problem
    assert problem.unit == at.street
    assert problem.state == "referred"
    assert problem.received_at == DAY
    for secret in (SENDER.name, SENDER.phone, SENDER.email):
        assert secret not in problem.title + problem.text
    assert Reporter.objects.get().source_id == row.pk
    assert value("intake.triaged_same_day", at.city) == 1
    assert value("intake.same_day_rate", at.east) == 1
    assert list(faults(Checked())) == []


def test_held_it_may_be_undone_for_ten_seconds_and_leaves_nothing(at: City):
    with clock.at(DAY):
        row = message()
        actions.confirm(message=row, by=at.operator, unit=at.street, hold=True)
        assert row.state == State.DECIDED
        assert actions.carry_out_due() == 0
    with clock.at(later(9)):
        actions.undo(message=row, by=at.operator)
    assert (row.state, row.decision, row.triaged_at) == (State.WAITING, None, None)
    assert not Problem.objects.exists()
    with clock.at(later(60)):
        assert actions.carry_out_due() == 0
    assert value("intake.triaged", at.city) == 0


def test_after_ten_seconds_it_is_carried_out_once_in_the_name_of_who_decided(at: City):
    with clock.at(DAY):
        row = message()
        actions.confirm(message=row, by=at.operator, unit=at.street, hold=True)
    with clock.at(later(60)):
        with pytest.raises(Refused) as said:
            actions.undo(message=row, by=at.operator)
        assert said.value.unmet[0].code == "too_late"
        assert actions.carry_out_due() == 1
        assert actions.carry_out_due() == 0
    row.refresh_from_db()
    assert row.state == State.REFERRED
    assert row.triaged_at == DAY
    assert Problem.objects.get().registered_account == at.operator.account_id
    assert list(faults(Checked())) == []


def test_what_can_no_longer_be_done_comes_back_with_its_reason(at: City):
    with clock.at(DAY):
        row = message()
        actions.confirm(message=row, by=at.operator, unit=at.street, hold=True)
        at.street.closed_on = DAY.date()
        at.street.save(update_fields=["closed_on"])
    with clock.at(later(60)):
        actions.carry_out_due()
    row.refresh_from_db()
    assert row.state == State.WAITING
    event = Event.objects.filter(label="intake.message", thing_id=row.pk).latest("seq")
    assert event.kind == "given_back"
    assert event.data["reasons"][0]["code"] == "unit_closed"


def test_two_operators_on_one_message_the_second_is_told(at: City):
    row = message()
    same = Message.objects.get(pk=row.pk)
    actions.confirm(message=row, by=at.operator, unit=at.street, version=1)
    with pytest.raises(Stale):
        actions.set_aside(message=same, by=at.office)
    with pytest.raises(Refused):
        actions.set_aside(message=row, by=at.office)
    assert Problem.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"unit": ""}, "unit_missing"),
        ({"unit": "nowhere"}, "no_such_unit"),
        ({"title": " "}, "title_missing"),
        ({"category": "nothing"}, "no_such_category"),
        ({"title": "长" * 201}, "title_too_long"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_written(at: City, given, code):
    row = message()
    with pytest.raises(Refused) as said:
        actions.confirm(**({"message": row, "by": at.operator, "unit": at.street} | given))
    assert said.value.unmet[0].code == code
    assert not Problem.objects.exists()


def test_a_name_put_back_into_the_title_is_masked_again(at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street, title="王小强家门口路灯不亮")
    assert "王小强" not in Problem.objects.get().title


def test_suggestions_part_from_problems_are_studied_and_reported_up(at: City):
    row = message(text="建议在河边增设步道，方便老人散步")
    actions.set_aside(message=row, by=at.operator)
    suggestion = Suggestion.objects.get()
    assert not Problem.objects.exists()
    assert value("intake.suggestions", at.city) == 1
    with pytest.raises(Refused):
        actions.report_up(suggestion=suggestion, by=at.office)
    actions.study(suggestion=suggestion, by=at.office, text="可行，纳入明年计划")
    actions.report_up(suggestion=suggestion, by=at.office)
    kinds = [step.kind for step in progress(row).steps]
    assert kinds == ["received", "suggestion", "studied", "reported_up"]
    actions.back_to_triage(message=row, by=at.operator, reason="其实是一个具体问题")
    assert value("intake.suggestions", at.city) == 0
    actions.confirm(message=row, by=at.operator, unit=at.street)
    assert row.state == State.REFERRED
    assert value("intake.triaged", at.city) == 1
    assert list(faults(Checked())) == []


def test_many_about_one_thing_become_one_problem_and_can_be_split_again(at: City):
    first, second = message(), message(sender=None)
    actions.confirm(message=first, by=at.operator, unit=at.street)
    problem = Problem.objects.get()
    actions.join_to(message=second, by=at.operator, number=problem.number)
    problem.refresh_from_db()
    assert (problem.reporters, second.state) == (2, State.JOINED)
    assert first.code != second.code
    with pytest.raises(Refused):
        actions.part(message=first, by=at.operator, reason="不是一回事")
    actions.part(message=second, by=at.operator, reason="不是一回事")
    problem.refresh_from_db()
    assert (problem.reporters, second.state, second.problem) == (1, State.WAITING, None)
    assert list(faults(Checked())) == []


def test_a_citizen_joins_a_known_problem_himself(at: City):
    actions.confirm(message=message(), by=at.operator, unit=at.street)
    problem = Problem.objects.get()
    row = message(text="我也遇到了这个问题")
    actions.join_known(message=row, number=problem.number)
    assert row.problem == problem
    assert row.triaged_account is None


def test_a_question_is_answered_directly_and_the_sender_reads_it(at: City):
    row = message(text="请问社区食堂几点开门？")
    actions.reply(message=row, by=at.operator, text="每天上午十一点开门。")
    assert progress(row).state == "replied"


def test_each_look_at_the_contact_needs_a_reason_and_stands_on_the_trail(at: City):
    row = message()
    with pytest.raises(Refused):
        actions.look_at_contact(message=row, by=at.operator, reason=" ")
    assert actions.look_at_contact(message=row, by=at.operator, reason="回访") == SENDER
    event = Event.objects.get(label="intake.contact")
    assert (event.kind, event.data["reason"], event.by["post"]) == ("look", "回访", "OPERATOR")
    assert SENDER.phone not in str(event.data)
    with pytest.raises(Forbidden):
        actions.look_at_contact(message=row, by=at.verifier, reason="想知道")


def test_the_unit_complained_of_never_sees_message_or_contact(at: City):
    inside = actor("STREET-OFFICE", at.street, Role.OFFICE, 9)
    row = message(place_unit=at.street)
    assert Message.objects.visible_to(inside).filter(pk=row.pk).exists()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    assert not Message.objects.visible_to(inside).exists()
    for who in (at.handler, at.leader, at.stranger, at.verifier):
        assert not Message.objects.visible_to(who).exists()
    with pytest.raises(NotFound):
        actions.look_at_contact(message=row, by=inside, reason="想知道是谁")
    assert Message.objects.visible_to(at.office).get() == row


def test_merged_into_a_problem_of_his_own_unit_it_is_hidden_from_him_too(at: City):
    inside = actor("STREET-OFFICE", at.street, Role.OFFICE, 9)
    row, other = message(place_unit=at.street), message()
    actions.confirm(message=row, by=at.operator, unit=at.west)
    actions.confirm(message=other, by=at.operator, unit=at.street)
    assert Message.objects.visible_to(inside).filter(pk=row.pk).exists()
    theirs, ours = row.problem, other.problem
    assert theirs
    assert ours
    ledger.move(problem=theirs, move="merge", by=at.operator, into=ours.number)
    assert not Message.objects.visible_to(inside).filter(pk=row.pk).exists()


def test_every_figure_is_what_a_recount_gives(at: City):
    rows = [message(place_unit=unit) for unit in (at.street, at.west, None)]
    actions.confirm(message=rows[0], by=at.operator, unit=at.street)
    actions.set_aside(message=rows[1], by=at.operator)
    actions.back_to_triage(message=rows[1], by=at.operator, reason="是问题")
    actions.reply(message=rows[2], by=at.operator, text="已答复")
    for metric in registry():
        if metric.key.startswith("intake.") and metric.recount:
            for unit in (at.city, at.east, at.street, at.west):
                counted = [row for row in metric.recount() if is_below(row[1], unit)]
                assert value(metric.key, unit) == len(counted), (metric.key, unit)


def is_below(key: int, unit: Unit) -> bool:
    return Unit.objects.under(unit.path).filter(pk=key).exists()


def test_the_sender_is_asked_answers_and_reopens_with_no(at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    problem = Problem.objects.get()
    with pytest.raises(Refused) as early:
        actions.answer(message=row, answer="solved")
    assert early.value.unmet[0].code == "not_asked"
    walk(at, problem, "awaiting")
    row.refresh_from_db()
    found = progress(row)
    assert found.asked
    assert len(found.after) == 1
    assert [s.kind for s in found.steps][:3] == ["received", "refer", "accept"]
    actions.answer(message=row, answer="not", response="fair", result="bad", words="灯还是不亮")
    problem.refresh_from_db()
    assert problem.state == "reopened"
    with pytest.raises(Refused) as late:
        actions.answer(message=row, answer="solved")
    assert late.value.unmet[0].code in {"already_answered", "not_asked"}


def test_the_sender_reads_that_the_office_took_it_back(at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    problem = Problem.objects.get()
    ledger.move(problem=problem, move="recall", by=at.operator, reason="张三点错了")
    ledger.move(problem=problem, move="refer", by=at.operator, unit=at.west)
    row.refresh_from_db()
    found = progress(row)
    assert [step.kind for step in found.steps] == ["received", "refer", "recall", "refer"]
    assert found.steps[2].text == f"办公室已从{at.street.name}收回，正在重新确定承办单位。"
    assert found.unit == at.west.name


def test_no_clerk_is_named_to_the_sender(at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    walk(at, Problem.objects.get(), "awaiting")
    row.refresh_from_db()
    told = " ".join(step.text + step.unit for step in progress(row).steps)
    for code in ("OPERATOR", "HANDLER", "LEADER", "VERIFIER", "OFFICE"):
        assert code not in told
    assert at.street.name in told
