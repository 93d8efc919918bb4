"""What the demo shows of a ledger kept in a workbook: one file taken in, the next one waiting.

A self-examination list of the city's organs, written as such lists are: a title over the heads,
short and former names, several measures in one cell, days in every manner. It comes in through the
same action as anybody's file. Its problems are found by self-examination: they stand on the ledger
and are open; they count neither as received from citizens nor as struck off, whatever the sheet
claims.
"""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Final

import xlsxwriter

from xiaohao.exchange import bringing
from xiaohao.exchange.models import Batch
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.people.models import Holding
from xiaohao.site.demo.replay import REFERENCE

TAKEN_IN: Final = REFERENCE - dt.timedelta(hours=3)
WAITING: Final = REFERENCE - dt.timedelta(hours=1)
FIRST, SECOND = "市级机关自查问题台账（第一批）.xlsx", "市级机关自查问题台账（第二批）.xlsx"
HEADS = ("序号", "存在问题", "问题来源", "牵头单位", "配合单位", "整改措施", "完成时限", "是否销号",
         "整改情况")  # fmt: skip
# What the office calls units, short and by former names: said once, and kept for its next file.
CALLED: Final = {
    "市政务服务办": "12-GS", "市房管局": "12-HC", "市规划和自然资源局": "12-NR",
    "市卫生局": "12-HE", "市民政局": "12-CA", "市城管委": "12-UM", "市交通运输委": "12-TR",
    "市人社局": "12-HR", "市教委": "12-ED", "市市场监管委": "12-MS", "市水务局": "12-WA",
    "市生态环境局": "12-EE", "市信访办": "12-LC", "市发展改革委": "12-RC",
}  # fmt: skip
Row = tuple[str, str, str, str, str, str, str]  # all but the number and the source
ROWS: Sequence[Row] = (
    ("窗口一次性告知单更新不及时，群众多跑一趟", "市政务服务办", "",
     "1.全面梳理事项清单；2.每月更新告知单", "2019.10.25", "否", "正在梳理"),
    ("老旧小区改造项目资料归档不全", "市房管局", "市规划和自然资源局",
     "补齐近三年项目档案", "10月底前", "否", ""),
    ("社区医院夜间无人值守药房", "市卫生局", "", "调整排班，公示值守电话", "2019年10月20日",
     "已销号", "已安排轮值"),
    ("低保申请材料退回未写明理由", "市民政局", "", "统一退回文书；抽查十个区", "11月15日",
     "否", ""),
    ("道路养护工地围挡超期未拆", "市城管委", "市交通运输委", "拆除超期围挡", "立行立改", "已销号",
     "现场已拆除"),
    ("就业补贴发放进度查询不便", "市人社局", "", "开通短信告知", "2019年12月底", "否", ""),
    ("学校食堂留样记录不完整", "市教委", "市市场监管委", "1.逐校检查；2.统一台账格式",
     "2019-11-08", "否", "已检查一半"),
    ("河道排口标识牌缺失", "市水务局", "市生态环境局", "补装标识牌", "10月中旬", "否", ""),
    ("信访件转办后回访不足", "市信访办", "", "建立回访登记", "长期坚持", "否", ""),
    ("公文办理超时未提醒", "市发展改革委", "", "上线到期提醒", "2019.11.30", "否", ""),
)  # fmt: skip
MORE: Sequence[Row] = (
    ("便民热线与部门值班电话不一致", "市政务服务办", "", "每季度核对", "2019.12.20", "否", ""),
    ("公园无障碍坡道被占用", "市园林处", "", "清理并加装标识", "尽快", "否", ""),
    ("消防通道划线磨损", "市消防总对", "", "重新划线", "11月底", "否", ""),
)  # fmt: skip


def stage() -> None:
    """One file taken in with the office's own words kept, and the next one waiting for its look.

    Does nothing when it has been staged before.
    """
    if Batch.objects.filter(name=FIRST).exists():
        return
    with clock.at(TAKEN_IN):
        by = _office()
        bringing.learn_units(by=by, names=CALLED)
        first = book("市级机关自查问题台账（第一批）", ROWS)
        bringing.import_ledger(by=by, source=first, name=FIRST)
    with clock.at(WAITING):
        second = book("市级机关自查问题台账（第二批）", MORE)
        bringing.upload_ledger(by=by, name=SECOND, content=second)


def _office() -> Actor:
    """The city's office as it logs in: a file that waits is its own."""
    holding = Holding.objects.select_related("post__unit").get(post__code="OFFICE")
    return holding.post.actor(account_id=holding.account_id)


def book(title: str, rows: Sequence[Row]) -> bytes:
    """The workbook as the office keeps it: the same bytes each time."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    made.set_properties({"created": REFERENCE.replace(tzinfo=None)})
    sheet = made.add_worksheet("台账")
    heavy = made.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, title, heavy)
    sheet.write_row(1, 0, ["填报单位：市直机关", "", "", "", "截至2019年9月30日"])
    sheet.write_row(2, 0, HEADS, heavy)
    for n, (text, unit, helpers, measures, day, done, progress) in enumerate(rows, start=1):
        cells = [n, text, "自查", unit, helpers, measures, day, done, progress]
        sheet.write_row(2 + n, 0, cells)
    made.close()
    return target.getvalue()
