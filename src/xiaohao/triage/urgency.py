"""Words that make a message urgent. Plain Python; written for calls as citizens make them."""

import re
from dataclasses import dataclass
from typing import Final

URGENT: Final = "urgent"
NORMAL: Final = "normal"

# What is denied, feared in general, or wanted prevented is not happening.
_DENIED = re.compile(
    r"(没有|沒有|并无|避免|防止|一旦|万一|从而|杜绝|消除|预防|排除|以免|假如|如果发生|禁止|应对|关于)[^,。!?;]{0,4}$"
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One kind of urgency.

    Attributes:
        code: what it is called; the words for people stand in `wording.ALARMS`.
        weight: how sure the words alone make us that somebody must act today (0 to 1).
        pattern: what people write.
    """

    code: str
    weight: float
    pattern: re.Pattern[str]


def _alarm(code: str, weight: float, *patterns: str) -> Alarm:
    return Alarm(code, weight, re.compile("|".join(patterns)))


ALARMS: Final = (
    _alarm(
        "self_harm",
        0.95,
        r"(想|要|准备|打算|逼得?(我|我们|人)?(去)?)(自杀|轻生|跳楼|寻死|喝农药)",
        r"不想活了?",
        r"活不下去",
        r"以死(明志|抗争|相逼)",
        r"同归于尽",
    ),
    _alarm(
        "danger_to_life",
        0.9,
        r"生命危险",
        r"危及(到)?[^,。!?;]{0,6}(生命|性命)",
        r"(威胁|危害)(到)?[^,。!?;]{0,6}(生命|性命|人身)安全",
        r"人命关天",
        r"出(了)?人命",
        r"生命垂危",
        r"(被困|困在)[^,。!?;]{0,6}(电梯|水中|屋|楼|车)",
        r"电梯[^,。!?;]{0,6}(困人|坠落|下坠)",
        r"触电",
        r"溺水",
        r"食物中毒",
        r"集体中毒",
    ),
    _alarm(
        "fire_lane",
        0.62,
        r"消防通道[^,。!?;]{0,6}(堵|占|锁|封)",
        r"(堵|占|锁|封)[^,。!?;]{0,6}消防通道",
    ),
    _alarm(
        "gas_or_fire",
        0.9,
        r"(燃气|煤气|天然气|液化气|瓦斯|氨气|氯气)[^,。!?;]{0,6}(泄漏|泄露|漏气|爆炸)",
        r"(发生|正在|突然)(了)?[^,。!?;]{0,3}(火灾|着火|起火|爆炸|自燃)",
        r"(着火|起火)了",
        r"(随时|可能|容易)[^,。!?;]{0,6}(爆炸|着火|起火|引发火灾)",
    ),
    _alarm(
        "collapse",
        0.9,
        r"(随时|就要|快要|马上|即将|可能)[^,。!?;]{0,6}(倒塌|坍塌|垮塌|塌方|塌陷|倾倒|掉下来|坠落|滑坡)",
        r"(房屋|楼房|墙体|桥|路面|地面|山体|护坡|堤)[^,。!?;]{0,2}(已经?|正在|发生)?(倒塌|坍塌|垮塌|塌陷|滑坡|溃)",
        r"危房[^,。!?;]{0,8}(倒|塌|住|雨)",
        r"(井盖|窨井盖)[^,。!?;]{0,6}(缺失|没了|不见|丢失|被盗|破损|塌)",
        r"管涌|(正在|即将|快要)决堤",
    ),
    _alarm(
        "children",
        0.7,
        r"(幼儿园|学校|学生|孩子|小孩|儿童|幼童)[^,。!?;]{0,6}(被打(?!扰)|被虐待|被性侵|被猥亵|被霸凌|失踪|中毒|受伤了|甲醛超标|晕倒)",
        r"(虐待|性侵|猥亵|霸凌|体罚|殴打)[^,。!?;]{0,8}(学生|孩子|小孩|儿童|幼童|幼儿)",
        r"(学生|孩子|小孩|儿童)[^,。!?;]{0,10}(流鼻血|上吐下泻|集体(发烧|腹泻|呕吐))",
    ),
    _alarm(
        "violence",
        0.8,
        r"(正在|遭到?|被人?)[^,。!?;]{0,6}(殴打|砍伤|非法拘禁|强拆)",
        r"(持刀|拿刀|持械)[^,。!?;]{0,6}(砍|伤|闯|打|威胁)",
        r"家暴",
        r"被(拐|绑架)",
    ),
    _alarm(
        "mass_incident",
        0.65,
        r"(准备|打算|将要?|组织|要去|集体)[^,。!?;]{0,4}(上访|静坐|示威|游行|罢工|罢课|罢运|堵路|拉横幅)",
        r"群体性?事件",
        r"(业主|工人|村民|司机|家长)[^,。!?;]{0,4}(聚集|堵路|围堵|拉横幅|罢工)",
    ),
    _alarm(
        "supply_cut",
        0.7,
        r"(停水|停电|停气|断水|断电|断气|没水|没电|停暖)[^,。!?;]{0,6}(\d+|[一二两三四五六七八九十几多好]+)个?(天|日|小时|星期|周|月)",
        r"(\d+|[一二两三四五六七八九十几多好]+)个?(天|小时|星期|周|月)[^,。!?;]{0,5}(停水|停电|没水|没电|没有水|没有电|断水|断电|没暖气|没有暖气|不供暖|没供暖)",
        r"(大冬天|寒冬|零下|数九)[^,。!?;]{0,10}(没|不|停|断)[^,。!?;]{0,3}(暖|热|供)",
        r"(喝水|吃水|用水)都?(成|是|有)(了)?(大)?问题",
    ),
    _alarm(
        "illness",
        0.75,
        r"(等钱救命|等着(钱)?救命|无钱(治病|手术|医治))",
        r"(正在|还在|仍在)[^,。!?;]{0,4}(抢救|重症监护)|病危|奄奄一息",
        r"(疫情|传染病|霍乱|鼠疫|禽流感|非洲猪瘟)[^,。!?;]{0,6}(爆发|暴发|扩散|隐瞒|瞒报)",
    ),
    _alarm(
        "pollution",
        0.7,
        r"(正在|偷偷|夜间|半夜|直接)[^,。!?;]{0,6}(排放|偷排|倾倒)[^,。!?;]{0,8}(废水|污水|毒|废气|危废|化工)",
        r"(饮用水|自来水|井水)[^,。!?;]{0,4}(被污染|遭污染|受污染|发黄|发黑|发臭|有毒|异味)",
    ),
)


@dataclass(frozen=True, slots=True)
class Sounding:
    """An alarm that sounded, and where in the text (characters, end exclusive)."""

    alarm: Alarm
    start: int
    end: int


def soundings(plain_text: str) -> list[Sounding]:
    """The first place at which each alarm sounds, in the order of the text."""
    found = []
    for alarm in ALARMS:
        for match in alarm.pattern.finditer(plain_text):
            if not _DENIED.search(plain_text[max(0, match.start() - 10) : match.start()]):
                found.append(Sounding(alarm, match.start(), match.end()))
                break
    return sorted(found, key=lambda one: one.start)


def urgency(sounded: list[Sounding]) -> tuple[str, float]:
    """`URGENT` or `NORMAL`, and how sure; several alarms make surer, none makes `NORMAL`."""
    doubt = 1.0
    for one in sounded:
        doubt *= 1.0 - one.alarm.weight
    if not sounded:
        return NORMAL, 0.8
    return URGENT, min(0.99, 1.0 - doubt)
