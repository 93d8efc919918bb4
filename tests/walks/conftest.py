"""Walks through the whole product in a real browser, over a server that really commits."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from xiaohao.intake.tests.make import City, city
from xiaohao.site.tests.conftest import Visitor, chromium

__all__ = ["chromium"]


@pytest.fixture
def at(committed: None) -> City:
    """A city whose office reads the board."""
    return city()


@pytest.fixture
def citizen(chromium: Browser, live_server: LiveServer, at: City) -> Iterator[Visitor]:
    """Somebody with a browser and no account."""
    somebody = Visitor(chromium, live_server.url)
    yield somebody
    for context in chromium.contexts:
        context.close()
    assert somebody.complaints == []
