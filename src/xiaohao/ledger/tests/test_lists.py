"""The ledger as a list: filters, totals, orders, columns and saved views."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.errors import Refused, Stale
from xiaohao.kernel.paging import take
from xiaohao.ledger import actions
from xiaohao.ledger.columns import COLUMNS, USUAL
from xiaohao.ledger.leading import next_steps
from xiaohao.ledger.models import State, View
from xiaohao.ledger.narrowing import SORTABLE, filters_of, listed, order_of, ordered
from xiaohao.ledger.tests import make
from xiaohao.ledger.totals import totals
from xiaohao.people.tests.make import holder, logged_in
from xiaohao.trail.models import Event

pytestmark = pytest.mark.django_db
STAGES = ("registered", "referred", "accepted", "in_progress", "reported", "verified", "closed")


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def stocked(city: make.City) -> None:
    """One problem at each stage, some urgent, the first ones long overdue."""
    for n, stage in enumerate(STAGES):
        row = make.problem(city, title=f"问题{n}", urgent=n % 2 == 0)
        make.walk(city, row, stage)


class TotalsLeadToTheirRecords(TestCase):
    """Whatever a list is narrowed to, the address of each total holds just as many rows."""

    at: make.City

    @classmethod
    def setUpTestData(cls) -> None:
        with clock.at(make.DAY):
            cls.at = make.city()
            stocked(cls.at)

    @settings(max_examples=30, deadline=None)
    @given(
        states=st.lists(st.sampled_from(["open", *State]), max_size=3),
        flags=st.dictionaries(
            st.sampled_from(["overdue", "urgent", "due_soon", "waiting"]),
            st.sampled_from(["1", "3", "20"]),
        ),
        later=st.integers(0, 30),
    )
    def test_each_total_is_a_link_to_its_records(
        self, states: list[str], flags: dict[str, str], later: int
    ) -> None:
        with clock.at(make.DAY + dt.timedelta(days=later)):
            get = QueryDict(mutable=True)
            get.setlist("state", [str(state) for state in states])
            get.update(flags)
            office = self.at.office
            for total in totals(office, filters_of(office, get)):
                there = get.copy()
                for name, value in total.query.items():
                    there.setlist(name, [value] if isinstance(value, str) else list(value))
                found = listed(office, filters_of(office, there)).count()
                assert found == total.count, (total.key, get, there)


@pytest.mark.parametrize("name", [sign + name for name in SORTABLE for sign in ("", "-")])
def test_every_order_shows_each_problem_once(city: make.City, name: str) -> None:
    stocked(city)
    make.problem(city)
    rows = listed(city.office, filters_of(city.office, QueryDict()))
    _, order = order_of(name)
    seen: list[int] = []
    cursor = None
    while True:
        page = take(ordered(rows, order), order.keys, cursor, 3, order.nullable)
        seen += [row.pk for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == rows.count()


def test_rows_without_a_deadline_come_last_and_are_not_lost(city: make.City) -> None:
    bare, due = make.problem(city), make.problem(city)
    make.walk(city, due, "referred")
    rows = listed(city.office, filters_of(city.office, QueryDict()))
    for name in ("deadline", "-deadline"):
        _, order = order_of(name)
        page = take(rows, order.keys, None, 9, order.nullable)
        assert [row.pk for row in page.items] == [due.pk, bare.pk]


def test_the_list_asks_as_many_questions_for_fifty_rows_as_for_two(city: make.City) -> None:
    browser = logged_in(holder(city.city, Role.OFFICE))
    counts = []
    for more in (2, 20):
        for _ in range(more):
            make.walk(city, make.problem(city), "in_progress")
        browser.get(reverse("ledger_list"))
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("ledger_list"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_list_says_what_comes_next_and_what_is_missing(city: make.City) -> None:
    row = make.problem(city)
    make.walk(city, row, "in_progress")
    handler, leader = next_steps([row], city.handler), next_steps([row], city.leader)
    assert handler[row.pk].move == "finish_measure"
    assert leader[row.pk].move == "finish_measure"
    make.one_step(city, row)
    assert next_steps([row], city.leader)[row.pk].move == "report"
    assert next_steps([row], city.handler)[row.pk].move == ""
    make.walk(city, row, "verified")
    barred = next_steps([row], city.operator)[row.pk]
    assert (barred.move, bool(barred.label)) == ("", True)
    assert next_steps([row], city.office)[row.pk].move == "close"


def test_totals_stand_on_the_page_without_a_script_too(city: make.City) -> None:
    stocked(city)
    browser = logged_in(holder(city.city, Role.OFFICE))
    here = reverse("ledger_list") + "?state=open&urgent=1"
    assert f'hx-get="{reverse("ledger_totals")}?state=open' in browser.get(here).content.decode()
    whole = browser.get(here + "&totals=1").content.decode()
    fragment = browser.get(reverse("ledger_totals") + "?state=open&urgent=1").content.decode()
    assert fragment.strip() in whole


def test_columns_are_kept_for_a_person_and_an_address_overrides_them(city: make.City) -> None:
    stocked(city)
    held = holder(city.city, Role.OFFICE)
    browser = logged_in(held)
    there = {"column": ["title", "place", "nonsense"], "query": "state=open&columns=unit"}
    answer = browser.post(reverse("ledger_columns"), there)
    assert urlsplit(answer["Location"]).query == "state=open"
    heads = browser.get(reverse("ledger_list")).context["columns"]
    assert [column.key for column in heads] == ["title", "place"]
    other = browser.get(reverse("ledger_list") + "?columns=round,title").context["columns"]
    assert [column.key for column in other] == ["round", "title"]
    browser.post(reverse("ledger_columns"), {"usual": "1"})
    usual = browser.get(reverse("ledger_list")).context["columns"]
    assert tuple(column.key for column in usual) == USUAL
    for column in COLUMNS.values():
        assert browser.get(f"{reverse('ledger_list')}?columns={column.key}").status_code == 200


def test_a_saved_view_opens_as_its_address_and_marks_its_tab(city: make.City) -> None:
    stocked(city)
    browser = logged_in(holder(city.city, Role.OFFICE))
    kept = {"name": "  急件 ", "query": "state=open&urgent=1&sort=deadline&cursor=x&totals=1"}
    there = browser.post(reverse("ledger_views"), kept)["Location"]
    view = View.objects.get()
    assert (view.name, view.query) == ("急件", "state=open&urgent=1&sort=deadline")
    page = browser.get(there)
    assert page.context["view"] == view
    assert page.context["view_moved"] is False
    assert browser.get(there + "&unit=12").context["view_moved"] is True
    assert parse_qs(urlsplit(there).query)["view"] == [str(view.pk)]


def test_views_are_seen_by_their_maker_or_by_the_unit_and_never_show_more(city: make.City) -> None:
    row = make.problem(city)
    own = actions.save_view(by=city.office, name="自用", query="state=open")
    shared = actions.save_view(by=city.office, name="共用", query="", shared=True)
    assert list(View.objects.seen_by(city.office).order_by("id")) == [own, shared]
    assert list(View.objects.seen_by(city.operator)) == [shared]  # another post of the same unit
    assert list(View.objects.seen_by(city.stranger)) == []
    stranger = logged_in(holder(city.west, Role.LEADER))
    page = stranger.get(f"{reverse('ledger_list')}?view={shared.pk}")
    assert page.context["view"] is None
    assert row.number not in page.content.decode()
    assert (
        stranger.post(reverse("ledger_view", args=[shared.pk]), {"do": "remove"}).status_code == 404
    )


def test_a_view_is_renamed_shared_and_removed_and_the_late_second_is_told(city: make.City) -> None:
    view = actions.save_view(by=city.office, name="甲", query="state=open")
    actions.change_view(by=city.office, view=view, version=1, name="乙", shared=True)
    late = View.objects.seen_by(city.operator).get()
    with pytest.raises(Stale):
        actions.change_view(by=city.operator, view=late, version=1, name="丙")
    with pytest.raises(Refused, match="not_your_view"):
        actions.change_view(by=city.operator, view=late, shared=False)
    actions.save_view(by=city.operator, name="丁", query="", shared=True)
    with pytest.raises(Refused, match="view_name_taken"):
        actions.change_view(by=city.office, view=view, name="丁")
    view.refresh_from_db()
    actions.remove_view(by=city.operator, view=view)
    assert not View.objects.seen_by(city.office).filter(pk=view.pk).exists()
    kinds = Event.objects.filter(label="ledger.view", thing_id=view.pk).order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == ["save", "change", "remove"]


@pytest.mark.parametrize(
    ("name", "code"), [(" ", "view_name_missing"), ("长" * 41, "view_name_too_long")]
)
def test_a_refused_name_keeps_what_was_typed(city: make.City, name: str, code: str) -> None:
    browser = logged_in(holder(city.city, Role.OFFICE))
    sent = {"name": name, "query": "state=open", "shared": "1"}
    answer = browser.post(reverse("ledger_views"), sent)
    assert answer.status_code == 422
    assert [one.code for one in answer.context["unmet"]] == [code]
    assert 'value="state=open"' in answer.content.decode()
    assert View.objects.count() == 0


def test_the_place_stands_in_the_list_on_a_phone_too_and_in_what_is_exported(
    city: make.City,
) -> None:
    make.problem(city, place="东丽区万新街道舒畅园")
    make.problem(city)
    browser = logged_in(holder(city.city, Role.OFFICE))
    page = browser.get(reverse("ledger_list")).content.decode()
    assert '<td class="place" title="东丽区万新街道舒畅园" data-label="地点">' in page
    assert '<td class="place wide-only" title="" data-label="地点">—' in page
    lines = b"".join(browser.get(reverse("exchange_shown_csv"))).decode().splitlines()
    head = lines[0].removeprefix("\ufeff").split(",")
    assert [line.split(",")[head.index("地点")] for line in lines[1:]] == [
        "",
        "东丽区万新街道舒畅园",
    ]
