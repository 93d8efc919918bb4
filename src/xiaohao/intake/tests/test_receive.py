"""A message comes in once, with its receipt, its trail, its figure; who sent it stays sealed."""

import hashlib
import uuid

import pytest
from cryptography.exceptions import InvalidTag

from xiaohao.figures.models import Entry
from xiaohao.intake import actions
from xiaohao.intake.models import Contact, Message
from xiaohao.intake.queries import by_code, sender_of
from xiaohao.intake.rules.sender import Sender
from xiaohao.intake.tests.make import DAY, SENDER, TEXT, city, message
from xiaohao.kernel import clock
from xiaohao.kernel.crypto import unseal
from xiaohao.kernel.errors import NotFound, Refused
from xiaohao.kernel.ids import show_code
from xiaohao.trail.queries import Checked, events_of, faults

pytestmark = pytest.mark.django_db


def test_a_message_gets_code_receipt_event_and_figure():
    at = city()
    with clock.at(DAY):
        got = actions.receive(text=TEXT, place="东门", place_unit=at.street, sender=SENDER)
    row = by_code(show_code(got.receipt.code).lower())
    assert row == got.message
    assert row.home == at.street
    assert row.triage_due == DAY.date()
    event = events_of("intake.message", row.pk).get()
    assert event.data["receipt"] == hashlib.sha256(got.receipt.body()).hexdigest()
    assert "王小强" not in str(event.data)
    assert Entry.objects.get(metric="intake.received").path == at.street.path
    assert list(faults(Checked())) == []


def test_what_comes_on_a_sunday_is_due_on_monday():
    city()
    with clock.at(DAY.replace(day=8)):
        assert message().triage_due == DAY.replace(day=9).date()


def test_the_contact_is_sealed_and_opens_beside_its_own_message_only():
    city()
    row, other = message(), message(sender=Sender(name="李某"))
    sealed = bytes(Contact.objects.get(message=row).sealed)
    assert "王小强".encode() not in sealed
    assert sender_of(row) == SENDER
    with pytest.raises(InvalidTag):
        unseal(sealed, Contact.context_of(other.submission))


def test_an_anonymous_message_has_no_contact_row():
    city()
    row = message(sender=None)
    assert not Contact.objects.filter(message=row).exists()
    assert not sender_of(row)


def test_sent_twice_it_is_received_once():
    city()
    number = uuid.uuid4()
    first = actions.receive(text=TEXT, sender=SENDER, submission=number)
    second = actions.receive(text=TEXT, sender=SENDER, submission=number)
    assert second.again
    assert not first.again
    assert second.receipt == first.receipt
    assert Message.objects.count() == 1


@pytest.mark.parametrize("changed", [{"text": "另一件事情，请处理"}, {"sender": Sender(name="李")}])
def test_another_content_under_the_same_number_tells_nothing_of_the_first(changed):
    city()
    number = uuid.uuid4()
    first = message(submission=number)
    with pytest.raises(actions.Clash) as said:
        message(**({"submission": number} | changed))
    assert first.code not in str(said.value)
    assert Message.objects.get().text == TEXT


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": ""}, "text_missing"),
        ({"text": " \n\u3000\t"}, "text_missing"),
        ({"text": "？！。。。……"}, "text_missing"),
        ({"text": "\x00\x01"}, "text_missing"),
        ({"text": "灯坏"}, "text_too_short"),
        ({"text": "长" * 5001}, "text_too_long"),
        ({"text": TEXT, "title": "长" * 101}, "title_too_long"),
        ({"text": TEXT, "sender": Sender(email="nobody")}, "email_unreadable"),
        ({"text": TEXT, "sender": Sender(phone="none")}, "phone_unreadable"),
    ],
)
def test_what_cannot_be_a_message_is_refused_with_its_reason(given, code):
    city()
    with pytest.raises(Refused) as said:
        actions.receive(**given)
    assert [u.code for u in said.value.unmet] == [code]
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("路灯坏了\x00，请修\x07一下", "路灯坏了，请修一下"),
        ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
        ("abc \u202egnp.exe 路灯", "abc gnp.exe 路灯"),
        ("灯坏了😡😡请处理", "灯坏了😡😡请处理"),
        ("半个字符\ud83d请处理", "半个字符请处理"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
    ],
)
def test_odd_characters_harm_nothing_and_readable_ones_stay(typed, kept):
    city()
    assert Message.objects.get(pk=message(text=typed).pk).text == kept


@pytest.mark.parametrize(
    "typed", ["", "K7QM", "0" * 5000, "K7QM-4F2P-9XDW", "；DROP TABLE", "\x00"]
)
def test_a_wrong_code_is_told_plainly(typed):
    city()
    message()
    with pytest.raises(NotFound) as said:
        by_code(typed)
    assert said.value.unmet[0].code == "wrong_code"


def test_the_board_is_closed_until_an_office_is_there():
    with pytest.raises(Refused) as said:
        message()
    assert said.value.unmet[0].code == "board_closed"


def test_what_was_received_cannot_be_rewritten():
    city()
    row = message()
    with pytest.raises(Exception, match="stands as it was received"):
        Message.objects.filter(pk=row.pk).update(text="什么事也没有")
