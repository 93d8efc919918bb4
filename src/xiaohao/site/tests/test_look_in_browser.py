"""The components as a browser shows them: reachable for all, fit for a phone, moved by keys."""

import hashlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Request, expect

from xiaohao.site.tests.browser import Visitor

pytestmark = pytest.mark.browser

FRAMES = ("/gallery", "/gallery?frame=side", "/gallery?frame=public", "/gallery?frame=plain")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@pytest.mark.parametrize("place", FRAMES)
@pytest.mark.parametrize(("language", "width"), [("zh-CN", "desk"), ("en", "phone")])
def test_axe_finds_nothing(visitor: Visitor, place: str, language: str, width: str) -> None:
    page = visitor.opens(place, language, width)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize("place", FRAMES)
def test_a_phone_never_scrolls_sideways(visitor: Visitor, place: str) -> None:
    page = visitor.opens(place, width="phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_number_that_is_late_is_red(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    late = page.locator("a.tone-red", has_text="12")
    red = page.evaluate(
        "() => { const one = document.body.appendChild(document.createElement('i'));"
        " one.style.color = 'var(--red)'; return getComputedStyle(one).color; }"
    )
    expect(late).to_have_css("color", red)
    expect(page.locator("tfoot a")).not_to_have_css("color", red)


def test_a_list_moves_by_keys(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    page.evaluate("document.activeElement.blur()")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("[data-bulk] [data-count]")).to_have_text("1")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()


def test_keys_typed_into_a_field_are_only_text(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    field = page.get_by_label("标题").first
    field.fill("")
    field.press_sequentially("jx?")
    expect(field).to_have_value("jx?")
    expect(page.locator(".here")).to_have_count(0)


def test_a_place_is_found_and_chosen_without_a_mouse(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    box = page.get_by_role("combobox", name="地点").first
    box.press_sequentially("和平")
    found = page.get_by_role("listbox", name="地点")
    expect(found.get_by_role("option", name="和平社区 西山区")).to_be_visible()
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("和平社区")
    expect(page.locator('input[name="place"]')).to_have_value("010305")
    box.fill("别处")
    expect(page.get_by_text("没有找到“别处”")).to_be_visible()
    expect(page.locator('input[name="place"]')).to_have_value("别处")


def test_asking_first_posts_only_on_yes(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    posted: list[str] = []

    def notice(request: Request) -> None:
        if request.method == "POST":
            posted.append(request.url)

    page.on("request", notice)
    page.get_by_role("button", name="销号", exact=True).click()
    dialog = page.get_by_role("dialog", name="确定销号？")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()
    assert posted == []
    page.get_by_role("button", name="销号", exact=True).click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="销号").click()
    assert len(posted) == 1


def test_characters_are_counted_as_people_count_them(visitor: Visitor) -> None:
    page = visitor.opens("/gallery?frame=public", width="phone")
    page.get_by_label("您遇到了什么问题？").fill("路灯不亮😀")
    expect(page.locator("[data-left]")).to_have_text("1,995")


def test_the_browser_does_its_sum_before_sending(visitor: Visitor) -> None:
    page = visitor.opens("/gallery?frame=public")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="提交").click()
    nonce = str(sent.value.post_data).partition('name="pow_nonce"')[2].split()[0]
    digest = hashlib.sha256(f"gallery:{nonce}".encode()).digest()
    assert int.from_bytes(digest[:2], "big") >> 4 == 0


def test_a_figure_tells_what_it_counts(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    tip = page.get_by_role("tooltip").first
    expect(tip).to_be_hidden()
    page.get_by_role("button", name="怎么算的？").first.click()
    expect(tip).to_be_visible()


def test_a_code_is_copied_even_where_the_browser_hides_the_clipboard(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator(".copy", has_text="XH7K-2M4P-9QWD").get_by_role("button").click()
    expect(page.locator("#toasts")).to_contain_text("已复制")


def test_charts_are_drawn_and_their_tables_stay_at_hand(visitor: Visitor) -> None:
    page = visitor.opens("/gallery")
    expect(page.locator("[data-chart] canvas")).to_have_count(3)
    page.locator(".chart summary").first.click()
    expect(page.get_by_role("cell", name="143").first).to_be_visible()


def test_without_javascript_everything_is_still_there(visitor: Visitor) -> None:
    context = visitor.browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{visitor.address}/gallery")
    expect(page.get_by_role("cell", name="143").first).to_be_visible()
    expect(page.get_by_label("地点").first).to_be_editable()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Component gallery")
