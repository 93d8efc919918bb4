"""The offices of a city and its districts, by the ordinary names of their functions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Office:
    """An office at a level. `name` takes {region} (河西区) and {stem} (河西)."""

    desk: str
    name: str
    line: str = ""


# Code of a line of business → its name, in Chinese and English.
LINES = {
    "urban_management": ("城市管理", "urban management"),
    "housing": ("住房和建设", "housing and construction"),
    "human_resources": ("人力资源和社会保障", "human resources and social security"),
    "civil_affairs": ("民政", "civil affairs"),
    "education": ("教育", "education"),
    "health": ("卫生健康", "health"),
    "market": ("市场监管", "market supervision"),
    "environment": ("生态环境", "ecology and environment"),
    "water": ("水务", "water"),
    "transport": ("交通运输", "transport"),
    "public_security": ("公安", "public security"),
    "agriculture": ("农业农村", "agriculture and rural affairs"),
    "letters": ("信访", "letters and calls"),
    "fire": ("消防救援", "fire and rescue"),
    "natural_resources": ("规划和自然资源", "planning and natural resources"),
    "medical_insurance": ("医疗保障", "medical insurance"),
    "veterans": ("退役军人事务", "veterans"),
    "culture": ("文化和旅游", "culture and tourism"),
    "services": ("政务服务", "government services"),
    "reform": ("发展改革", "development and reform"),
    "emergency": ("应急管理", "emergency management"),
    "justice": ("司法行政", "justice"),
    "commerce": ("商务", "commerce"),
    "disabled": ("残疾人工作", "disabled persons"),
}

CITY_OFFICES = (
    Office("um", "{region}城市管理委员会", "urban_management"),
    Office("hc", "{region}住房和城乡建设委员会", "housing"),
    Office("hr", "{region}人力资源和社会保障局", "human_resources"),
    Office("ca", "{region}民政局", "civil_affairs"),
    Office("ed", "{region}教育委员会", "education"),
    Office("he", "{region}卫生健康委员会", "health"),
    Office("ms", "{region}市场监督管理委员会", "market"),
    Office("ee", "{region}生态环境局", "environment"),
    Office("wa", "{region}水务局", "water"),
    Office("tr", "{region}交通运输委员会", "transport"),
    Office("ps", "{region}公安局", "public_security"),
    Office("ag", "{region}农业农村委员会", "agriculture"),
    Office("lc", "{region}人民政府信访办公室", "letters"),
    Office("fi", "{region}消防救援总队", "fire"),
    Office("nr", "{region}规划和自然资源局", "natural_resources"),
    Office("mi", "{region}医疗保障局", "medical_insurance"),
    Office("va", "{region}退役军人事务局", "veterans"),
    Office("ct", "{region}文化和旅游局", "culture"),
    Office("gs", "{region}人民政府政务服务办公室", "services"),
    Office("rc", "{region}发展和改革委员会", "reform"),
    Office("em", "{region}应急管理局", "emergency"),
    Office("ju", "{region}司法局", "justice"),
    Office("bc", "{region}商务局", "commerce"),
    Office("dp", "{region}残疾人联合会", "disabled"),
    Office("hf", "{region}住房公积金管理中心", "housing"),
    Office("dc", "{region}纪委监委机关"),
    Office("fo", "{region}地方金融监督管理局"),
    Office("tc", "{region}通信管理局"),
    Office("leading", "{region}主题教育领导小组办公室"),
)

# State enterprises by what they do; no company's own name.
ENTERPRISES = (
    Office("heat", "{region}供热集团", "urban_management"),
    Office("waterco", "{region}自来水集团", "water"),
    Office("gasco", "{region}燃气集团", "urban_management"),
    Office("powerco", "{region}供电公司", "reform"),
    Office("busco", "{region}公共交通集团", "transport"),
    Office("metroco", "{region}轨道交通集团", "transport"),
)

# Offices that only a district with villages has.
RURAL_ONLY = frozenset({"ag", "wa", "tr"})

DISTRICT_OFFICES = (
    Office("um", "{region}城市管理委员会", "urban_management"),
    Office("hc", "{region}住房和建设委员会", "housing"),
    Office("hr", "{region}人力资源和社会保障局", "human_resources"),
    Office("ca", "{region}民政局", "civil_affairs"),
    Office("ed", "{region}教育局", "education"),
    Office("he", "{region}卫生健康委员会", "health"),
    Office("ms", "{region}市场监督管理局", "market"),
    Office("ee", "{region}生态环境局", "environment"),
    Office("wa", "{region}水务局", "water"),
    Office("tr", "{region}交通运输管理局", "transport"),
    Office("ps", "天津市公安局{stem}分局", "public_security"),
    Office("ag", "{region}农业农村委员会", "agriculture"),
    Office("lc", "{region}信访办公室", "letters"),
    Office("fi", "{region}消防救援支队", "fire"),
    Office("nr", "天津市规划和自然资源局{stem}分局", "natural_resources"),
    Office("mi", "{region}医疗保障局", "medical_insurance"),
    Office("va", "{region}退役军人事务局", "veterans"),
    Office("ct", "{region}文化和旅游局", "culture"),
    Office("gs", "{region}政务服务办公室", "services"),
    Office("em", "{region}应急管理局", "emergency"),
    Office("dp", "{region}残疾人联合会", "disabled"),
)

# Universities and their hospitals by kind, so that nothing is said about a real one.
UNIVERSITIES = (
    "市属综合大学", "市属工业大学", "市属理工大学", "市属师范大学", "市属医科大学",
    "市属中医药大学", "市属财经大学", "市属科技大学", "市属外国语大学", "市属农业大学",
    "市属城建大学", "市属商业大学",
    "市属体育学院", "市属美术学院", "市属音乐学院", "市属职业技术师范大学", "市属开放大学",
    "市属轻工职业学院", "市属交通职业学院", "市属医学高等专科学校",
)  # fmt: skip
HOSPITALS = (
    ("市属医科大学总医院", "12-U05"),
    ("市属医科大学第二医院", "12-U05"),
    ("市属中医药大学第一附属医院", "12-U06"),
)
