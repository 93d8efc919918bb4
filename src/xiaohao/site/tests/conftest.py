"""Pages that need no database, in a real browser."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from xiaohao.site.tests.browser import Visitor


@pytest.fixture(scope="session")
def bare_server() -> Iterator[LiveServer]:
    """A server for pages that need no database."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def visitor(chromium: Browser, bare_server: LiveServer) -> Iterator[Visitor]:
    """Somebody with a browser, on an installation in DEBUG (so that the gallery is open)."""
    with override_settings(DEBUG=True):
        somebody = Visitor(chromium, bare_server.url)
        yield somebody
        for context in chromium.contexts:
            context.close()
    assert somebody.complaints == []
