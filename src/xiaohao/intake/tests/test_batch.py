"""A sheet's rows become messages like any others, once each."""

import datetime as dt
from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from xiaohao.figures.models import Entry
from xiaohao.figures.queries import Scope, check, table
from xiaohao.intake.actions import Row, receive_batch
from xiaohao.intake.models import Contact, Kind, Message, State
from xiaohao.intake.queries import by_code, sender_of
from xiaohao.intake.tests.make import City, city
from xiaohao.kernel import calendar, clock
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db
AT = dt.datetime(2019, 9, 12, 8, 30, tzinfo=clock.ZONE)


@pytest.fixture
def at() -> City:
    return city()


def rows(count: int) -> list[Row]:
    return [
        Row(
            text=f"第{n}个路灯不亮，请修理",
            user="陈先生" if n % 2 else "匿名",
            received_at=AT,
            kind="投诉",
            channel="网站",
            fingerprint=n.to_bytes(32, "big"),
        )
        for n in range(1, count + 1)
    ]


def test_rows_become_messages_with_trail_figure_and_sealed_sender(at: City):
    got = receive_batch(by=at.office, rows=rows(4), source="box.xlsx")
    assert [one.already for one in got] == [False] * 4
    first = Message.objects.get(pk=got[0].message_id)
    assert (first.state, first.kind, first.channel) == (State.WAITING, Kind.PROBLEM, "web")
    assert first.received_at == AT
    assert first.triage_due == calendar.add(clock.today(), 0)
    assert sender_of(first).name == "陈先生"
    assert by_code(first.code) == first
    assert Contact.objects.count() == 2
    assert Entry.objects.filter(metric="intake.received").count() == 4
    assert list(faults(Checked())) == []


def test_an_old_message_counts_as_received_on_its_own_day_not_on_that_of_the_import(at: City):
    office, day = at.office.unit_path, AT.date()
    unit = Unit.objects.get(path=office)
    early = [*rows(2), replace(rows(3)[2], received_at=clock.now() + dt.timedelta(hours=20))]
    receive_batch(by=at.office, rows=early, source="box.xlsx")
    scope = {"on its day": (day, day), "now": (clock.today(), None), "in all": (None, None)}
    found = {
        name: table(["intake.received"], [unit], Scope(since=since, until=until))
        for name, (since, until) in scope.items()
    }
    counts = {name: values[unit.pk]["intake.received"] for name, values in found.items()}
    assert counts == {"on its day": 2, "now": 1, "in all": 3}
    assert check().differences == 0


def test_the_same_row_is_taken_in_once_in_one_file_and_over_two(at: City):
    first = receive_batch(by=at.office, rows=[*rows(3), rows(1)[0]], source="a.csv")
    assert [one.already for one in first] == [False, False, False, True]
    assert first[3].message_id == first[0].message_id
    second = receive_batch(by=at.office, rows=rows(4), source="a.csv")
    assert [one.already for one in second] == [True, True, True, False]
    assert Message.objects.count() == 4


def test_rows_without_fingerprint_are_each_their_own(at: City):
    twins = [Row(text="路灯不亮，请修理"), Row(text="路灯不亮，请修理")]
    assert len({one.message_id for one in receive_batch(by=at.office, rows=twins, source="x")}) == 2


def test_a_place_that_names_one_unit_is_found_and_a_reply_is_history_only(at: City):
    row = Row(text="路灯不亮，请修理", place=at.street.name, reply="已经修好", replied_at=AT)
    got = receive_batch(by=at.office, rows=[row], source="x")
    message = Message.objects.get(pk=got[0].message_id)
    assert message.place_unit == message.home == at.street
    assert (message.state, message.reply) == (State.WAITING, "已经修好")


def test_the_number_of_statements_does_not_grow(
    at: City, django_assert_num_queries: DjangoAssertNumQueries
):
    for count in (2, 60):
        marked = [
            Row(text=r.text, fingerprint=(count * 1000 + n).to_bytes(32, "big"))
            for n, r in enumerate(rows(count))
        ]
        with django_assert_num_queries(11):
            receive_batch(by=at.office, rows=marked, source="x")
