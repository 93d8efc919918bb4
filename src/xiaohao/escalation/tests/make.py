"""What these tests set up: a city of districts whose streets have like problems."""

import datetime as dt
from dataclasses import dataclass

from xiaohao.escalation import actions
from xiaohao.escalation.models import Link, Root, Summons
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

DAY = make.DAY
HOUR = dt.timedelta(hours=1)
PATTERN = "老旧小区加装电梯审批要跑七个窗口，材料互相推来推去，三个月没有结果，请统一受理标准"
OTHERS = (
    "门口路灯从上个月起就不亮了，晚上老人出门看不清台阶，已经摔了两次",
    "菜市场后面的下水道堵了，污水流到小学门前，味道很大",
    "楼下烧烤店每天营业到凌晨两点，油烟直接排进居民家里",
    "公交站牌被大货车撞歪了，等车的人只能站在机动车道上",
    "社区诊所周末没有医生，孩子发烧要走四公里去区医院",
    "物业把绿地改成了收费停车位，没有征求过业主意见",
    "河边步道的护栏断了一截，下面就是深水，孩子常在那里玩",
    "小区水压太低，六楼以上早晚都洗不了澡，打了几次热线没有人来",
    "学校门前没有人行横道，放学时家长和电动车挤成一团",
    "村里的垃圾池半个月没有清运，苍蝇很多，老人身体受不了",
    "冬天暖气只有十四度，供热站说是管网老化，一直没有换",
    "快递柜占了消防通道，消防车开不进来",
    "噪声从对面工地传来，夜里十一点还在打桩",
    "广场上的健身器材坏了，螺丝露在外面，孩子划破了手",
    "地铁口的共享单车乱堆，盲道完全被挡住",
    "卫生院门诊量大，每天要排两个小时的队才能取药",
)


@dataclass
class City:
    """The ledger's city, with more districts of one street each."""

    at: make.City
    districts: list[Unit]
    streets: list[Unit]
    handlers: list[Actor]
    category: Category

    def problem(self, n: int, text: str, title: str = "") -> Problem:
        """A problem of the category, accepted by the n-th street."""
        row = ledger.register(
            by=self.at.operator, title=title or text[:16], text=text, category=self.category
        )
        ledger.move(problem=row, move="refer", by=self.at.operator, unit=self.streets[n])
        ledger.move(problem=row, move="accept", by=self.handlers[n])
        return row


def pointed(at: make.City) -> Root:
    """A root that the street puts to its district, new or joined."""
    row = make.walk(at, make.problem(at), "accepted")
    reason = "区里没有统一的受理标准"
    ledger.move(problem=row, move="point_above", by=at.handler, above=at.east, reason=reason)
    actions.gather()
    return Link.objects.get(problem=row).root


def called(at: make.City) -> Summons:
    """The street calls a department of the city."""
    row = make.walk(at, make.problem(at), "accepted")
    department = Unit.objects.filter(code="12-D").first() or make.unit("12-D", at.city)
    made = actions.call(
        problem=row,
        by=at.handler,
        units=[department],
        reason="违建要联合认定",
        place="致和社区",
        on_site_by=clock.now() + 5 * HOUR,
    )
    return made.summonses.get()


def city(districts: int = 8) -> City:
    """A city with so many districts."""
    at = make.city()
    rows = [make.unit(f"13{n:02}", at.city, "county") for n in range(districts)]
    streets = [make.unit(f"13{n:02}01", row, "township") for n, row in enumerate(rows)]
    handlers = [make.actor(f"H{n}", street, Role.HANDLER) for n, street in enumerate(streets)]
    category = Category.objects.create(code="renewal", name="老旧小区")
    return City(at, rows, streets, handlers, category)


def spread(at: City, alike: int) -> list[Problem]:
    """Two different problems in each district, and in the first `alike` ones a like one."""
    for n in range(len(at.streets)):
        at.problem(n, OTHERS[2 * n % len(OTHERS)])
        at.problem(n, OTHERS[(2 * n + 1) % len(OTHERS)])
    return [at.problem(n, f"第{n}小区：{PATTERN}") for n in range(alike)]
