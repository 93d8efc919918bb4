"""The words that offices put over the columns of a ledger, and into them."""

from collections.abc import Mapping, Sequence

# Bare, as `cells.head` makes them; the preferred ones first. Those of our own workbook are here.
_HEADS = {
    "text": (
        "问题表现 问题描述 具体问题 存在问题 主要问题 问题内容 问题清单 具体表现 突出问题 反馈问题 "
        "查摆问题 发现问题 检视问题 整改问题 存在的问题 存在的主要问题 问题 问题具体表现 "
        "问题及表现 隐患描述 隐患内容 事项内容 投诉件内容 诉求件内容 留言详情 诉求内容 投诉内容 "
        "反映内容 来信内容 反映问题 反映的问题 主要内容 内容 详情 描述 诉求 manifestation problem "
        "content text description body"
    ),
    "title": (
        "标题 问题名称 问题标题 问题摘要 事项名称 隐患名称 项目名称 留言主题 诉求标题 主题 事由 "
        "title subject summary"
    ),
    "number": (
        "编号 问题编号 台账编号 序号 项号 留言编号 工单编号 诉求编号 受理编号 案件编号 id number "
        "no problemno"
    ),
    "unit": (
        "责任单位 整改责任单位 牵头单位 主责单位 整改单位 承办单位 主办单位 责任部门 牵头部门 "
        "主责部门 整改责任部门 责任主体 承办部门 办理单位 属地单位 responsibleunit unit department"
    ),
    "helpers": (
        "配合单位 协办单位 协同单位 配合部门 协办部门 参与单位 责任单位配合 cooperatingunits "
        "helpers"
    ),
    "owner": (
        "责任人 责任领导 牵头领导 整改责任人 包案领导 负责人 主要负责人 分管领导 牵头责任人 "
        "包保领导 责任人员 personresponsible leader"
    ),
    "category": (
        "类别 问题类别 问题分类 问题类型 分类 领域 所属领域 问题领域 一级分类 一级标签 隐患类别 "
        "domainname category topic"
    ),
    "programme": (
        "专项整治 专项 专项名称 专项整治名称 专项整治项目 整治专项 专项行动 所属专项 programme"
    ),
    "track": (
        "整改类型 整改方式 整改类别 整改分类 整改时限类型 wayoffixing track"
    ),
    "place": (
        "地点 问题地点 发生地点 所在地 位置 地址 点位 区域 所属区域 街道 乡镇街道 社区 "
        "河流 forumname place location address"
    ),
    "source": (
        "来源 问题来源 发现方式 发现渠道 查摆方式 发现途径 来源途径 source"
    ),
    "channel": (
        "渠道 受理渠道 信息来源 反映渠道 来件渠道 诉求来源 channel"
    ),
    "urgent": (
        "是否紧急 紧急 加急 紧急程度 urgent"
    ),
    "received": (
        "收到时间 受理时间 发现时间 发现日期 登记时间 登记日期 接收时间 反映时间 交办时间 "
        "交办日期 转办时间 查摆时间 时间 日期 dateline received found date"
    ),
    "deadline": (
        "整改期限 整改时限 完成时限 完成期限 整改完成时限 办理时限 限办时间 期限 时限 要求完成时间 "
        "计划完成时间 完成时间 整改完成时间 预计完成时间 拟完成时间 deadline due duedate"
    ),
    "measure": (
        "整改措施 措施 具体措施 主要措施 整改举措 工作措施 整改具体措施 措施内容 整改任务 "
        "整改内容 整改目标及措施 measure measures"
    ),
    "measure_owner": (
        "措施责任人 整改措施责任人 措施责任单位 整改措施责任单位 ownerofthemeasure"
    ),
    "measure_deadline": (
        "措施期限 措施时限 整改措施完成时限 整改措施期限 整改措施时限 措施完成时限 "
        "整改措施完成时间 deadlineofthemeasure"
    ),
    "measure_days": "措施工作日 workingdaysofthemeasure",
    "measure_after": "前置措施 waitsformeasures",
    "status": (
        "状态 整改状态 是否销号 是否完成 是否整改 是否办结 是否整改到位 销号情况 完成情况 "
        "整改完成情况 销号 整改结果 办理状态 stateinfo state status"
    ),
    "progress": (
        "整改情况 整改进展 进展情况 整改落实情况 工作进展 目前进展 整改成效 办理情况 处理情况 "
        "办理结果 处理结果 回复 答复意见 回复1 备注 整改进展情况 落实情况 销号时间 完成日期 "
        "progress reply remarks"
    ),
}  # fmt: skip
HEADS: Mapping[str, Sequence[str]] = {key: words.split() for key, words in _HEADS.items()}
FIELDS: Sequence[str] = tuple(HEADS)

