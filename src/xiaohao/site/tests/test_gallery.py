"""The gallery: every component renders in both languages, for those who may see it."""

import pytest
from django.test import Client, override_settings

from xiaohao.site.navigation import ENTRIES, unresolved

PLACES = ("/gallery", "/gallery?frame=side", "/gallery?frame=public", "/gallery?frame=plain")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize("place", [*PLACES, "/gallery/panel", "/gallery/places?q=x"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_frame_renders_in_both_languages(client: Client, place: str, language: str) -> None:
    with override_settings(DEBUG=True):
        answer = client.get(place, headers={"accept-language": language})
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.text or "<html" not in answer.text


@pytest.mark.parametrize("place", PLACES)
def test_nothing_inline_that_the_policy_forbids(client: Client, place: str) -> None:
    with override_settings(DEBUG=True):
        html = client.get(place).text
    assert " style=" not in html
    assert "<style" not in html
    assert " onclick" not in html
    assert html.count("<script") == html.count("<script src=")


def test_strangers_do_not_find_it(client: Client) -> None:
    answer = client.get("/gallery")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_the_window_title_repeats_the_page_title(client: Client) -> None:
    with override_settings(DEBUG=True):
        html = client.get("/gallery").text
    assert "<title>组件陈列 · 销号</title>" in html


def test_no_two_navigation_entries_share_a_page() -> None:
    pages = [entry.page for entry in ENTRIES]
    assert len(pages) == len(set(pages))


def test_everything_in_the_navigation_leads_somewhere() -> None:
    assert unresolved() == []
