"""The lists of their own in the demo: entries at every stage, and a round of household visits.

Acts are carried out between the steps of the month, each at its moment, by posts, through the
room's actions. Titles name the entries, so that an interrupted load finds them again.
"""

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry, Household, HouseholdNeed, Round
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem
from xiaohao.site.demo.city import PROVINCE, RURAL, City
from xiaohao.site.demo.pictures import view

ROUND = "2019年秋季入户大走访"
FLATS = [f"{house}号楼{door}门{flat}" for house in (1, 3) for door in (1, 2) for flat in (102, 301)]
CITY_DESKS = ("MI", "UM")
DISTRICT_DESKS = ("LC", "EM", "CA", "HR")


@dataclass(frozen=True, slots=True)
class Act:
    """Something somebody does on the lists.

    Attributes:
        at: aware moment.
        what: `enter`, `visits`, `visit`, `aid`, `refer`, `link`, or a move of an entry.
        key: which entry (its title), or which household (its number).
        who: code of the post.
        args: what else is needed, as plain data.
    """

    at: dt.datetime
    what: str
    key: str
    who: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Places:
    """Which units the lists tell of; `street` is the one with most to show."""

    street: str
    community: str
    district: str
    town: str
    villages: Sequence[str]

    def units(self) -> list[str]:
        """Units that need a handler and a leader."""
        city = [f"{PROVINCE}-{desk}" for desk in CITY_DESKS]
        own = [f"{self.district}-{desk}" for desk in DISTRICT_DESKS]
        return [*city, *own, self.street, self.town]

    def posts(self) -> list[str]:
        """Codes of the posts that act on the lists."""
        return [f"{role}-{unit}" for unit in self.units() for role in ("HANDLER", "LEADER")]


def places(city: City, busiest: str) -> Places:
    """Units for the lists: near the busiest one where that stands in a district."""
    districts = [u.code for u in city.units if u.level == "county" and u.kind == "region"]
    district = busiest[:6] if busiest[:6] in districts else districts[0]
    streets = [spot for spot in city.spots if spot.district_code == district]
    near = [spot for spot in streets if spot.street_code == busiest] or streets
    rural = [spot for spot in city.villages if spot.district_code in RURAL]
    town = rural[0].street_code
    return Places(
        street=near[0].street_code,
        community=near[0].code,
        district=district,
        town=town,
        villages=[spot.code for spot in rural if spot.street_code == town][:2],
    )


