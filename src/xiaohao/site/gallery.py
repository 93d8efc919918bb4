"""The component gallery: every component in every state, for builders, axe and the pictures.

Its examples are made up and stand in both languages here rather than in the catalogue of strings.
"""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import ActingRequest, public
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import NotFound, Unmet
from xiaohao.site.gallery_history import AT, DAY, PICTURE, changes, either, events, fields_changed
from xiaohao.site.states import STATES

FRAMES = {name: f"site/gallery_{name}.html" for name in ("side", "public", "plain")}


class Sample(forms.Form):
    """One field of every kind."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    title = forms.CharField(max_length=60, required=False)
    place = forms.CharField(widget=forms.TextInput(attrs={"data-picker": "/gallery/places"}))
    urgency = forms.ChoiceField()
    answer = forms.ChoiceField(widget=forms.RadioSelect)
    photos = forms.FileField(
        required=False, widget=forms.FileInput(attrs={"data-photos": "", "accept": "image/*"})
    )
    anonymous = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        says = self.fields
        says["text"].label = either("您遇到了什么问题？", "What is wrong?")
        says["text"].help_text = either("写清何时、何地、何事。", "Say when, where and what.")
        says["title"].label = either("标题", "Title")
        says["place"].label = either("地点", "Place")
        says["place"].help_text = either(
            "区、街道、社区，拼音首字母也可以。", "District, street or community; initials do."
        )
        says["urgency"].label = either("紧急程度", "Urgency")
        says["answer"].label = either("问题解决了吗？", "Is it solved?")
        says["photos"].label = either("照片", "Photos")
        says["anonymous"].label = either("匿名", "Anonymous")
        for name in ("urgency", "answer"):
            field = says[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = _choices(name)


def _choices(name: str) -> list[tuple[str, str]]:
    if name == "urgency":
        return [("1", either("一般", "ordinary")), ("2", either("紧急", "urgent"))]
    return [
        ("solved", either("解决了", "Solved")),
        ("partly", either("部分解决", "Partly")),
        ("not", either("没有解决", "Not solved")),
    ]


@public
def gallery(request: ActingRequest) -> HttpResponse:
    """Every component; `?frame=side`, `public` and `plain` show the other frames.

    Raises:
        NotFound: outside DEBUG, for everybody but administrators.
    """
    _may_see(request)
    template = FRAMES.get(request.GET.get("frame", ""), "site/gallery.html")
    with clock.at(AT):
        return render(request, template, samples())


@public
def gallery_places(request: ActingRequest) -> HttpResponse:
    """What a picker's search gets back."""
    _may_see(request)
    asked = request.GET.get("q", "")
    found = [place for place in _places() if asked in place["label"] or asked in place["value"]]
    return render(request, "site/gallery_places.html", {"items": found, "asked": asked})


@public
def gallery_panel(request: ActingRequest) -> HttpResponse:
    """What a row loads into the side panel."""
    _may_see(request)
    with clock.at(AT):
        return render(request, "site/gallery_panel.html", samples())


def _may_see(request: HttpRequest) -> None:
    actor = getattr(request, "actor", None)
    if not settings.DEBUG and (actor is None or not actor.may(Permission.MANAGE_PEOPLE)):
        raise NotFound([Unmet("not_found", _("There is no such page."))])


def samples() -> dict[str, Any]:
    """Everything that the gallery's templates show."""
    filled = Sample(
        {
            "bad-text": either("路灯不亮", "Street light out"),
            "bad-place": "",
            "bad-answer": "maybe",
        },
        prefix="bad",
    )
    return {
        "today": DAY,
        "at": AT,
        "states": list(STATES),
        "dues": [(DAY + dt.timedelta(days=days), None) for days in (10, 5, 4, 3, 0, -1, -2, -30)]
        + [(DAY, DAY), (DAY, DAY + dt.timedelta(days=5)), (None, None)],
        "crumbs": [
            (either("本市", "The city"), "#"),
            (either("东河区", "East River District"), "#"),
            (either("梅园街道", "Plum Garden Street"), ""),
        ],
        "form": Sample(),
        "bad_form": filled,
        "chips": [
            {"param": param, "label": label, "value": value}
            for param, label, value in (
                ("unit", either("单位", "Unit"), either("东河区", "East River")),
                ("state", either("状态", "State"), either("整改中", "Being fixed")),
            )
        ],
        "options": [
            ("a", either("整改中", "Being fixed"), 128),
            ("b", either("已退回", "Returned"), 7),
        ],
        "tabs": [
            {"label": either("全部", "All"), "href": "#all", "count": 427, "current": True},
            {"label": either("我牵头的", "Mine"), "href": "#mine", "count": 12},
            {"label": either("今天到期", "Due today"), "href": "#due", "count": 3},
        ],
        **_flowing(),
        **_pictured(),
    }


def _flowing() -> dict[str, Any]:
    """Lists, moves, refusals, histories."""
    return {
        "rows": _rows(),
        "moves": _moves(),
        "unmet": _unmet(),
        "changes": changes(),
        "kept": [
            (
                either("说明", "Note"),
                either("已联系物业，约定周三进场。", "Works start on Wednesday."),
            )
        ],
        "fields_changed": fields_changed(),
        "events": events(),
        "steps": _steps(),
        "confirm_fields": {"move": "close"},
        "own_keys": [
            {"title": either("本页", "On this page"), "keys": [("m", either("并案", "merge"))]}
        ],
    }


