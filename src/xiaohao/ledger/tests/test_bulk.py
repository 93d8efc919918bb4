"""One move of many problems, and the history of each field."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import NotFound, Refused
from xiaohao.ledger import actions, jobs
from xiaohao.ledger.history import changes, field_history
from xiaohao.ledger.models import Bulk, BulkRow, Problem
from xiaohao.ledger.pages import bulk as pages
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_pages import token
from xiaohao.people.models import Holding
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Checked, events_of, faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def held(city: make.City) -> Holding:
    return holder(city.city, Role.OFFICE)


def acting(held: Holding) -> Actor:
    return held.post.actor(account_id=held.account_id)


def chosen(browser: Client, rows: list[Problem], move: str, **more: Any) -> str:
    """The address of the look at these rows."""
    sent = {"move": move, "number": [row.number for row in rows], **more}
    return str(browser.post(reverse("ledger_bulk"), sent)["Location"])


def test_the_look_says_what_will_and_what_will_not_be_done_and_why(
    city: make.City, held: Holding
) -> None:
    fresh = [make.problem(city) for _ in range(3)]
    done = make.walk(city, make.problem(city), "closed")
    browser = logged_in(held)
    page = browser.get(chosen(browser, [*fresh, done], "refer"))
    assert [one.problem.pk for one, _asks in page.context["will"]] == [
        row.pk for row in reversed(fresh)
    ]
    (barred,) = page.context["will_not"]
    assert barred.problem.pk == done.pk
    assert [one.code for one in barred.unmet] == ["wrong_state"]
    assert Problem.objects.filter(state="registered").count() == 3, "a look changes nothing"


def test_it_is_done_for_those_that_can_and_each_is_told(city: make.City, held: Holding) -> None:
    rows = [make.problem(city) for _ in range(3)]
    done = make.walk(city, make.problem(city), "closed")
    browser = logged_in(held)
    there = chosen(browser, [*rows, done], "refer")
    missing = browser.post(there, {"do": "go"})
    assert missing.status_code == 422
    assert "unit" in missing.context["form"].errors
    actions.move(problem=rows[0], move="comment", by=city.office, note="看过")
    sent = {"do": "go", "unit": city.street.code, "reason": "离得最近"}
    result = browser.get(browser.post(there, sent)["Location"])
    assert result.context["done_count"] == 2
    outcomes = dict(BulkRow.objects.values_list("problem_id", "outcome"))
    assert outcomes == {
        rows[0].pk: "stale", rows[1].pk: "done", rows[2].pk: "done", done.pk: "refused",
    }  # fmt: skip
    assert set(Problem.objects.filter(state="referred").values_list("pk", flat=True)) == {
        rows[1].pk, rows[2].pk,
    }  # fmt: skip
    again = browser.get(browser.post(there, {"do": "again"})["Location"])
    assert [one.problem.pk for one, _asks in again.context["will"]] == [rows[0].pk]
    kinds = Event.objects.filter(label="ledger.bulk").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["begin", "end"]
    assert list(faults(Checked())) == []


def test_all_that_were_found_are_taken_not_only_those_of_the_page(
    city: make.City, held: Holding
) -> None:
    for n in range(5):
        make.problem(city, urgent=n < 3)
    browser = logged_in(held)
    there = chosen(browser, [], "comment", all="1", query="urgent=1")
    assert browser.get(there).context["will_count"] == 3


def test_a_second_click_does_nothing_twice(city: make.City, held: Holding) -> None:
    row = make.problem(city)
    browser = logged_in(held)
    there = chosen(browser, [row], "comment")
    for _ in range(2):
        browser.post(there, {"do": "go", "note": "请抓紧"})
    assert events_of("ledger.problem", row.pk).filter(kind="comment").count() == 1


def test_many_go_as_a_job_that_goes_on_after_a_fall(
    city: make.City, held: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "INLINE", 1)
    rows = [make.problem(city) for _ in range(3)]
    browser = logged_in(held)
    there = chosen(browser, rows, "comment")
    assert browser.post(there, {"do": "go", "note": "请抓紧"}).status_code == 302
    bulk = Bulk.objects.get()
    assert bulk.stage == Bulk.Stage.RUNNING
    assert b"hx-get" in browser.get(there).content
    progress = reverse("ledger_bulk_progress", args=[bulk.pk])
    assert browser.get(progress).context["total"] == 3
    first = bulk.rows.earliest("id")
    actions.made(by=acting(held), number=first.problem.number, move="comment", version=1,
                 given=bulk.given)  # fmt: skip
    first.outcome = BulkRow.Outcome.DONE  # as it stood when the worker fell
    first.save()
    jobs.carry_out(bulk.pk)
    jobs.carry_out(bulk.pk)
    assert browser.get(progress)["HX-Redirect"].startswith(there.split("?")[0])
    assert Event.objects.filter(label="ledger.problem", kind="comment").count() == 3


def test_who_no_longer_holds_the_post_does_nothing_more(city: make.City, held: Holding) -> None:
    row = make.problem(city)
    by = acting(held)
    bulk = actions.select(by=by, move="comment", problems=[row])
    actions.give(bulk=bulk, given={"note": "请抓紧"})
    assert actions.begin(by=by, bulk=bulk)
    with clock.at(make.DAY + dt.timedelta(days=1)):
        Holding.objects.filter(pk=held.pk).update(
            during=(dt.date(2019, 1, 1), dt.date(2019, 9, 11))
        )
        actions.carry_out(bulk=bulk)
    assert bulk.rows.get().told[0]["code"] == "post_not_held"
    row.refresh_from_db()
    assert row.version == 1


def test_a_bulk_is_its_makers_alone(city: make.City, held: Holding) -> None:
    browser = logged_in(held)
    there = chosen(browser, [make.problem(city)], "comment")
    other = logged_in(holder(city.city, Role.OFFICE))
    assert other.get(there).status_code == 404
    with pytest.raises(NotFound):
        actions.select(by=city.handler, move="refer", problems=[make.problem(city)])
    with pytest.raises(Refused, match="nothing_selected"):
        actions.select(by=city.office, move="refer", problems=[])


def test_problems_out_of_sight_cannot_be_chosen(city: make.City) -> None:
    hidden = make.walk(city, make.problem(city), "referred")
    browser = logged_in(holder(city.west, Role.LEADER))
    answer = browser.post(reverse("ledger_bulk"), {"move": "accept", "number": [hidden.number]})
    assert answer["Location"] == reverse("ledger_list")
    assert Bulk.objects.count() == 0


def test_a_problem_is_not_merged_into_itself_and_the_others_are(
    city: make.City, held: Holding
) -> None:
    target, *others = [make.problem(city) for _ in range(3)]
    browser = logged_in(held)
    there = chosen(browser, [target, *others], "merge")
    browser.post(there, {"do": "go", "into": target.number})
    assert Problem.objects.filter(state="merged", merged_into=target).count() == 2
    row = BulkRow.objects.get(problem=target)
    assert (row.outcome, row.told[0]["code"]) == ("refused", "target_itself")


def test_the_api_looks_first_and_then_does(city: make.City) -> None:
    one, two = make.problem(city), make.problem(city)
    client, headers = Client(), token(city.operator)
    items = [{"number": one.number, "version": 1}, {"number": two.number, "version": 7}]
    body: dict[str, Any] = {"move": "refer", "problems": items, "unit": "120101"}

    def sent() -> dict[str, Any]:
        answer = client.post("/api/v1/problems/bulk", json.dumps(body), "application/json",
                             headers=headers)  # fmt: skip
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    assert sent()["counts"] == {"will": 1, "stale": 1}
    one.refresh_from_db()
    assert one.state == "registered"
    body["dry_run"] = False
    assert [row["outcome"] for row in sent()["problems"]] == ["done", "stale"]
    body["problems"] = [{"number": "XH-2019-999999", "version": 1}]
    assert sent()["problems"][0]["errors"][0]["code"] == "not_found"
    history = client.get(f"/api/v1/problems/{one.number}/history?field=unit", headers=headers)
    (change,) = history.json()
    assert (change["raw_before"], change["raw_after"]) == (None, "120101")
    strange = client.get(f"/api/v1/problems/{one.number}/history", headers=token(city.stranger))
    assert strange.status_code == 404


def test_each_fields_history_ends_at_what_the_problem_is(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "in_progress")
    day = dt.date(2019, 10, 20)
    actions.move(problem=row, move="ask_extension", by=city.handler, deadline=day, reason="雨")
    actions.move(problem=row, move="grant_extension", by=city.office)
    make.walk(city, row, "closed")
    last: dict[str, Any] = {}
    told = changes(events_of("ledger.problem", row.pk))
    for change in told:
        assert change.before == last.get(change.field, change.before)
        last[change.field] = change.after
    assert last["state"] == "closed"
    assert last["unit"] == city.street.code
    assert last["deadline"] == day.isoformat()
    assert sum(c.field == "deadline" and c.before is not None for c in told) == 1
    deadlines = field_history(row, "deadline")
    assert deadlines[0]["after"] == day
    assert deadlines[0]["before"] == deadlines[1]["after"]
    page = logged_in(holder(city.city, Role.OFFICE)).get(
        reverse("ledger_history", args=[row.number])
    )
    assert "换灯" in page.content.decode()
    assert list(faults(Checked())) == []


def test_events_from_before_fields_were_told_are_read_by_their_kind(city: make.City) -> None:
    row = make.walk(city, make.problem(city), "closed")
    old = list(events_of("ledger.problem", row.pk))
    new = changes(old)
    for event in old:
        event.data.pop("changed", None)
    for field in ("state", "unit", "deadline"):
        told = [(c.before, c.after) for c in changes(old) if c.field == field]
        assert told == [(c.before, c.after) for c in new if c.field == field]
