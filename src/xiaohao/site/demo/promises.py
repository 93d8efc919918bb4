"""The service list in the demo: four measures, twelve services, and calls in every state.

Acts like those of the lists, carried out by the same clerk. What is needed names a call, so that an
interrupted load finds it again.
"""

import io
from typing import Any

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.services import actions
from xiaohao.services.models import Call, Service
from xiaohao.site.demo import lists
from xiaohao.site.demo.city import PROVINCE
from xiaohao.site.demo.lists import Act, Places
from xiaohao.site.demo.pictures import view

LIST = "机关部门为民为企服务清单"
# Measure, service, what, for whom, desk, working days, what to bring.
SERVICES = (
    ("方便群众办事", "社会保障卡当场补换", "people", "HR", 0, "身份证原件"),
    ("方便群众办事", "行动不便人员上门认证", "people", "CA", 3, ""),
    ("方便群众办事", "低保申请材料代办", "people", "CA", 5, "户口簿和收入证明复印件"),
    ("方便企业经营", "用工招聘专场上门", "enterprises", "HR", 10, "岗位需求表"),
    ("方便企业经营", "安全生产上门指导", "enterprises", "EM", 5, ""),
    ("方便企业经营", "惠企政策上门宣讲", "enterprises", "MI", 7, ""),
    ("改善身边环境", "小区健身设施维修", "people", "UM", 3, ""),
    ("改善身边环境", "公共停车泊位施划", "both", "UM", 10, "业主委员会意见"),
    ("改善身边环境", "楼道消防器材检查", "people", "EM", 2, ""),
    ("听取群众意见", "领导干部到社区接访", "people", "LC", 5, ""),
    ("听取群众意见", "信访事项办理进度查询", "both", "LC", 0, "受理编号"),
    ("听取群众意见", "医疗救助政策解答", "people", "MI", 1, ""),
)
CITY_DESKS = lists.CITY_DESKS


def _unit(desk: str, at: Places) -> str:
    return f"{PROVINCE if desk in CITY_DESKS else at.district}-{desk}"


def acts(at: Places) -> list[Act]:
    """Everything that happens with the list in the month, in the order of time."""
    rows = [
        {
            "measure": measure,
            "title": title,
            "what": f"{title}：接到点单后，由承办科室联系、办理并当面告知结果。",
            "audience": audience,
            "department": _unit(desk, at),
            "days": str(days),
            "bring": bring,
        }
        for measure, title, audience, desk, days, bring in SERVICES
    ]
    begun = Act(lists.at_time(3, 9, 20), "promise", LIST, "OFFICE", {"services": rows})
    return sorted([begun, *_calls(at)], key=lambda act: act.at)


def _calls(at: Places) -> list[Act]:
    street, town = f"HANDLER-{at.street}", f"HANDLER-{at.town}"
    gym, bikes = "小区健身设施维修", "楼道消防器材检查"
    home, visit = "行动不便人员上门认证", "领导干部到社区接访"
    found = []
    for day, where in ((4, "南门"), (5, "北门"), (9, "中心花园"), (11, "幼儿园旁"), (16, "东侧")):
        words = f"{where}的漫步机松动，老人使用不安全"
        grade = 3 if where == "北门" else 5
        found += _served(at, words, gym, street, day, day + 2, grade)
    found += _served(at, "8号楼灭火器过期，请检查更换", bikes, street, 9, 11, 4)
    found += _served(at, "两位卧床老人需要上门认证", home, town, 10, 12, 5, who="张家两位老人")
    lame = "村里一位偏瘫老人需要上门认证"
    found += [
        _call(16, lame, home, town, who="村西头李家"),
        *_delivery(at, lame, home, 17, 18),
        _move(19, "not_delivered", lame, town, words="只打了电话，没有人上门。"),
        *_delivery(at, lame, home, 20, 23),
        _move(24, "grade", lame, town, grade="3", words="第二次才上门。"),
    ]
    late, job = "三个村希望负责人来接访一次", "沿街商户需要一场招聘会"
    found += [
        _call(9, late, visit, town),
        _move(20, "register", late, town, note="点单后一直没有回音。"),
        _call(18, job, "用工招聘专场上门", street),
        _move(19, "decline", job, _who(at, "HR"), reason="本月已有两场专场，下月合并举办。"),
        _call(23, "老旧小区希望施划停车泊位", "公共停车泊位施划", street),
        _move(24, "take", "老旧小区希望施划停车泊位", _who(at, "UM")),
        _call(26, "孤寡老人咨询大病救助怎么申请", "医疗救助政策解答", town, who="王家老人"),
        _call(17, "物业请讲一次安全用电", "安全生产上门指导", street),
        *_delivery(at, "物业请讲一次安全用电", "安全生产上门指导", 18, 19),
        _call(24, "点错了服务", gym, street),
        _move(25, "withdraw", "点错了服务", street, reason="应点停车泊位施划。"),
    ]
    return found


def _who(at: Places, desk: str) -> str:
    return f"HANDLER-{_unit(desk, at)}"


def _desk(title: str) -> str:
    return next(row[3] for row in SERVICES if row[1] == title)


def _call(day: int, words: str, service: str, by: str, who: str = "") -> Act:
    args = {"service": service, "for": who}
    return Act(lists.at_time(day, 9, 40), "call for", words, by, args)


def _move(day: int, move: str, needed: str, by: str, **given: Any) -> Act:
    hour = {"take": 10, "deliver": 15}.get(move, 16)
    return Act(lists.at_time(day, hour, 25), "call on", needed, by, {"move": move, **given})


def _delivery(at: Places, words: str, service: str, taken: int, done: int) -> list[Act]:
    by = _who(at, _desk(service))
    note = "已上门办理，现场向点单人说明了结果。"
    return [
        _move(taken, "take", words, by),
        _move(done, "deliver", words, by, note=note, photo="parking"),
    ]


def _served(
    at: Places, words: str, service: str, by: str, day: int, done: int, grade: int, who: str = ""
) -> list[Act]:
    """A call delivered and graded on the day of the delivery."""
    given = {"grade": str(grade), "words": "来得及时。" if grade > 3 else "办了，但没有收拾现场。"}
    return [
        _call(day, words, service, by, who),
        *_delivery(at, words, service, day, done),
        _move(done, "grade", words, by, **given),
    ]


class Clerk(lists.Clerk):
    """Carries the acts of the lists and of the service list out."""

    def _promise(self, act: Act, by: Actor) -> None:
        row = actions.make_list(by=by, title=act.key, year=clock.today().year)
        for given in act.args["services"]:
            actions.add_service(to=row, by=by, **given)
        actions.publish(row=row, by=by)

    def _call_for(self, act: Act, by: Actor) -> None:
        rows = Service.objects.select_related("list__unit", "department", "post")
        service = rows.get(title=act.args["service"])
        actions.call(service=service, by=by, needed=act.key, who=act.args["for"])

    def _call_on(self, act: Act, by: Actor) -> None:
        rows = Call.objects.select_related("service__list", "department", "caller")
        call, args = rows.get(needed=act.key), dict(act.args)
        if "photo" in args:
            topic = args.pop("photo")
            picture = io.BytesIO(view(topic, clock.today(), act.key, mended=True))
            name = f"{clock.today():%m%d}-fw{call.pk}.jpg"
            args["files"] = [actions.upload(call=call, by=by, name=name, stream=picture).pk]
        actions.move(call=call, by=by, **args)