def _pictured() -> dict[str, Any]:
    """Photos, facts, charts."""
    return {
        "photos": [
            {"href": PICTURE, "thumb": PICTURE, "alt": word, "caption": word}
            for word in (either("整改前", "Before"), either("整改后", "After"))
        ],
        "facts": [
            (either("责任单位", "Responsible"), either("区城市管理委", "City management")),
            (either("登记", "Registered"), "2019-09-13"),
            (either("反映人数", "Reporters"), 14),
        ],
        "trend": [3, 5, 4, 8, 7, 11, 12],
        "stacked": [
            (either("未办结", "Open"), 128, "teal"),
            (either("超期", "Overdue"), 14, "red"),
            (either("已销号", "Struck off"), 157, "green"),
        ],
        "gantt": _gantt(),
        "chart": _chart("bar"),
        "line": _chart("line"),
        "rank": _chart("rank"),
        "places": _places(),
    }


def _places() -> list[dict[str, str]]:
    return [
        {
            "value": "010203",
            "label": either("和平社区", "Heping"),
            "hint": either("东河区 › 梅园街道", "East River › Plum Garden"),
        },
        {
            "value": "010305",
            "label": either("和平社区", "Heping"),
            "hint": either("西山区 › 石桥镇", "West Hill › Stone Bridge"),
        },
    ]


def _rows() -> list[dict[str, Any]]:
    words = (
        (
            "XH-2019-000123",
            either("老旧小区停车难，晚上消防通道被占", "Cars block the fire lane at night"),
            "in_progress",
            5,
            14,
        ),
        (
            "XH-2019-000131",
            either("低保申请三个月没有结果", "No answer on a relief claim for three months"),
            "referred",
            -2,
            1,
        ),
        ("XH-2019-000140", either("河道边垃圾堆放", "Rubbish on the river bank"), "awaiting", 0, 3),
        (
            "XH-2019-000098",
            either("公交站牌时刻表错误", "Wrong times at a bus stop"),
            "closed",
            None,
            2,
        ),
    )
    return [
        {
            "number": number,
            "title": title,
            "state": state,
            "due": DAY + dt.timedelta(days=days) if days is not None else DAY,
            "done": DAY if state == "closed" else None,
            "overdue": days is not None and days < 0,
            "reporters": reporters,
            "share": reporters / 14,
        }
        for number, title, state, days, reporters in words
    ]


def _unmet() -> list[dict[str, str]]:
    return [
        {
            "message": either("措施 2 没有佐证材料。", "Measure 2 has no evidence."),
            "field": "text",
            "href": "#evidence",
            "action": either("补充佐证", "Add evidence"),
        },
        {
            "message": either("措施 3 还没有完成。", "Measure 3 is not done yet."),
        },
    ]


def _moves() -> list[dict[str, Any]]:
    return [
        {"label": either("补充措施", "Add a measure"), "href": "#plan", "primary": True},
        {
            "label": either("申请延期", "Ask for more time"),
            "href": "#extend",
            "hint": either("还可申请 1 次", "1 left"),
        },
        {"label": either("报办结", "Report as fixed"), "allowed": False, "unmet": _unmet()},
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"title": either("已收到", "Received"), "at": DAY, "status": "done"},
        {
            "title": either("已转给区城市管理委", "Passed to city management"),
            "at": DAY,
            "status": "done",
        },
        {
            "title": either("正在整改", "Being fixed"),
            "text": either("预计 9 月 27 日前完成。", "To be done by 27 September."),
            "status": "now",
        },
        {"title": either("请您评价", "Your word"), "status": "next"},
    ]


def _gantt() -> list[dict[str, Any]]:
    def row(label: str, start: int, end: int, done: int | None = None, **more: Any) -> Any:
        days = {"start": start, "end": end, "done": done, "latest": more.pop("latest", None)}
        at = {key: None if n is None else DAY + dt.timedelta(days=n) for key, n in days.items()}
        real = [DAY + dt.timedelta(days=n) for n in more.pop("real", ())]
        return {"label": label, **at, "real": tuple(real) or None, **more}

    act = {"label": either("修改", "amend"), "href": "/gallery"}
    late = either("受前置措施拖延，至少超期 3 个工作日", "held up, at least 3 working days late")
    return [
        row(either("清理消防通道", "Clear the fire lane"), -9, -4, -5),
        row(either("划定停车位", "Mark parking bays"), -6, -1),
        row(either("夜间巡查", "Night patrols"), -3, 8, act=act),
        {"group": either("老旧小区停车难", "Parking in an old estate"), "href": "/gallery"},
        row(either("1. 摸清车位底数", "1. Count the bays"), -6, -4, latest=2, real=(-6, 0), key=1),
        row(
            either("2. 与业主商定", "2. Agree with owners"),
            -3,
            4,
            latest=9,
            real=(1, 8),
            slip=late,
            critical=True,
            key=2,
            after=[1],
            waits=[1],
        ),
        row(either("3. 张榜公布", "3. Post the list"), 14, 14, latest=15, after=[2], waits=[2]),
        row(
            either("4. 补办手续", "4. Make up the papers"),
            -8,
            -5,
            -3,
            slip=either("迟 2 个工作日完成", "done 2 working days late"),
            real=(-8, -3),
        ),
        {
            "group": either("楼道堆物", "Things left on the stairs"),
            "href": "/gallery",
            "empty": either("尚无措施", "no measures yet"),
        },
    ]


def _chart(kind: str) -> dict[str, Any]:
    labels = [
        either("东河区", "East River"),
        either("西山区", "West Hill"),
        either("南湖区", "South Lake"),
        either("北关区", "North Gate"),
    ]
    received = {"name": either("收到", "Received"), "values": [128, 96, 143, 60], "tone": "teal"}
    done = {"name": either("办结", "Done"), "values": [61, 40, 38, 18], "tone": "green"}
    return {
        "kind": kind,
        "labels": labels,
        "series": [received] if kind == "rank" else [received, done],
        "unit": either("件", "cases"),
        "links": ["#1", "#2", "#3", "#4"],
    }
