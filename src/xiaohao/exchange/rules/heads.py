"""The words that offices put over their columns, and into them."""

from collections.abc import Mapping, Sequence

# The heads that each field goes by, in the order in which they are preferred, bare as
# `cells.head` makes them.
_HEADS = {
    "text": (
        "留言详情 留言内容 投诉件内容 诉求件内容 诉求内容 诉求详情 投诉内容 反映内容 来信内容 "
        "来电内容 信访内容 举报内容 事项内容 工单内容 问题描述 事项描述 诉求描述 具体问题 "
        "反映问题 反映的问题 主要内容 详细内容 主要诉求 内容 详情 正文 诉求 问题 描述 意见建议 "
        "content text description body details message"
    ),
    "title": (
        "留言主题 留言标题 诉求标题 投诉标题 事项标题 工单标题 来信标题 问题标题 主题 标题 事由 "
        "subject title summary"
    ),
    "number": (
        "留言编号 诉求编号 工单编号 工单号 诉求件编号 投诉件编号 信件编号 受理编号 受理单号 "
        "事项编号 案件编号 问题编号 件号 流水号 编号 id 留言id ticketid caseid messageid number "
        "ticketno no"
    ),
    "time": (
        "留言时间 诉求时间 投诉时间 来电时间 来信时间 来件时间 反映时间 举报时间 提交时间 "
        "受理时间 登记时间 接收时间 收到时间 创建时间 发布时间 留言日期 诉求日期 来电日期 "
        "来信日期 反映日期 受理日期 登记日期 收件日期 时间 日期 dateline receivedat createdat "
        "submittedat created datetime date time"
    ),
    "user": (
        "留言用户 留言人 诉求人 投诉人 举报人 反映人 来电人 来信人 申请人 联系人 用户名 用户 "
        "网友 昵称 匿名or实名 姓名 群众姓名 username user author name"
    ),
    "contact": (
        "联系电话 联系方式 来电号码 手机号码 手机号 电话号码 手机 诉求人电话 来电人电话 phone "
        "mobile contact telephone email 邮箱 电子邮箱"
    ),
    "category": (
        "一级标签 一级分类 一级类别 问题分类 问题类别 诉求分类 诉求类别 事项分类 事项类别 "
        "内容分类 内容类别 留言分类 类别 分类 标签 领域 所属领域 问题类型 domainname category "
        "topic"
    ),
    "kind": (
        "性质 诉求性质 件性质 诉求类型 留言类型 信件类型 来信类型 工单类型 事项类型 类型 kind type"
    ),
    "channel": (
        "信息来源 诉求来源 来源渠道 来件渠道 受理渠道 反映渠道 诉求渠道 来源 渠道 受理方式 "
        "反映方式 来件方式 channel source origin"
    ),
    "place": (
        "区域 所属区域 行政区划 区县 所属区县 辖区 街道 乡镇街道 社区 河流 地点 事发地点 "
        "发生地点 问题地点 地址 事发地址 诉求地址 详细地址 位置 被反映单位 被投诉单位 被举报单位 "
        "涉及单位 涉事单位 forumname place location address district area"
    ),
    "reply": (
        "答复意见 答复内容 回复意见 回复内容 办理结果 处理结果 办理情况 处理情况 办理意见 "
        "处理意见 办理回复 最终回复 回复1 回复 答复 reply answer response"
    ),
    "replied": (
        "答复时间 回复时间 答复日期 回复日期 办结时间 办结日期 办理时间 replytime repliedat "
        "answeredat closedat"
    ),
}
HEADS: Mapping[str, Sequence[str]] = {key: words.split() for key, words in _HEADS.items()}

# Fields that may be told in several columns; all are read.
MANY = frozenset({"place", "contact"})

# Ends of heads that name a field though the whole is not listed above; the first one wins.
_ENDS = {
    "replied": "答复时间 回复时间 答复日期 回复日期",
    "reply": "答复内容 答复意见 回复内容 回复意见 办理结果 处理结果",
    "number": "编号 单号 流水号",
    "title": "标题 主题",
    "text": "内容 详情 描述",
    "time": "时间 日期",
    "category": "分类 类别 标签",
    "channel": "渠道 来源",
    "contact": "电话 手机 联系方式",
    "place": "地点 地址 区域 河",
}
ENDS: Mapping[str, Sequence[str]] = {key: words.split() for key, words in _ENDS.items()}

# Heads with these in them tell something about the message: lengths, scores, counts, states.
_ABOUT = (
    "长度 分数 得分 情感 情绪 次数 数量 字数 比重 频 是否 倾向 序号 首次 最终 截止 期限 评价 "
    "满意 状态 备注 length score count state status"
)
ABOUT: Sequence[str] = _ABOUT.split()

# How a message is meant, as hotlines sort them.
_KINDS = "举报 其他 反映 咨询 建言 建议 意见 感谢 投诉 求决 求助 申诉 表扬 非诉求"
KINDS = frozenset(_KINDS.split())
