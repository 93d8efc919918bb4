"""What lies with a unit is told before the unit is closed or its last people are taken away."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions
from xiaohao.ledger.actions.handing import hand
from xiaohao.ledger.actions.step import Took
from xiaohao.ledger.models import Problem
from xiaohao.ledger.queries import facts_of
from xiaohao.ledger.rules import MOVES
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_amending_at_once import somebody_waits
from xiaohao.people import actions as people
from xiaohao.people.models import Account, Holding, Post
from xiaohao.people.tests.make import account, holder, logged_in
from xiaohao.units import actions as units
from xiaohao.units.models import Unit
from xiaohao.units.queries import work_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def admin(town: make.City) -> Client:
    return logged_in(holder(town.city, Role.ADMINISTRATOR))


def words(unit: Unit) -> list[str]:
    return [one.words for one in work_at(unit)]


def close(client: Client, unit: Unit, deed: str = "close", **typed: str) -> tuple[int, str]:
    page = reverse("units_change", args=[unit.code, deed])
    expected = client.get(page).context["form"]["expected"].value()
    sent = {"day": clock.today().isoformat(), "expected": str(expected), **typed}
    answer = client.post(page, sent)
    unit.refresh_from_db()
    return answer.status_code, answer.content.decode()


def test_a_unit_is_not_closed_while_open_problems_lie_with_it(
    town: make.City, admin: Client
) -> None:
    row = make.walk(town, make.problem(town), "in_progress")
    page = admin.get(reverse("units_change", args=[town.street.code, "close"])).content.decode()
    assert "在办问题 1 件" in page
    assert reverse("ledger_list") + "?unit" not in page, "he may not see the ledger"
    status, text = close(admin, town.street, despite="1")
    assert (status, town.street.closed_on) == (422, None)
    assert "在办问题 1 件" in text
    with pytest.raises(Refused) as refused:
        units.close(by=SYSTEM, unit=town.street)
    assert [one.code for one in refused.value.unmet] == ["work_lies_there"]
    make.walk(town, row, "closed")
    assert close(admin, town.street)[0] == 302
    assert town.street.closed_on == clock.today()


def test_who_hands_it_work_and_who_closes_it_at_one_moment_wait_for_each_other(
    committed: None,
) -> None:
    with clock.at(make.DAY):
        town = make.city()
        row, late = make.problem(town), make.problem(town)
    said: list[str] = []

    def closes() -> None:
        try:
            with clock.at(make.DAY):
                units.close(by=SYSTEM, unit=town.street)
            said.append("closed")
        except Refused as refused:
            said.extend(one.code for one in refused.unmet)
        finally:
            connections.close_all()

    other = threading.Thread(target=closes)
    with transaction.atomic(), clock.at(make.DAY):
        actions.move(problem=row, move="refer", by=town.operator, unit=town.street)
        other.start()
        assert somebody_waits()
        assert said == []
    other.join()
    assert said == ["work_lies_there"]
    with clock.at(make.DAY):
        read = Unit.objects.get(pk=town.west.pk)  # in use, when he looked
        units.close(by=SYSTEM, unit=town.west)
        took = Took(late, town.operator, MOVES["refer"], facts_of(late), {"unit": read})
        with pytest.raises(Refused) as refused:
            hand(took, data={})
    assert [one.code for one in refused.value.unmet] == ["unit_closed"]


def test_a_merger_takes_it_along(town: make.City, admin: Client) -> None:
    other = make.unit("120102", town.east, "township")
    row = make.walk(town, make.problem(town), "accepted")
    heir = make.actor("HEIR", other, Role.HANDLER)
    page = admin.get(reverse("units_change", args=[town.street.code, "merge"])).content.decode()
    assert "在办问题 1 件" in page
    assert 'name="despite"' not in page
    assert close(admin, town.street, "merge", into=other.code)[0] == 302
    row.refresh_from_db()
    assert row in Problem.objects.visible_to(heir)
    assert words(other) == ["在办问题 1 件"], "and lies with the heir from now on"
    with pytest.raises(Refused):
        units.close(by=SYSTEM, unit=other)
    day = clock.today().replace(day=28)
    given: dict[str, Any] = {"measures": [{"text": "换灯", "owner": "科", "deadline": day}]}
    assert actions.move(problem=row, move="plan", by=heir, **given).state == "in_progress"


def test_it_counts_what_stands_there_and_not_with_open_units_below(town: make.City) -> None:
    make.walk(town, make.problem(town), "referred")
    assert words(town.street) == ["在办问题 1 件"]
    assert words(town.east) == words(town.city) == []
    make.problem(town)
    assert words(town.city) == ["在办问题 1 件"], "it waits at the office that registered it"
    [one] = work_at(town.city)
    office = logged_in(people.hold_post(
        by=SYSTEM, account=account(), post=Post.objects.get(pk=town.office.post_id)
    ))  # fmt: skip
    listed = office.get(one.href)
    assert listed.context["page"].items == [Problem.objects.get(state="registered")]


def test_helping_is_asked_about_and_does_not_bar(town: make.City, admin: Client) -> None:
    row = make.walk(town, make.problem(town), "accepted")
    actions.move(problem=row, move="assign", by=town.office, partners=[town.west.code])
    assert [one.stays for one in work_at(town.west)] == [False]
    status, text = close(admin, town.west)
    assert (status, town.west.closed_on) == (422, None)
    assert 'name="despite"' in text
    assert "协办的在办问题 1 件" in text
    assert close(admin, town.west, despite="1")[0] == 302
    assert town.west.closed_on == clock.today()


def held_at(town: make.City) -> Holding:
    post = Post.objects.get(pk=town.handler.post_id)
    return people.hold_post(by=SYSTEM, account=account(), post=post)


def test_who_ends_the_last_holding_where_work_lies_is_asked(town: make.City, admin: Client) -> None:
    held = held_at(town)
    ends = reverse("people_end", args=[held.post.code, held.pk])
    make.walk(town, make.problem(town), "accepted")
    asked = admin.post(ends)
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "在办问题 1 件" in text
    assert f"（{town.city.code}）" in text, "the next above where somebody is"
    held.refresh_from_db()
    assert held.lasts_on(clock.today())
    assert admin.post(ends, {"despite": "1"}).status_code == 302
    held.refresh_from_db()
    assert not held.lasts_on(clock.today())


def test_nothing_is_asked_where_somebody_stays_or_nothing_lies(
    town: make.City, admin: Client
) -> None:
    held = held_at(town)
    ends = reverse("people_end", args=[held.post.code, held.pk])
    assert admin.post(ends).status_code == 302, "nothing lies there"
    make.walk(town, make.problem(town), "accepted")
    first, second = held_at(town), held_at(town)
    for one, status in ((first, 302), (second, 422)):
        assert admin.post(reverse("people_end", args=[one.post.code, one.pk])).status_code == status


def test_taking_a_post_out_of_use_and_shutting_out_ask_alike(
    town: make.City, admin: Client
) -> None:
    held = held_at(town)
    make.walk(town, make.problem(town), "accepted")
    use = reverse("people_post_in_use", args=[held.post.code])
    out = reverse("people_account_active", args=[held.account.username])
    for page in (use, out):
        asked = admin.post(page)
        assert asked.status_code == 422
        assert f'action="{page}"' in asked.content.decode()
    held.post.refresh_from_db()
    assert held.post.is_active
    assert admin.post(out, {"despite": "1"}).status_code == 302
    assert not Account.objects.get(pk=held.account_id).is_active
    assert admin.post(use).status_code == 302, "nobody was left there already"
