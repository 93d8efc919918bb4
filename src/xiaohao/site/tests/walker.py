"""Somebody who walks through the product in a browser."""

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from xiaohao.intake.tests.make import account
from xiaohao.kernel.acting import Actor
from xiaohao.site.tests.browser import Visitor
from xiaohao.site.tests.test_look_in_browser import RULES


class Walker(Visitor):
    """Somebody who walks through the product, and sees to it that everybody could."""

    def opens_as(self, who: Actor, place: str, width: str = "desk") -> Page:
        """The page at `place`, as somebody who is logged in."""
        page = self.opens("/board/status/", width=width)
        client = Client()
        client.force_login(account(who), backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.address}])
        page.goto(self.address + place)
        page.wait_for_load_state("networkidle")
        return page

    def reads_aloud(self, page: Page) -> None:
        """Nothing bars a screen reader, and a phone need not scroll sideways."""
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        size = page.viewport_size
        assert size is not None
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
