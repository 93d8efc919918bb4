"""Digests: confirmed first, once a period whatever dies, without a word that is not to leave."""

import datetime as dt
import re
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.kernel.errors import NotFound, Refused
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.notices import actions, queries
from xiaohao.notices.actions import mailing
from xiaohao.notices.actions.subscribing import link
from xiaohao.notices.models import Digest, Mail
from xiaohao.notices.rules.smtp import server
from xiaohao.notices.tests.make import DAY, City, city, days_on, handed
from xiaohao.people.models import Account, Holding
from xiaohao.people.tests.make import holder

SECRET = "只有经办人能看的话"


class Sink:
    """An SMTP server that keeps what it gets, or refuses it."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one mail."""
        if self.refuse:
            return "451 later"
        got = message_from_bytes(envelope.content, policy=policy.default)
        self.got.append(got)
        return "250 OK"


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    kept = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.XIAOHAO_MAIL = server(f"smtp://127.0.0.1:{port}")
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.XIAOHAO_URL = "https://x.example.org"
    yield kept
    controller.stop()


@pytest.fixture
def at(db: None) -> City:
    with clock.at(DAY):
        return city()


@pytest.fixture
def held(at: City) -> Holding:
    """The district's leader, who follows a problem that a citizen wrote of."""
    with clock.at(DAY):
        return holder(at.east, "leader")


@pytest.fixture
def row(at: City, held: Holding) -> Problem:
    with clock.at(DAY):
        row = handed(at, DAY.date() + dt.timedelta(days=20))
        actions.follow(problem=row, by=held.post.actor())
        ledger.move(problem=row, move="comment", by=at.handler, note=SECRET)
        actions.tell()
        return row


def wanting(account: Account, by: Any, rhythm: str = "daily", language: str = "en") -> Digest:
    return actions.subscribe(
        account=account, by=by, rhythm=rhythm, address="a@example.org", language=language
    )


def confirmed(sink: Sink, held: Holding, **more: str) -> Digest:
    row = wanting(held.account, held.post.actor(), **more)
    assert mailing.send_waiting() == 1
    mail = sink.got.pop()
    body = mail.get_body(("plain",))
    assert body
    found = re.search(r"https://x\.example\.org(\S+)", body.get_content())
    assert found
    browser = Client()
    assert browser.get(found[1]).status_code == 200
    row.refresh_from_db()
    assert row.verified_at is None, "opening the link alone confirms nothing"
    assert browser.post(found[1]).status_code == 200
    row = Digest.objects.get(pk=row.pk)
    assert row.verified_at
    return row


def run(moment: dt.datetime) -> int:
    with clock.at(moment):
        actions.lay_out_digests()
        return actions.send_waiting()


def test_a_digest_tells_numbers_and_deadlines_and_nothing_that_was_written(
    sink: Sink, held: Holding, row: Problem
) -> None:
    with clock.at(DAY):
        confirmed(sink, held, language="zh-hans")
    assert run(days_on(1)) == 1
    (mail,) = sink.got
    assert mail["To"] == "a@example.org"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    assert len(parts) == 2
    for text in (*parts, str(mail["Subject"])):
        assert SECRET not in text
        assert row.title not in text
        assert row.text not in text
    for text in parts:
        assert row.number in text
        assert str(row.deadline) in text
    assert "未读" in parts[0]


def test_once_a_period_and_nothing_where_nothing_is_new(
    sink: Sink, held: Holding, row: Problem
) -> None:
    del row
    with clock.at(DAY):
        confirmed(sink, held)
    assert [run(days_on(1, hour)) for hour in (8, 9, 23)] == [1, 0, 0]
    assert run(days_on(2)) == 0
    assert len(sink.got) == 1


def test_killed_before_the_server_was_spoken_to_or_after_it_is_never_sent_twice(
    sink: Sink, held: Holding, row: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies leaves the row begun; nobody sends it again, the next one tells it."""
    with clock.at(DAY):
        confirmed(sink, held)

    class Killed(BaseException):
        """Stands for kill -9: nothing after it runs."""

    def die(_mail: Mail, **_more: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "_end", die)
        with pytest.raises(Killed):
            run(days_on(1))
    assert len(sink.got) == 1, "the server had it"
    assert run(days_on(1, 12)) == 0
    assert len(sink.got) == 1
    with clock.at(days_on(1, 12)):
        assert queries.mail_state()["unclear"] == 1
    assert run(days_on(2)) == 1, "what that mail may not have told comes with the next"
    assert row.number in str(sink.got[-1].get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_a_server_that_refuses_is_tried_again_later(
    sink: Sink, held: Holding, row: Problem
) -> None:
    del row
    with clock.at(DAY):
        confirmed(sink, held)
    sink.refuse = True
    assert run(days_on(1, 8)) == 0
    with clock.at(days_on(1, 8)):
        assert queries.mail_state()["waiting"] == 1
    sink.refuse = False
    assert run(days_on(1, 8) + dt.timedelta(minutes=4)) == 0
    assert run(days_on(1, 8) + dt.timedelta(minutes=6)) == 1


def test_the_link_in_the_mail_stops_them_without_a_log_in(
    sink: Sink, held: Holding, row: Problem
) -> None:
    del row
    with clock.at(DAY):
        digest = confirmed(sink, held)
    run(days_on(1))
    stop = str(sink.got[-1]["List-Unsubscribe"]).strip(" <>").removeprefix("https://x.example.org")
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(stop).status_code == 200
    digest.refresh_from_db()
    assert digest.rhythm == "daily"
    assert browser.post(stop).status_code == 200
    digest.refresh_from_db()
    assert digest.rhythm == "off"
    assert browser.post(f"{stop[:-4]}xyz/").status_code == 404


def test_no_mail_to_an_address_that_was_not_confirmed(
    sink: Sink, held: Holding, row: Problem
) -> None:
    del row
    with clock.at(DAY):
        wanting(held.account, held.post.actor())
        actions.send_waiting()
    sink.got.clear()
    assert run(days_on(1)) == 0
    assert sink.got == []


def test_a_new_address_is_confirmed_anew_and_old_links_no_longer_hold(
    sink: Sink, held: Holding
) -> None:
    with clock.at(DAY):
        row = confirmed(sink, held)
        by = held.post.actor()
        old = link("notices_stop", row, row.address).rsplit("/", 2)[1]
        row = actions.subscribe(
            account=held.account, by=by, rhythm="daily", address="b@example.org", language="en"
        )
        assert row.verified_at is None
        with pytest.raises(NotFound):
            actions.unsubscribe(token=old)


def test_what_is_refused(held: Holding) -> None:
    by = held.post.actor()
    for rhythm, address, code in (
        ("hourly", "a@example.org", "no_such_rhythm"),
        ("daily", "", "bad_address"),
        ("daily", "a@b", "bad_address"),
    ):
        with pytest.raises(Refused) as refused:
            actions.subscribe(
                account=held.account, by=by, rhythm=rhythm, address=address, language="en"
            )
        assert refused.value.unmet[0].code == code
    for n in range(5):
        actions.subscribe(
            account=held.account, by=by, rhythm="daily", address=f"a{n}@example.org", language="en"
        )
    with pytest.raises(Refused) as refused:
        actions.subscribe(
            account=held.account, by=by, rhythm="daily", address="z@example.org", language="en"
        )
    assert refused.value.unmet[0].code == "too_many_confirmations"
    assert Digest.objects.get().address == "a4@example.org"
