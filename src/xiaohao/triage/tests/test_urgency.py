import pytest

from xiaohao.triage.reading import plain
from xiaohao.triage.urgency import NORMAL, URGENT, soundings, urgency


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("楼道里煤气泄漏，味道很大", "gas_or_fire"),
        ("山墙裂开了，随时可能倒塌", "collapse"),
        ("我真的不想活了", "self_harm"),
        ("电梯困人，里面还有孩子", "danger_to_life"),
        ("幼儿园老师虐待孩子", "children"),
        ("整个小区停水三天了", "supply_cut"),
        ("业主准备堵路", "mass_incident"),
        ("消防通道被私家车堵死", "fire_lane"),
    ],
)
def test_danger_is_heard(text: str, code: str) -> None:
    sounded = soundings(plain(text).text)
    assert code in {one.alarm.code for one in sounded}
    assert urgency(sounded)[0] == URGENT


@pytest.mark.parametrize(
    "text", ["路灯不亮", "消除火灾隐患，防止煤气泄漏", "建议增加公交班次", "一旦发生火灾后果严重"]
)
def test_what_is_not_happening_is_not_urgent(text: str) -> None:
    assert urgency(soundings(plain(text).text))[0] == NORMAL


def test_several_alarms_make_surer() -> None:
    one = urgency(soundings("随时可能倒塌"))[1]
    two = urgency(soundings("随时可能倒塌，已经威胁到我们的生命安全"))[1]
    assert one < two < 1
