"""What the tests of triage set up: a small tree with duties, and messages of three topics."""

import random
from dataclasses import dataclass

from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.paths import step
from xiaohao.people.models import Post
from xiaohao.trail.actions import create
from xiaohao.triage import actions
from xiaohao.triage.actions import Confirmed
from xiaohao.triage.models import Category, Duty
from xiaohao.units.models import Unit

SAYINGS = {
    "heating": [
        "暖气不热",
        "供暖温度低",
        "暖气管漏水",
        "供热站推托",
        "立管堵了",
        "没人来打压试水",
        "采暖费照收",
    ],
    "wages": [
        "拖欠工资",
        "不给加班费",
        "老板欠薪",
        "没签劳动合同",
        "包工头跑了",
        "劳动监察不受理",
        "农民工讨薪",
    ],
    "bus": [
        "公交车不准点",
        "公交站取消了",
        "线路绕远",
        "末班车太早",
        "早高峰挤不上车",
        "司机甩站",
        "班次太少",
    ],
}
_REMARKS = (
    "我是东里小区的居民 说了半年没人管 打过热线也没下文 孩子上学很不方便 请领导给个准话 "
    "隔壁单元也是这样 希望早点解决 已经第三次来信了 老人腿脚不好 大家意见很大 "
    "上个月有人来看过 照片都拍下来了 附近有两千多户 推来推去谁都不认 说是下周再看 "
    "住这儿十一年了 西苑路到红旗路一带 我们都是普通百姓 社区也登记过 夜里更难受 "
    "群里天天有人问 物业说不归他管 去年不是这样 新来的主任答应过 北关街那边就办好了 "
    "请不要再转来转去 南桥村一共三百口人 只想要一个期限 愿意配合上门 周末都不敢出门 "
    "邻居已经搬走了 问了几个部门都说不清 "
)
REMARKS = _REMARKS.split()


def messages(topic: str, count: int) -> list[tuple[str, str]]:
    """`count` (title, text) about the topic, no two of them alike."""
    dice = random.Random(topic)
    made = []
    for _ in range(count):
        head, *rest = dice.sample(SAYINGS[topic], 3)
        made.append((head, "，".join([*dice.sample(REMARKS, 5), *rest])))
    return made


def unit(code: str, parent: Unit | None, level: str, kind: str = "region") -> Unit:
    """A unit in the tree."""
    made = Unit.objects.create(code=code, name=f"单位{code}", level=level, kind=kind, parent=parent)
    made.path = (parent.path if parent else "") + step(made.pk)
    made.save(update_fields=["path"])
    return made


def actor(code: str, at: Unit, role: Role = Role.OFFICE) -> Actor:
    """Somebody who acts from a new post."""
    post = Post(code=code, title=code, unit=at, role=role)
    create(thing=post, by=SYSTEM, kind="open")
    return post.actor()


@dataclass
class City:
    """A city with two districts; each district has a labour and a heating office."""

    city: Unit
    east: Unit
    west: Unit
    street: Unit
    city_labour: Unit
    east_labour: Unit
    west_labour: Unit
    east_heating: Unit
    office: Actor


def city() -> City:
    """The tree with its duty list."""
    root = unit("12", None, "city")
    east, west = unit("1201", root, "county"), unit("1202", root, "county")
    street = unit("120101", east, "township")
    made = City(
        root,
        east,
        west,
        street,
        city_labour=unit("12-L", root, "city", "department"),
        east_labour=unit("1201-L", east, "county", "department"),
        west_labour=unit("1202-L", west, "county", "department"),
        east_heating=unit("1201-H", east, "county", "department"),
        office=actor("OFFICE", root),
    )
    for labour in (made.city_labour, made.east_labour, made.west_labour):
        duty(labour, "labour")
    duty(made.east_heating, "heating")
    return made


def category(code: str) -> Category:
    """A category of the tree that every installation starts with."""
    return Category.objects.get(code=code)


def duty(unit: Unit, code: str, *words: str) -> Duty:
    """That unit answers for that category."""
    return actions.set_duty(unit=unit, category=category(code), words=words, by=SYSTEM)


def lessons(count: int = 40, topics: tuple[str, ...] = ("heating", "wages", "bus")) -> None:
    """`count` confirmed cases of each topic."""
    told = [
        Confirmed(
            "test.message",
            n * 1000 + i,
            title,
            text,
            category(topic).pk,
            urgent=topic == "heating",
        )
        for n, topic in enumerate(topics)
        for i, (title, text) in enumerate(messages(topic, count))
    ]
    actions.learn_many(confirmed=told)