# Ends of heads that name a field though the whole is not listed above; the first one wins.
_ENDS = {
    "helpers": "配合单位 协办单位 配合部门",
    "unit": "责任单位 牵头单位 责任部门 承办单位 整改单位",
    "owner": "责任人 责任领导 负责人",
    "deadline": "时限 期限",
    "measure": "措施 举措",
    "number": "编号 序号",
    "category": "类别 分类",
    "text": "问题 描述 表现",
    "received": "日期 时间",
    "place": "地点 地址 区域",
    "source": "来源",
    "progress": "情况 进展 成效",
}
ENDS: Mapping[str, Sequence[str]] = {key: words.split() for key, words in _ENDS.items()}

# Ends of heads of numbers that count rows: in the next list the same problem has another one.
SERIAL = ("序号", "项号", "顺序号", "行号", "no")

# Fields of which every column is read, not the most telling alone.
MANY = frozenset({"place", "progress", "status", "helpers"})
# What may differ from row to row under one problem.
OF_MEASURES = frozenset({
    "measure", "measure_owner", "measure_deadline", "measure_days", "measure_after",
})  # fmt: skip

# How a head is told from one that only ends like it: counts, scores, lengths.
_ABOUT = "长度 分数 得分 情感 情绪 次数 数量 字数 比重 频 满意 首次 利己 利他 意见"
ABOUT: Sequence[str] = _ABOUT.split()

# Heads of our own lists under which people tell something, and yet no problem.
NO_TEXT = frozenset({"下一步", "nextstep", "撤回登记的理由", "withdrawnbecause"})

SOURCES: Mapping[str, Sequence[str]] = {
    "self": ("自查", "自我检视", "检视", "查摆", "对照"),
    "inspection": ("暗访", "检查", "督查", "督导", "抽查"),
    "interview": ("访谈", "谈心", "谈话"),
    "research": ("调研",),
    "household": ("入户", "走访"),
    "residents": ("议事", "协商会", "居民会议", "村民会议", "圆桌会"),
    "meeting": ("会议", "例会", "座谈", "民主生活会"),
    "outside": ("巡视", "巡察", "环保督察", "审计", "考核", "反馈", "外部"),
    "message": ("群众", "留言", "来信", "来电", "来访", "热线", "信访", "网民", "投诉"),
}
CHANNELS: Mapping[str, Sequence[str]] = {
    "hotline": ("热线", "12345"),
    "phone": ("电话", "来电"),
    "web": ("网", "留言板"),
    "qr": ("扫码", "二维码"),
    "box": ("意见箱", "信箱", "来信"),
}
# Begins a row that adds up the others; small letters, without blanks.
TOTALS = frozenset({"合计", "总计", "小计", "共计", "合計", "总数", "total", "subtotal", "sum"})
LONGEST_TOTAL = 12  # characters, blanks and a colon included
ON_THE_SPOT = (
    "立行立改",
    "立即整改",
    "立改",
    "现场整改",
    "即知即改",
    "即行即改",
    "当场",
    "立整立改",
)
LONG_TERM = ("长期坚持", "持续推进", "长期", "持续", "常态", "坚持")
DONE = (
    "已销号", "销号", "已完成", "完成", "已办结", "办结", "已整改", "整改到位", "已解决", "已办理",
    "完成整改", "是", "√", "✓", "100%", "done", "closed", "yes", "struckoff", "已到位", "已落实",
)  # fmt: skip
NOT_DONE = ("未", "正在", "部分", "基本", "否", "推进中", "进行中", "不")
