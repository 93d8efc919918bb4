"""The programmes of the demo: eight set centrally and two by the city, and what belongs to each."""

import datetime as dt
from dataclasses import dataclass

from django.db.models.functions import Length

from xiaohao.campaigns.actions import set_up
from xiaohao.campaigns.models import Origin
from xiaohao.kernel.acting import Actor
from xiaohao.triage.models import Duty

END, SOON, YEAR_END = dt.date(2019, 11, 29), dt.date(2019, 10, 25), dt.date(2019, 12, 31)


@dataclass(frozen=True, slots=True)
class Drive:
    """One programme: its sides, and the topics whose problems it takes."""

    code: str
    name: str
    name_en: str
    about: str
    final: dt.date
    topics: tuple[str, ...]
    origin: str = Origin.CENTRAL


DRIVES = (
    Drive("wages", "欠薪欠保问题专项整治", "Unpaid wages and insurance",
          "整治拖欠工资、漏缴社保、就业扶持落不到人。", END, ("wages", "insurance", "employment")),
    Drive("aid", "困难群众救助不到位专项整治", "Aid that does not reach those in need",
          "整治该保未保、审批拖延、上门服务缺位。", END,
          ("low_income", "elderly", "disability", "civil")),
    Drive("counters", "窗口服务推诿拖延专项整治", "Being sent from counter to counter",
          "整治办事来回跑、一次告知不到位、态度生硬。", END, ("service", "conduct", "household")),
    Drive("clinics", "看病报销难专项整治", "Care and its refunds",
          "整治报销慢、异地结算不通、排队过长。", END,
          ("medical_insurance", "hospital", "public_health")),
    Drive("schools", "入学和校园管理专项整治", "School places and school life",
          "整治入学材料繁琐、校园餐饮和课后服务问题。", END, ("school_entry", "school_conduct")),
    Drive("pollution", "群众身边污染专项整治", "Pollution at people’s doors",
          "整治扬尘油烟、黑臭水体、垃圾乱堆。", END,
          ("air_pollution", "water_pollution", "waste")),
    Drive("hazards", "公共安全隐患专项整治", "Hazards to public safety",
          "整治堵塞消防通道、燃气隐患、事故多发路口。", SOON,
          ("fire", "gas", "work_safety", "traffic")),
    Drive("villages", "村级事务不公开专项整治", "Village affairs kept from the villagers",
          "整治账目不公开、补贴发放不透明。", END, ("village_affairs", "corruption", "land")),
    Drive("parking", "停车难和违法建设专项整治", "Parking and illegal building",
          "整治小区停车秩序、占道经营和违建反弹。", YEAR_END, ("parking", "illegal_building"),
          Origin.LOCAL),
    Drive("estates", "老旧小区居住难题专项整治", "Life in old estates",
          "整治供热不足、物业失管、房屋渗漏。", YEAR_END, ("heating", "property", "housing"),
          Origin.LOCAL),
)  # fmt: skip

DRIVE_OF = {topic: drive.code for drive in DRIVES for topic in drive.topics}


def found_programmes(by: Actor) -> None:
    """Set all of them up; the city's unit that answers for the first topic leads."""
    for drive in DRIVES:
        set_up(
            by=by,
            code=drive.code,
            name=drive.name,
            name_en=drive.name_en,
            about=drive.about,
            final=drive.final,
            origin=drive.origin,
            lead_unit=_lead(drive.topics[0]),
        )


def _lead(topic: str) -> str:
    """The highest unit that answers for a topic."""
    duties = Duty.objects.filter(category__code=topic, is_active=True).select_related("unit")
    first = duties.order_by(Length("unit__path"), "unit__code").first()
    return first.unit.code if first else ""


def plan_of(code: str) -> str:
    """The text of a programme's plan, as the office lays it down once problems are found."""
    drive = next(drive for drive in DRIVES if drive.code == code)
    return (
        f"一、目标：{drive.about}\n"
        "二、步骤：先找问题、列出清单，再逐项定措施、定责任岗位、定时限。\n"
        f"三、时限：{drive.final.year}年{drive.final.month}月{drive.final.day}日前完成，"
        "措施从这一天倒排。\n"
        "四、检查：当场能改的立行立改，都要有佐证，由其他单位核验，再听群众意见。"
    )
