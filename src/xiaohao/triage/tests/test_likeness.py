import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.triage.likeness import KEYS, contradict, cosine, cosines, groups, look

texts = st.text(st.sampled_from("停电供暖公交车路灯坏了没人修abc12 ，。"), max_size=80)


@given(texts, texts)
def test_likeness_is_symmetric_and_between_none_and_one(one: str, other: str) -> None:
    a, b = look("", one), look("", other)
    assert np.isclose(cosine(a.sketch, b.sketch), cosine(b.sketch, a.sketch))
    assert 0 <= cosine(a.sketch, b.sketch) <= 1


@given(texts)
def test_a_text_is_wholly_like_itself(text: str) -> None:
    seen = look("", text)
    assert np.isclose(cosine(seen.sketch, seen.sketch), 1 if seen.sketch else 0)
    assert len(seen.keys) <= KEYS
    assert all(-(2**31) <= key < 2**31 for key in (*seen.keys, *seen.marks))


@given(st.lists(texts, max_size=6), texts)
def test_many_at_once_are_as_one_by_one(many: list[str], one: str) -> None:
    looks = [look("", text).sketch for text in many]
    seen = look("", one).sketch
    assert np.allclose(cosines(seen, looks), [cosine(seen, other) for other in looks])


@given(texts)
def test_signs_blanks_and_widths_do_not_count(text: str) -> None:
    wide = text.replace("a", "Ａ").replace("1", "１").replace(" ", "\n\t")
    assert look("", wide).sketch == look("", text).sketch


def test_retold_messages_look_alike_and_others_do_not() -> None:
    first = look("路灯不亮", "东里小区门口的路灯三个月没有亮，老人晚上出门摔了两回，打过电话没人来")
    again = look("", "东里小区门口路灯三个月没有亮了，老人晚上出门摔了两回，打了电话没有人来")
    other = look("公交太少", "地铁口没有公交车，早高峰要等四十分钟，希望增加班次")
    assert cosine(first.sketch, again.sketch) > 0.4
    assert set(first.keys) & set(again.keys)
    assert cosine(first.sketch, other.sketch) < 0.1


def test_other_numbers_contradict_and_more_of_them_do_not() -> None:
    seventh, eighth = look("", "阳光里7栋电梯坏了"), look("", "阳光里8栋电梯坏了")
    both = look("", "阳光里7栋8栋电梯坏了")
    assert contradict(seventh.marks, eighth.marks)
    assert not contradict(seventh.marks, both.marks)
    assert not contradict(seventh.marks, ())


def test_an_empty_text_is_like_nothing() -> None:
    nothing = look("", "。。 !")
    assert nothing.keys == ()
    assert cosine(nothing.sketch, nothing.sketch) == 0


def test_groups_join_through_others() -> None:
    a, b = (
        "供暖管沟挖开一个多月没人填，老人出门很危险，请尽快处理",
        "公交站取消了，老人看病要走两公里",
    )
    numbers = groups([look("", a), look("", b), look("", a + "。谢谢"), look("", a)], 0.5)
    assert numbers[0] == numbers[2] == numbers[3] != numbers[1]