def at_time(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of the month."""
    return dt.datetime(2019, 9, day, hour, minute, tzinfo=clock.ZONE)


def acts(at: Places) -> list[Act]:
    """Everything that happens on the lists in the month, in the order of time."""
    found = [*_projects(at), *_petitions_and_hazards(at), *_weak(at), *_visits(at)]
    return sorted(found, key=lambda act: act.at)


def _entry(
    day: int, kind: str, title: str, unit: str, deadline: str, lead: str = "", **more: str
) -> Act:
    args = {"kind": kind, "unit": unit, "lead": f"LEADER-{lead or unit}", "deadline": deadline}
    return Act(at_time(day, 10, 5), "enter", title, "OFFICE", {**args, **more})


def _move(day: int, what: str, title: str, who: str, **args: Any) -> Act:
    hour = {"start": 11, "plan": 11, "money": 14, "progress": 15}.get(what, 15)
    return Act(at_time(day, hour, 10), what, title, who, args)


def _projects(at: Places) -> list[Act]:
    fund, spaces = "设立城乡居民大病救助周转金", "全市新增公共停车泊位"
    corner, lifts = "利用边角地为老旧小区新增停车泊位", "老旧住宅加装电梯"
    mi, um, street = f"{PROVINCE}-MI", f"{PROVINCE}-UM", at.street
    parked = {"promised": "260", "measure": "个", "planned": "910万"}
    return [
        _entry(2, "project", fund, mi, "2019-12-20", planned="1700万",
               text="由财政一次性注资，先垫付、后结算，缓解大病患者住院押金压力。"),
        _move(3, "start", fund, f"HANDLER-{mi}", photo="",
              plan="九月注资到位；十月起在全部定点医院受理。"),
        _move(12, "money", fund, f"HANDLER-{mi}", arrived="1700万"),
        _move(26, "money", fund, f"HANDLER-{mi}", spent="326.5万"),
        _entry(2, "project", spaces, um, "2019-11-29", **parked,
               text="利用待建地、桥下空间和错时开放，分批新增公共停车泊位。"),
        _move(4, "start", spaces, f"HANDLER-{um}", photo="parking"),
        _move(17, "progress", spaces, f"HANDLER-{um}", achieved="148", photo="parking",
              note="首批六处场地划线完成，现已开放148个泊位。"),
        _move(18, "money", spaces, f"HANDLER-{um}", arrived="600万", spent="417.36万"),
        _entry(3, "project", corner, street, "2019-09-27", promised="36", measure="个",
               planned="54万", text="清理废弃花坛和私搭地锁，硬化后划线。"),
        _move(4, "start", corner, f"HANDLER-{street}", photo="parking"),
        _move(16, "money", corner, f"HANDLER-{street}", arrived="54万", spent="49.8万"),
        _move(19, "report", corner, f"LEADER-{street}", achieved="36", photo="parking",
              note="36个泊位全部划线启用，地锁已清理。"),
        _move(20, "pass", corner, "VERIFIER", note="现场清点36个泊位，随机问询住户，属实。"),
        _entry(4, "project", lifts, street, "2019-10-31", promised="6", measure="部",
               planned="420万"),
        _move(5, "start", lifts, f"HANDLER-{street}", photo=""),
        _move(24, "money", lifts, f"HANDLER-{street}", arrived="260万", spent="238万"),
        _move(27, "report", lifts, f"LEADER-{street}", achieved="5", photo="",
              note="五部已取得使用登记；第六部因管线迁改顺延，十月底前完成。"),
    ]  # fmt: skip


def _petitions_and_hazards(at: Places) -> list[Act]:
    homes, wages = "还迁房逾期办证信访积案", "某停工项目拖欠工资信访积案"
    bikes, gas = "楼道堆物和电动自行车违规充电", "老旧小区燃气立管锈蚀"
    letters, safety = f"{at.district}-LC", f"{at.district}-EM"
    labour = f"{at.district}-HR"
    return [
        _entry(3, "petition", homes, letters, "2019-10-25",
               text="涉及多个小区还迁住户，多次来访，区领导包案。"),
        _move(5, "start", homes, f"HANDLER-{letters}", plan="逐户建账，分三批办理首次登记。"),
        _move(23, "progress", homes, f"HANDLER-{letters}", note="首批材料已受理，第二批补件。"),
        _entry(9, "petition", wages, labour, "2019-11-15"),
        Act(at_time(11, 15, 20), "link", wages, "OFFICE", {"topic": "wages"}),
        _entry(5, "hazard", bikes, at.street, "2019-10-15",
               text="多栋楼的楼道堆放杂物，并有飞线充电。"),
        Act(at_time(6, 14, 30), "register", bikes, "OFFICE", {"urgent": True}),
        Act(at_time(6, 14, 50), "hand on", bikes, "OFFICE", {"unit": at.street}),
        _entry(5, "hazard", gas, safety, "2019-09-24", planned="86万", promised="38",
               measure="根", lead=safety),
        _move(6, "start", gas, f"HANDLER-{safety}", photo="",
              plan="逐楼检测，先换锈蚀严重的立管。"),
        _move(18, "progress", gas, f"HANDLER-{safety}", achieved="21", note="已更换21根。"),
        _move(19, "money", gas, f"HANDLER-{safety}", arrived="60万", spent="41.2万"),
    ]  # fmt: skip


def _weak(at: Places) -> list[Act]:
    branch, empty = "村党支部书记长期空缺", "集体经济薄弱、饮水管网老化"
    quiet = "居民区党支部组织生活不经常"
    town = at.town
    found = [
        _entry(4, "weak", branch, at.villages[0], "2019-11-30", lead=town),
        _move(6, "start", branch, f"HANDLER-{town}", plan="摸排人选；九月底前由镇党委选派。"),
        _move(20, "plan", branch, f"HANDLER-{town}", reason="本村暂无合适人选",
              plan="先由镇里选派干部任职一年，同步培养后备力量。"),
        _entry(4, "village", empty, at.villages[-1], "2019-12-31", lead=town, planned="120万"),
        _move(9, "start", empty, f"HANDLER-{town}",
              plan="一、十月底前更换主管网；二、盘活闲置校舍出租；三、年底村集体增收五万元。"),
        _move(25, "money", empty, f"HANDLER-{town}", arrived="80万", spent="23万"),
        _move(26, "progress", empty, f"HANDLER-{town}", photo="water",
              note="主管网完成招标，闲置校舍已挂牌出租。"),
    ]  # fmt: skip
    if at.community == at.villages[0]:  # a unit stands on the list once at a time
        return found
    return [
        *found,
        _entry(3, "weak", quiet, at.community, "2019-09-30", lead=at.street),
        _move(5, "start", quiet, f"HANDLER-{at.street}", plan="配齐支委，固定每月主题党日。"),
        _move(23, "report", quiet, f"LEADER-{at.street}", photo="",
              note="支委已补选，八、九月主题党日记录齐全。"),
        _move(25, "pass", quiet, "VERIFIER", note="查阅记录并访谈党员五人，属实。"),
    ]  # fmt: skip


def _visits(at: Places) -> list[Act]:
    who = f"HANDLER-{at.street}"
    found = [
        Act(
            at_time(10, 10), "visits", ROUND, "OFFICE", {"unit": PROVINCE, "deadline": "2019-10-31"}
        ),
        Act(at_time(11, 10), "list", ROUND, who, {"unit": at.community}),
    ]
    told: list[dict[str, Any]] = [
        {"situation": ["low_income", "ill"], "refer": True,
         "needs": [{"kind": "minimum", "text": "符合低保条件但不在册，申请两个月未批。"}]},
        {"situation": ["alone"], "needs": []},
        {"situation": ["house", "alone"], "refer": True, "photo": "water",
         "needs": [{"kind": "housing", "text": "屋面漏雨，厨房顶板开裂，自己无力修缮。"}]},
        {"situation": ["none"], "needs": []},
        {"situation": ["disabled", "jobless"], "refer": False,
         "needs": [{"kind": "work", "text": "肢体残疾，希望参加技能培训后就近就业。"}]},
    ]  # fmt: skip
    days = (16, 17, 18, 19, 23)
    found += [
        Act(at_time(day, 14, 40), "visit", flat, who, one)
        for day, flat, one in zip(days, FLATS, told, strict=False)
    ]
    aid = {"text": "低保审批期间先发临时救助", "amount": "800"}
    return [*found, Act(at_time(20, 11), "aid", FLATS[0], who, aid)]


class Clerk:
    """Carries the acts out."""

    def __init__(self, actor: Callable[[str], Actor]) -> None:
        self.actor = actor

    def do(self, act: Act) -> None:
        """Carry one act out at the present moment of the clock."""
        own = getattr(self, f"_{act.what.replace(' ', '_')}", self._move)
        own(act, self.actor(act.who))

    def follow(self) -> None:
        """What the job does every few seconds."""
        actions.follow()

    def _enter(self, act: Act, by: Actor) -> None:
        args = dict(act.args)
        actions.enter(by=by, title=act.key, **args)

    def _entry(self, act: Act) -> Entry:
        return Entry.objects.select_related("unit", "lead").get(title=act.key)

    def _move(self, act: Act, by: Actor) -> None:
        entry, args = self._entry(act), dict(act.args)
        if "photo" in args:
            args["files"] = [self._photo(entry, by, args.pop("photo"))]
        actions.move(entry=entry, move=act.what, by=by, **args)

    def _photo(self, entry: Entry, by: Actor, topic: str) -> int:
        mended = entry.state != "entered"
        picture = view(topic, clock.today(), entry.title, mended=mended)
        name = f"{clock.today():%m%d}-{entry.pk}.jpg"
        return actions.upload(entry=entry, by=by, name=name, stream=io.BytesIO(picture)).pk

    def _link(self, act: Act, by: Actor) -> None:
        """To the first open problem of that topic that its unit has, if it has one."""
        entry = self._entry(act)
        rows = Problem.objects.visible_to(by).open().at(entry.path)
        rows = rows.filter(unit__isnull=False, category__code=act.args["topic"])
        problem = rows.order_by("id").first()
        if problem is not None:
            actions.move(entry=entry, move="link", by=by, problem=problem)

    def _hand_on(self, act: Act, by: Actor) -> None:
        """Refer the problem that the entry has become."""
        problem = self._entry(act).problem
        if problem is not None:
            ledger.move(problem=problem, move="refer", by=by, unit=act.args["unit"])

    def _visits(self, act: Act, by: Actor) -> None:
        actions.set_up(by=by, title=act.key, starts=clock.today(), **act.args)

    def _list(self, act: Act, by: Actor) -> None:
        round_ = Round.objects.get(title=act.key)
        rows = [(flat, "") for flat in FLATS]
        actions.list_households(round_=round_, by=by, unit=act.args["unit"], rows=rows)

    def _visit(self, act: Act, by: Actor) -> None:
        home = Household.objects.select_related("unit", "round").get(number=act.key)
        args = dict(act.args)
        if topic := args.pop("photo", ""):
            picture = io.BytesIO(view(topic, clock.today(), home.number, mended=False))
            name = f"{clock.today():%m%d}-{home.pk}.jpg"
            sent = actions.upload_photo(household=home, by=by, name=name, stream=picture)
            args["files"] = [sent.pk]
        actions.visit(household=home, by=by, day=clock.today(), **args)

    def _aid(self, act: Act, by: Actor) -> None:
        need = HouseholdNeed.objects.select_related("household").get(household__number=act.key)
        actions.give_aid(need=need, by=by, day=clock.today(), **act.args)
