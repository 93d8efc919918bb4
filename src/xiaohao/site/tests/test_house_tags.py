"""The tags that pages are built with."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from xiaohao.kernel.errors import Unmet
from xiaohao.site import gantt, moving, shapes
from xiaohao.site.icons import NAMES, build_sprite
from xiaohao.site.states import STATES

DAY = dt.date(2019, 9, 13)


def rendered(source: str, address: str = "/", **values: Any) -> str:
    """The template's text in Chinese, for a stranger's request of `address`."""
    context = Context({"request": RequestFactory().get(address), **values})
    with override("zh-hans"):
        return Template(source).render(context)


def test_an_icon_is_silent_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "send" %}')
    assert 'aria-label="发送"' in rendered('{% icon "send" "发送" %}')


def test_an_icon_that_is_not_in_the_sprite_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in the icon sprite"):
        rendered('{% icon "no-such-icon" %}')


def test_every_state_has_word_icon_and_tone() -> None:
    for state, look in STATES.items():
        html = rendered("{% state_badge state %}", state=state)
        assert str(look.word)
        assert look.icon in NAMES
        assert f"tone-{look.tone}" in html


def test_red_is_kept_for_what_is_late() -> None:
    assert [state for state, look in STATES.items() if look.tone == "red"] == ["overdue"]


def test_an_overdue_problem_wears_both_badges() -> None:
    html = rendered('{% state_badge "in_progress" overdue=True %}')
    assert "整改中" in html
    assert "超期" in html


def test_a_state_nobody_knows_is_shown_not_hidden() -> None:
    assert "escalated" in rendered('{% state_badge "escalated" %}')


def test_a_day_carries_its_exact_date() -> None:
    html = rendered("{{ day|day }}", day=DAY)
    assert 'datetime="2019-09-13"' in html
    assert "9月13日 (周五)" in html
    assert rendered("{{ day|day }}{{ day|moment }}", day=None) == "——"


def test_codes_of_refusals_stand_on_no_page() -> None:
    """They are for programs: people read the sentence."""
    first = Unmet("need_text_missing", "第 1 项需求没有写明", "text")
    unmet = [first, Unmet("no_ledger", "没有台账")]
    move = {"label": "销号", "href": "#", "allowed": False, "unmet": unmet}
    html = rendered("{% refusal unmet %}{% next_moves moves %}", unmet=unmet, moves=[move])
    assert html.count("没有台账") == 2
    assert "need_text_missing" not in html
    assert "no_ledger" not in html


def test_words_from_people_are_escaped_everywhere() -> None:
    nasty = "<script>alert(1)</script>"
    html = rendered(
        "{% badge x %}{% notice x %}{% facts rows %}{% timeline events %}{% refusal unmet %}"
        "{% chart chart x %}{% copy x %}",
        x=nasty,
        rows=[(nasty, nasty)],
        events=[{"at": None, "title": nasty, "note": nasty, "by": nasty}],
        unmet=[{"code": "c", "message": nasty}],
        chart={"labels": [nasty], "series": [{"name": nasty, "values": [1]}]},
    )
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"state": "closed"}, {"state": ["closed"], "unit": ["1"]}),
        ({"unit": None}, {"state": ["open"]}),
        ({"unit": ["1", "2"]}, {"state": ["open"], "unit": ["1", "2"]}),
        ({"cursor": "xyz"}, {"state": ["open"], "unit": ["1"], "cursor": ["xyz"]}),
    ],
)
def test_a_changed_filter_starts_at_the_first_page(
    changes: dict[str, Any], left: dict[str, list[str]]
) -> None:
    now = QueryDict("state=open&unit=1&cursor=abc")
    made = moving.changed_query(now, changes)
    assert dict(QueryDict(made[1:]).lists()) == left


def test_a_sorted_column_says_so_and_turns_round() -> None:
    html = rendered('{% sort_head "deadline" "期限" %}', "/?sort=deadline")
    assert 'aria-sort="ascending"' in html
    assert "sort=-deadline" in html
    assert "aria-sort" not in rendered('{% sort_head "deadline" "期限" %}')


def test_a_search_keeps_the_other_filters() -> None:
    html = rendered("{% search_box %}", "/?state=open&q=路灯&cursor=abc")
    assert 'name="state" value="open"' in html
    assert 'value="路灯"' in html
    assert "cursor" not in html


def test_pages_lead_on_and_back_to_the_first() -> None:
    html = rendered('{% pager "next1" 50 427 %}', "/?cursor=abc&state=open")
    assert "?cursor=next1&amp;state=open" in html
    assert 'href="?state=open"' in html
    assert "本页 50 条，共 427 条" in html


def test_the_last_breadcrumb_is_this_page() -> None:
    html = rendered("{% breadcrumbs crumbs %}", crumbs=[("本市", "/u/1"), ("东河区", "")])
    assert '<a href="/u/1">本市</a>' in html
    assert '<li aria-current="page">东河区</li>' in html


def test_what_is_not_allowed_says_why() -> None:
    moves = [
        SimpleNamespace(label="受理", href="/a", allowed=True),
        {
            "label": "报办结",
            "allowed": False,
            "unmet": [{"code": "x", "message": "措施 2 没有佐证。"}],
        },
    ]
    html = rendered("{% next_moves moves %}", moves=moves)
    assert '<a class="btn" href="/a">受理</a>' in html
    assert "报办结" in html
    assert "还缺" in html
    assert "措施 2 没有佐证。" in html


def test_a_stacked_bar_fills_its_whole_width() -> None:
    shown = shapes.stack([("a", 3, "teal"), ("b", 0, "red"), ("c", 1, "green")])
    assert [part["width"] for part in shown["parts"]] == ["75.00", "25.00"]
    assert shapes.stack([])["parts"] == []


def test_a_bar_never_leaves_its_ground() -> None:
    assert shapes.bar(1.7, "")["width"] == "100.00"
    assert shapes.bar(None, "")["width"] == "0.00"


def test_what_is_done_looks_done_also_where_it_was_late() -> None:
    day = dt.date(2019, 9, 10)
    done = {"label": "a", "start": day, "end": day, "done": day + dt.timedelta(days=2)}
    shown = gantt.gantt([{**done, "slip": "2 working days late"}], day + dt.timedelta(days=9))
    assert shown["rows"][0]["tone"] == "green"
    assert shown["rows"][0]["slip"]


def test_a_schedule_shows_today_only_within_itself() -> None:
    row = {"label": "x", "start": DAY, "end": DAY + dt.timedelta(days=9), "done": None}
    assert gantt.gantt([row], DAY + dt.timedelta(days=5))["today"] == "50.00"
    later = gantt.gantt([row], DAY + dt.timedelta(days=50))
    assert later["today"] == ""
    assert later["rows"][0]["tone"] == "red"
    assert gantt.gantt([], DAY)["rows"] == []


def test_the_sprite_holds_every_named_icon(tmp_path: Any) -> None:
    for name in NAMES:
        drawing = '<svg viewBox="0 0 24 24"><path stroke="none" d="M0 0"/><path d="M1 1" /></svg>'
        (tmp_path / f"{name}.svg").write_text(drawing)
    assert build_sprite(tmp_path, tmp_path / "out" / "sprite.svg") == len(NAMES)
    sprite = (tmp_path / "out" / "sprite.svg").read_text()
    assert all(f'id="{name}"' in sprite for name in NAMES)
    assert "M0 0" not in sprite


def _laid(key: int, start: int, end: int, *after: int, **more: Any) -> dict[str, Any]:
    days = {"start": DAY + dt.timedelta(days=start), "end": DAY + dt.timedelta(days=end)}
    return {"label": str(key), "key": key, "after": after, "done": None, **days, **more}


def test_a_line_leads_from_each_bar_to_those_that_wait_for_it() -> None:
    rows = [_laid(1, 0, 3), _laid(2, 0, 9), _laid(3, 6, 9, 1), {"group": "x"}, _laid(1, 0, 0)]
    first, between, then, _group, apart = gantt.gantt(rows, DAY)["rows"]
    ways = [(row["wires"][0]["y1"], row["wires"][0]["y2"]) for row in (first, between, then)]
    assert ways == [("50", "100"), ("0", "100"), ("0", "50")]
    assert {line["x1"] for row in (first, between, then) for line in row["wires"]} == {"40.00"}
    assert (then["wires"][1]["x2"], then["wires"][1]["head"]) == ("60.00", "right")
    assert apart["wires"] == []  # a key counts under its own heading


def test_a_line_rises_to_what_was_laid_down_before_it() -> None:
    then, first = gantt.gantt([_laid(1, 5, 9, 2), _laid(2, 0, 4)], DAY)["rows"]
    assert [line["y2"] for line in first["wires"]] == ["0"]
    assert [line["head"] for line in then["wires"]] == ["", "up"]


def test_a_bar_stands_where_it_can_be_and_the_promise_is_outlined() -> None:
    real = (DAY + dt.timedelta(days=5), DAY + dt.timedelta(days=9))
    shown = gantt.gantt([_laid(1, 0, 4, real=real, slip="late")], DAY)
    [row] = shown["rows"]
    assert (row["x"], row["width"], row["tone"]) == ("50.00", "50.00", "red")
    assert row["promised"] == {"x": "0.00", "width": "50.00"}
    assert shown["outlined"]
    [plain] = gantt.gantt([_laid(1, 0, 4)], DAY)["rows"]
    assert plain["promised"] is None
