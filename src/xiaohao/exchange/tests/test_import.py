import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from xiaohao.exchange import actions
from xiaohao.exchange.models import Batch, Draft
from xiaohao.exchange.tests import make
from xiaohao.files.tests import make as files
from xiaohao.intake.models import Message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.kernel.clock import ZONE
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import City, city
from xiaohao.people.actions import hold_post
from xiaohao.people.models import Post
from xiaohao.people.tests.make import account
from xiaohao.trail.queries import Checked, events_of, faults
from xiaohao.triage.models import Category, Lesson

pytestmark = pytest.mark.django_db
BAD = ["104", "", "", "某一天", "这一行的时间读不出来，应当列出。", ""]


@pytest.fixture
def town() -> City:
    return city()


def bring(town: City, content: bytes, name: str = "留言.xlsx", **more: Any) -> actions.Report:
    return actions.import_messages(by=town.office, source=content, name=name, **more)


def counts(report: actions.Report) -> tuple[int, int, int]:
    return report.imported, report.refused, report.already


def test_rows_become_messages_that_wait_for_triage(town: City) -> None:
    report = bring(town, make.sheet())
    assert (counts(report), list(report.errors)) == ((3, 0, 0), [])
    message = Message.objects.get(external_no="101")
    assert message.is_open
    assert (message.title, message.text) == ("路灯不亮", make.STREET)
    assert message.received_at == dt.datetime(2019, 9, 3, 8, 5, tzinfo=ZONE)
    assert not Problem.objects.exists()


def test_the_same_file_twice_is_there_already(town: City) -> None:
    bring(town, make.sheet())
    assert counts(bring(town, make.sheet())) == (0, 0, 3)
    assert counts(bring(town, make.text(), "留言.csv")) == (0, 0, 3)
    assert Message.objects.count() == 3


def test_refused_rows_are_listed_and_the_others_come_in(town: City) -> None:
    report = bring(town, make.sheet([*make.ROWS, BAD]))
    assert counts(report) == (3, 1, 0)
    ((row, column, code),) = [(e.row, e.column, e.code) for e in report.errors]
    assert (row, column, code) == (5, "留言时间", "time_unreadable")
    assert "某一天" in report.errors[0].message
    assert report.as_data()["errors"][0]["row"] == 5


def test_strict_keeps_the_whole_file_out(town: City) -> None:
    report = bring(town, make.sheet([*make.ROWS, BAD]), strict=True)
    assert counts(report) == (0, 1, 0)
    assert not Message.objects.exists()
    assert not Batch.objects.exists()


def test_a_fault_in_the_middle_leaves_nothing(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    done: list[tuple[int, int]] = []

    def stop_at_the_second(*progress: int) -> None:
        done.append(progress)  # type: ignore[arg-type]
        if len(done) == 2:
            raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError):
        bring(town, make.sheet(), progress=stop_at_the_second)
    assert done == [(2, 3), (3, 3)]
    assert not Message.objects.exists()


def test_labels_in_the_sheet_are_lessons_for_the_models(town: City) -> None:
    seed = Category.objects.create(code="t-urban", name="市政设施")
    head = ["编号", "标题", "内容", "类别"]
    rows = [
        ["1", "灯", "路灯不亮已经两个星期了。", "市政设施"],
        ["2", "车", "公交车总是晚点半个小时。", "没有这个类别"],
    ]
    report = bring(town, make.sheet(rows, head))
    assert counts(report) == (2, 0, 0)
    assert [(e.row, e.code) for e in report.errors] == [(None, "category_unknown")]
    lesson = Lesson.objects.get()
    message = Message.objects.get(external_no="1")
    assert (lesson.label, lesson.thing_id) == ("intake.message", message.pk)
    assert lesson.category == seed


def test_several_sheets_with_different_heads(town: City) -> None:
    book = make.workbook(
        {
            "说明": [["本表由各区汇总"], ["填表人：办公室"]],
            "一": [make.HEAD, *make.ROWS[:2]],
            "二": [["工单号", "反映内容", "来源"], ["9", "公交站牌被树挡住，看不清。", "电话"]],
        }
    )
    report = bring(town, book)
    assert counts(report) == (3, 0, 0)
    assert [(e.row, e.code) for e in report.errors] == [(None, "sheet_without_messages")]
    assert "说明" in report.errors[0].message


def test_an_answer_in_the_sheet_is_history_and_closes_nothing(town: City) -> None:
    head = ["编号", "留言详情", "留言时间", "答复意见", "答复时间"]
    row = ["7", "河边的护栏坏了三处。", "2019-09-01", "已经转相关部门处理。", "2019-09-05"]
    bring(town, make.sheet([row], head))
    message = Message.objects.get()
    assert message.is_open
    assert message.reply == "已经转相关部门处理。"
    assert message.replied_at == dt.datetime(2019, 9, 5, tzinfo=ZONE)


