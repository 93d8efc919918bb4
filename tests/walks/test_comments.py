"""A comment is written at a problem, and a post is named in it without a mouse."""

import pytest
from playwright.sync_api import expect

from xiaohao.intake.tests.make import City
from xiaohao.ledger.models import Mention
from xiaohao.ledger.tests.make import problem, walk
from xiaohao.notices import actions
from xiaohao.site.tests.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEFORE = "请帮忙看一下现场，"


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_post_is_named_by_keys(walker: Walker, at: City, width: str) -> None:
    # Given a problem at the street, and its handler who writes a comment
    row = walk(at, problem(at), "accepted")
    page = walker.opens_as(at.handler, f"/ledger/{row.number}/", width)
    box = page.locator("textarea[data-mentions]")
    box.focus()
    page.keyboard.type(f"{BEFORE}@")
    # When the list of those who can see it opens, and he goes down and takes the second
    options = page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    chosen = options.nth(1).get_attribute("data-label")
    first = box.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") != first
    walker.reads_aloud(page)
    page.keyboard.press("Enter")
    # Then the name stands behind what he had typed, and nothing was sent by it
    expect(box).to_have_value(f"{BEFORE}@{chosen} ")
    expect(options.first).to_be_hidden()
    # And the Escape key closes the list and leaves the text as it is
    page.keyboard.type("和@")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_value(f"{BEFORE}@{chosen} 和@")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    # When it is sent, the post that was named has a notice and its bell says so
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ledger/{row.number}/")
    expect(page.get_by_text(f"{BEFORE}@{chosen}").first).to_be_visible()
    assert Mention.objects.get().post.title == chosen
    assert actions.tell_watching() == 1
    walker.reads_aloud(page)
