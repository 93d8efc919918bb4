"""Where a writer gives his own name: “我叫…”, “本人…，”, “反映人：…”, a signature at the end.

A name is a surname of the common ones and one or two more characters. Names of others (whom the
complaint is about) stay: the unit needs them.
"""

import re
from collections.abc import Iterator
from typing import Final

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫"
    "孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌"
    "毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦"
    "褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池"
    "查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼满闻厉伊仝区郜海阚花权强帅屠豆朴盖廉"
    "禹井祖漆巴丰支卿国狄计索宣晋相初云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊乌裘亓修邰赫杭况那宿鲜印逯隆茹"
    "战慕危玉银亢嵇湛宾戎勾茅利於居揭干尉冶元束檀衣信展阴昝智幸奉植衡富尧池洪莘"
)
COMPOUND: Final = (
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|端木|南宫|独孤|宇文|长孙|轩辕|百里|呼延"
    "|东郭|西门|申屠|公羊|澹台|闻人|淳于|太史|仲孙|钟离|濮阳|宗政"
)
# What follows a surname only in ordinary words: “本人于去年…”, “本人曾多次…”, “我是向…”.
_NOT_GIVEN: Final = (
    "去今前昨在多经次年月日是为了有被因已也都将要会能可就到从对和与等的地得不没无让给把使请拟需想过着个这那很"
    "再又还只最更先后以所而且或及其之此时间上下里外内中"
)
_HAN: Final = r"[\u3400-\u9fff]"
_SURNAME: Final = rf"(?:{COMPOUND}|[{''.join(sorted(SURNAMES))}])"
_GIVEN: Final = rf"(?![{_NOT_GIVEN}]){_HAN}{{1,2}}?"
_STYLE: Final = r"(?:先生|女士|小姐|同志|师傅|老师)?"
_ENDS: Final = (
    r"(?=\s*(?:$|[，,、。．.；;：:（(！!？?\n\"”]|\s|男|女|系|身份证|电话|手机|联系|现年|今年"
    r"|住|家住|来自))"
)

_WORDS: Final = (
    r"初婚|司法|高[一二三中级]|单[身亲]|农[民村]|应[届当该]|公务|党员"
    r"|和谐|平安|安全|全[家体部]|方便|明天"
)

_ROLE: Final = (
    r"(?<!被)(?:反映|投诉|举报|求助|申请|来信|来电|联系|报料|咨询"
    r"|信访|留言|受害|委托|诉求|反应|建议)人"
)
_SAID: Final = re.compile(
    rf"(?:我\s?(?:的名字)?(?:名字)?叫(?:做)?|我名叫|名字叫|(?<!{_HAN})姓\s?名|我的?姓名|署\s?名|本人(?:名|姓名)?叫|本人姓名|{_ROLE}(?:姓名)?\s?[:：是叫为])"
    rf"\s?[:：是为]?\s?(?P<it>{_SURNAME}(?:{_GIVEN}{_STYLE}{_ENDS}|(?![{_NOT_GIVEN}]){_HAN}{{1,2}}|(?:先生|女士|小姐)))"
)
_HINTED: Final = re.compile(
    rf"(?:本人|我是(?:{_HAN}{{0,12}}?(?:业主|居民|村民|家长|职工|员工|租户|住户|学生))?|敝人|鄙人|{_ROLE}|此致\s*敬礼[!！。]?)"
    rf"\s?(?:[:：]\s?)?(?P<it>(?!{_WORDS}){_SURNAME}{_GIVEN}{_STYLE}){_ENDS}"
)
_SIGNED: Final = re.compile(
    rf"[\n。！!？?\s](?P<it>(?!谢谢|敬礼|敬上|支持|幸福|祝|农民|居民){_SURNAME}{_HAN}{{1,2}}?)\s*(?:[,，]?\s*(?:\d{{2,4}}[-./年]\d{{1,2}}[-./月]\d{{1,2}}日?|{_HAN}{{0,3}}敬上|敬?上|呈))?\s*$"
)
_ENGLISH: Final = re.compile(
    r"\b(?:my name is|i am called|name:)\s+(?P<it>[A-Z][\w'’-]*(?:\s+[A-Z][\w'’-]*){0,3})",
    re.IGNORECASE,
)


def name_spans(plain: str) -> Iterator[tuple[int, int]]:
    """Places of the writer's own name in `plain` (digits and letters in plain form)."""
    for pattern in (_SAID, _HINTED, _SIGNED, _ENGLISH):
        for hit in pattern.finditer(plain):
            yield hit.start("it"), hit.end("it")