def test_names_and_numbers_of_citizens_are_not_kept_in_the_clear(town: City) -> None:
    head = ["编号", "姓名", "联系电话", "内容"]
    bring(town, make.sheet([["1", "王小强", "13812345678", "路口的红绿灯坏了。"]], head))
    (message,) = Message.objects.values()
    assert "王小强" not in str(message)
    assert "13812345678" not in str(message)
    trail = [str(event.data) for event in events_of("intake.message", message["id"])]
    assert not any("王小强" in data for data in trail)


def test_it_is_on_the_trail_and_the_trail_holds(town: City) -> None:
    batch = bring(town, make.sheet()).batch
    assert batch is not None
    assert [e.kind for e in events_of("exchange.batch", batch.pk)] == ["imported"]
    assert list(faults(Checked())) == []


def test_only_posts_that_may_import(town: City) -> None:
    with pytest.raises(Forbidden):
        actions.import_messages(by=town.leader, source=make.sheet(), name="x.xlsx")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.xlsx", "file_empty"),
        (files.photo(), "x.xlsx", "file_type_mismatch"),
        (files.pdf(), "x.pdf", "file_type_not_allowed"),
        (b"<table><tr><td>x</td></tr></table>\x00", "x.xls", "file_type_mismatch"),
        (make.sheet()[:-200], "x.xlsx", "file_truncated"),
        (make.far_cell(), "x.xlsx", "workbook_too_large"),
        (files.with_members(make.sheet(), {"xl/x": bytes(50_000_000)}), "x.xlsx", "archive_bomb"),
        (
            files.with_members(make.sheet(), {"xl/vbaProject.bin": b"x"}),
            "x.xlsx",
            "file_with_macros",
        ),
        (make.text([["城乡建设", "安全"]], ["一级分类", "二级分类"]), "x.csv", "nothing_to_read"),
    ],
)
def test_files_that_are_refused_as_a_whole(
    town: City, content: bytes, name: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        bring(town, content, name)
    assert [u.code for u in refused.value.unmet] == [code]
    assert str(refused.value.unmet[0].message)


def test_from_a_path(town: City, tmp_path: Path) -> None:
    path = tmp_path / "意见箱.csv"
    path.write_bytes(make.text(encoding="gb18030"))
    report = actions.import_messages(by=town.office, source=path)
    assert counts(report) == (3, 0, 0)
    assert report.batch is not None
    assert report.batch.name == "意见箱.csv"


def test_a_large_file_costs_as_many_statements_as_a_small_one(
    town: City, django_assert_max_num_queries: Any
) -> None:
    rows = [[str(n), "", "", "2019-09-03", f"第{n}号楼的电梯又坏了。", ""] for n in range(450)]
    with django_assert_max_num_queries(40):
        assert bring(town, make.sheet(rows)).imported == 450


def in_office(town: City) -> Actor:
    """The office's post with somebody who really holds it: the job asks again who he is."""
    post = Post.objects.select_related("unit").get(pk=town.office.post_id)
    held = hold_post(by=SYSTEM, account=account(), post=post)
    return post.actor(account_id=held.account_id)


def test_an_upload_waits_for_a_yes_and_its_bytes_are_sealed(town: City) -> None:
    content = make.sheet()
    draft = actions.upload(by=in_office(town), name="留言.xlsx", content=content)
    assert not Message.objects.exists()
    kept = Draft.objects.get(pk=draft.pk)
    assert b"PK" not in bytes(kept.sealed)[:4]
    assert kept.content() == content
    assert actions.begin(draft=kept)
    assert not actions.begin(draft=kept)
    batch = actions.finish(key=str(draft.key))
    assert batch is not None
    assert batch.imported == 3
    assert not Draft.objects.exists()
    assert actions.finish(key=str(draft.key)) == batch


def test_a_draft_that_cannot_be_imported_any_more_says_why(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = actions.upload(by=in_office(town), name="留言.xlsx", content=make.sheet())
    actions.begin(draft=draft)

    def refuse(**_rows: Any) -> None:
        raise Refused.because("board_closed", "No office reads it.")

    monkeypatch.setattr(actions, "receive_batch", refuse)
    assert actions.finish(key=str(draft.key)) is None
    draft.refresh_from_db()
    assert (draft.state, draft.fault) == ("failed", "No office reads it.")
    assert actions.begin(draft=draft)


def test_a_draft_of_somebody_who_left_is_not_brought_in(town: City) -> None:
    draft = actions.upload(by=town.office, name="留言.xlsx", content=make.sheet())
    actions.begin(draft=draft)
    assert actions.finish(key=str(draft.key)) is None
    draft.refresh_from_db()
    assert draft.state == "failed"
    assert not Message.objects.exists()


def test_drafts_of_yesterday_are_thrown_away(town: City) -> None:
    with clock.at(clock.now() - dt.timedelta(days=2)):
        actions.upload(by=town.office, name="old.xlsx", content=make.sheet())
    actions.upload(by=town.office, name="new.xlsx", content=make.sheet())
    assert [draft.name for draft in Draft.objects.all()] == ["new.xlsx"]
