"""The pages of notices, as people meet them."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from xiaohao.intake.tests.make import account
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Extension, Problem
from xiaohao.notices import actions
from xiaohao.notices.actions.subscribing import link
from xiaohao.notices.models import Digest, Follow, Kind, Mail, Notice
from xiaohao.notices.tests.make import DAY, City, city, handed

DEADLINE = DAY.date()


@pytest.fixture
def at(db: None) -> Iterator[City]:
    with clock.at(DAY):
        yield city()


@pytest.fixture
def row(at: City) -> Problem:
    """A problem that is due today; its handler and leader were told."""
    found = handed(at, DEADLINE)
    assert actions.climb() == 1
    return found


def browser(who: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account(who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def shown(client: Client, name: str, query: str = "") -> str:
    answer = client.get(reverse(name) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_inbox_shows_what_the_post_was_told_and_the_bell_counts(at: City, row: Problem) -> None:
    client = browser(at.handler)
    page = shown(client, "notices_inbox")
    assert "Due today" in page
    assert row.number in page
    assert "1 unread notice" in page
    assert row.number not in shown(client, "notices_inbox", "?kind=mention")
    assert row.number in shown(client, "notices_inbox", "?kind=reminder")
    assert row.number in shown(client, "notices_inbox", "?kind=nonsense&show=unread")
    assert "No notice here" in shown(browser(at.stranger), "notices_inbox")


def test_an_opened_notice_is_read(at: City, row: Problem) -> None:
    client, notice = browser(at.handler), Notice.objects.get(post__code="HANDLER")
    answer = client.get(reverse("notices_open", args=[notice.pk]))
    assert answer["Location"] == reverse("ledger_problem", args=[row.number])
    notice.refresh_from_db()
    assert notice.read_at == DAY
    assert row.number not in shown(client, "notices_inbox", "?show=unread")


def test_a_foreign_notice_is_not_found_and_stays_unread(at: City, row: Problem) -> None:
    notice = Notice.objects.get(post__code="HANDLER")
    for who in (at.leader, at.stranger):
        assert browser(who).get(reverse("notices_open", args=[notice.pk])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None
    assert Client().get(reverse("notices_inbox")).status_code == 302


def test_all_up_to_the_newest_shown_is_marked_read_for_this_post_alone(
    at: City, row: Problem
) -> None:
    client, top = browser(at.handler), Notice.objects.latest("pk").pk
    later = handed(at, DEADLINE)
    actions.climb()
    address = reverse("notices_read")
    assert client.get(address).status_code == 405
    assert client.post(address, {"up_to": "all"}).status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 4
    client.post(address, {"up_to": top})
    unread = Notice.objects.filter(read_at=None)
    assert [one.problem_id for one in unread.filter(post__code="HANDLER")] == [later.pk]
    assert unread.filter(post__code="LEADER").count() == 2


def test_a_problem_is_followed_and_no_longer(at: City, row: Problem) -> None:
    client, address = browser(at.office), reverse("notices_follow", args=[row.number])
    page = reverse("ledger_problem", args=[row.number])
    assert address in client.get(page).content.decode()
    assert client.post(address)["Location"] == page
    assert Follow.objects.get(until=None).post_id == at.office.post_id
    assert "you follow this" in client.get(page).content.decode()
    client.post(address, {"do": "stop"})
    assert not Follow.objects.filter(until=None).exists()
    assert client.get(address).status_code == 405
    assert browser(at.stranger).post(address).status_code == 404


def test_the_ladder_page_shows_ones_scope_and_narrows(at: City, row: Problem) -> None:
    later = handed(at, DEADLINE + dt.timedelta(days=30))
    client = browser(at.office)
    page = shown(client, "notices_ladder")
    assert row.number in page
    assert later.number in page
    assert "Ten working days late" in page
    soon = shown(client, "notices_ladder", "?show=soon")
    assert row.number in soon
    assert later.number not in soon
    assert row.number not in shown(client, "notices_ladder", "?show=late")
    assert row.number not in shown(browser(at.stranger), "notices_ladder")


def test_a_problems_page_carries_its_ladder_and_the_comment_box(at: City, row: Problem) -> None:
    page = browser(at.handler).get(reverse("ledger_problem", args=[row.number])).content.decode()
    assert reverse("notices_ladder") in page
    assert "Due today" in page
    assert reverse("ledger_mentions", args=[row.number]) in page


def test_a_digest_is_asked_for_and_a_wrong_address_is_told_and_kept(at: City) -> None:
    client, address = browser(at.handler), reverse("notices_mail")
    refused = client.post(address, {"rhythm": "daily", "address": "nobody@"})
    assert refused.status_code == 422
    assert 'value="nobody@"' in refused.content.decode()
    assert "This is no e-mail address" in refused.content.decode()
    assert client.post(address, {"rhythm": "hourly", "address": "a@x.org"}).status_code == 422
    assert not Digest.objects.exists()
    assert client.post(address, {"rhythm": "daily", "address": "a@x.org"}).status_code == 302
    kept = Digest.objects.get()
    assert (kept.rhythm, kept.address, kept.verified_at) == ("daily", "a@x.org", None)
    assert Mail.objects.get().kind == Mail.Kind.VERIFY
    assert "not confirmed yet" in shown(client, "notices_mail")


def test_a_link_with_a_wrong_token_changes_nothing(at: City) -> None:
    browser(at.handler).post(reverse("notices_mail"), {"rhythm": "daily", "address": "a@x.org"})
    row = Digest.objects.get()
    stop = link("notices_stop", row, row.address).rsplit("/", 2)[1]
    for name in ("notices_confirm", "notices_stop"):
        wrong = Client().post(reverse(name, args=["wrong"]))
        assert wrong.status_code == 404
    # The token that stops the mails does not confirm the address.
    assert Client().post(reverse("notices_confirm", args=[stop])).status_code == 404
    row.refresh_from_db()
    assert (row.rhythm, row.verified_at) == ("daily", None)


def test_more_time_on_its_page_needs_a_reason_and_a_later_day_and_ends_at_two(
    at: City, row: Problem
) -> None:
    client, day = browser(at.handler), DEADLINE + dt.timedelta(days=7)
    address = reverse("ledger_move", args=[row.number, "ask_extension"])

    def asks(**typed: str) -> int:
        row.refresh_from_db()
        return client.post(address, {"version": row.version, **typed}).status_code

    assert asks(deadline=day.isoformat(), reason="") == 422
    assert asks(deadline=DEADLINE.isoformat(), reason="下雨") == 422
    assert not Extension.objects.exists()
    for _ in range(2):
        assert asks(deadline=day.isoformat(), reason="下雨") == 302
        assert asks(deadline=day.isoformat(), reason="又下雨") != 302
        row.refresh_from_db()
        ledger.move(problem=row, move="grant_extension", by=at.district, note="")
        day += dt.timedelta(days=7)
    assert asks(deadline=day.isoformat(), reason="还在下") != 302
    row.refresh_from_db()
    assert (row.extensions, Extension.objects.count()) == (2, 2)
    actions.tell()
    assert not Notice.objects.filter(kind=Kind.EXTENSION).exists(), "both were decided before"
