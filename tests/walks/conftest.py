"""Walks through the whole product in a real browser, over a server that really commits."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from xiaohao.intake.tests.make import City, city
from xiaohao.site.tests.walker import Walker


@pytest.fixture
def at(committed: None) -> City:
    """A city whose office reads the board."""
    return city()


@pytest.fixture
def walker(chromium: Browser, live_server: LiveServer, at: City) -> Iterator[Walker]:
    """Somebody with a browser; nobody knows yet who."""
    somebody = Walker(chromium, live_server.url)
    yield somebody
    for context in chromium.contexts:
        context.close()
    assert somebody.complaints == []
