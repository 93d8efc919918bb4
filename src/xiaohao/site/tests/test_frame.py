"""The frame around every office page: what each role finds in it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.ledger.tests import make
from xiaohao.people.models import Holding
from xiaohao.people.rules import GRANTS, Role
from xiaohao.site.navigation import ENTRIES, entries
from xiaohao.trail.actions import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def logged_in(*actors: Actor) -> Client:
    account = get_user_model().objects.create_user(username="somebody")
    for actor in actors:
        held = Holding(account=account, post_id=actor.post_id, during=(dt.date(2019, 1, 1), None))
        create(thing=held, by=SYSTEM, kind="hold")
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_each_role_is_led_only_where_it_may_go(city: make.City) -> None:
    for role in Role:
        actor = make.actor(f"P-{role}", city.city, role)
        for entry in entries(actor):
            assert entry.permission is None or entry.permission in GRANTS[role]
    assert entries(None) == []


def test_whoever_fills_in_lists_is_led_to_where_they_come_back(city: make.City) -> None:
    """With the right to import one entry leads to all of it; who only reads sends nothing in."""
    led = {
        role: {entry.page for entry in entries(make.actor(f"L-{role}", city.city, role))}
        & {"exchange_import", "exchange_import_list"}
        for role in Role
    }
    assert led.pop(Role.OFFICE) == {"exchange_import"}
    assert led.pop(Role.AUDITOR) == set()
    assert all(pages == {"exchange_import_list"} for pages in led.values())
    page = reverse("exchange_import_list")
    assert f'href="{page}" aria-current="page"' in logged_in(city.handler).get(page).text


def test_the_page_one_is_on_is_marked(city: make.City) -> None:
    html = logged_in(city.office).get(reverse("ledger_list")).text
    assert f'href="{reverse("ledger_list")}" aria-current="page"' in html
    assert html.count('aria-current="page"><svg') <= 2  # the rail and, on phones, the dock


def test_what_is_drawn_for_one_is_not_shown_to_the_next(city: make.City) -> None:
    pages: dict[tuple[Role, str], set[str]] = {}
    for role in (Role.OFFICE, Role.HANDLER, Role.OFFICE):
        account = get_user_model().objects.create_user(username=f"one-{len(pages)}-{role}")
        actor = make.actor(f"N-{role}-{account.pk}", city.city, role)
        held = Holding(account=account, post_id=actor.post_id, during=(dt.date(2019, 1, 1), None))
        create(thing=held, by=SYSTEM, kind="hold")
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        for language, word in (("zh-hans", "台账"), ("en", "Ledger")):
            html = client.get(reverse("ledger_list"), headers={"accept-language": language}).text
            assert f"<span>{word}</span>" in html
            links = {
                entry.page for entry in ENTRIES if f'class="entry" href="{entry.address()}"' in html
            }
            assert links == {entry.page for entry in entries(actor)}
            pages[role, language] = links
    assert pages[Role.OFFICE, "en"] != pages[Role.HANDLER, "en"]


def test_somebody_with_two_posts_can_act_from_the_other(city: make.City) -> None:
    client = logged_in(city.handler, city.verifier)
    html = client.get(reverse("ledger_list")).text
    assert "换一个岗位办理" in html
    other = f'value="{city.verifier.post_id}"'
    assert other in html
    answer = client.post(
        reverse("people_switch"),
        {"post": city.verifier.post_id, "next": reverse("ledger_list")},
    )
    assert answer.status_code == 302
    html = client.get(reverse("ledger_list")).text
    assert other not in html
    assert f'value="{city.handler.post_id}"' in html


def test_somebody_with_one_post_is_not_offered_to_switch(city: make.City) -> None:
    html = logged_in(city.handler).get(reverse("ledger_list")).text
    assert "换一个岗位办理" not in html
    assert "HANDLER" in html


def test_the_language_is_kept_on_the_page_one_is_on(city: make.City) -> None:
    client = logged_in(city.office)
    here = f"{reverse('ledger_list')}?state=closed"
    answer = client.post(reverse("set_language"), {"language": "en", "next": here})
    assert answer["Location"] == here
    assert "<h1>Ledger</h1>" in client.get(here).text


def test_nobody_is_led_to_a_page_that_another_role_alone_may_open() -> None:
    bare = [entry for entry in ENTRIES if entry.permission is None and entry.only is None]
    open_to_all = {entry.page for entry in bare}
    assert open_to_all <= {"dashboards_workbench", "dashboards_public", "units_list"}


@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("/ledger/bulk/", "/ledger/"),
        ("/notices/read/", "/notices/"),
        ("/ledger/columns/", "/ledger/"),
    ],
)
def test_an_address_of_a_form_says_where_its_form_is(
    city: make.City, address: str, above: str
) -> None:
    answer = logged_in(city.office).get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "这个网址不能直接打开" in answer.text
    assert f'href="{above}"' in answer.text
