"""Nothing in the copy for the unit tells who wrote."""

import re
import string
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xiaohao.kernel import masking
from xiaohao.kernel.masking import mask, shadow, spans

PLAIN = st.text(alphabet="路灯坏了三个月没人修，请处理。！？\n 停车收费噪音", max_size=30)
DIGITS = {
    "full": str.maketrans(string.digits, "０１２３４５６７８９"),
    "han": str.maketrans(string.digits, "零一二三四五六七八九"),
    "circled": str.maketrans(string.digits, "⓪①②③④⑤⑥⑦⑧⑨"),
    "plain": {},
}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我叫王小强，家住东里", "我叫〔姓名〕，家住东里"),
        ("您好！本人刘素云 女 24岁", "您好！本人〔姓名〕 女 24岁"),
        ("反映人：李四", "反映人：〔姓名〕"),
        ("望解决。\n欧阳小明 2019-3-1", "望解决。\n〔姓名〕 2019-3-1"),
        ("电话：0731-88888888", "电话：〔电话〕"),
        ("手机 １３８ 1234-5678 打不通", "手机 〔电话〕 打不通"),
        ("一三八一二三四五六七八", "〔电话〕"),
        ("身份证43010219900101123X", "身份证〔证件号〕"),
        ("430102 19900101 123x", "〔证件号〕"),
        ("卡号6222 0212 3456 7890 123", "卡号〔卡号〕"),
        ("写信到 li.si@mail.example.com 即可", "写信到 〔邮箱〕 即可"),
        ("加QQ：12345678", "加QQ：〔账号〕"),
        ("微信 wx_id-99 同步", "微信 〔账号〕 同步"),
        ("我的车牌湘A12345被拍", "我的车牌〔车牌〕被拍"),
        ("My name is John Smith, the lamp", "My name is 〔姓名〕, the lamp"),
    ],
)
def test_what_tells_who_wrote_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "本人于2019年9月购房",
        "本人曾多次反映",
        "我叫了救护车",
        "被举报人张三是某局工作人员",
        "申请人应当提交材料",
        "出租车湘A12345多收50元",
        "客服400-800-1234无人接听",
        "2019-09-13 10:02 拨打12345",
        "1974.10-1978.1在粮食局电话班工作",
        "共投入15000元，占地20000平方米",
        "谢谢",
    ],
)
def test_what_the_unit_needs_stays(text):
    assert mask(text) == text


@given(
    before=PLAIN,
    after=PLAIN,
    number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    form=st.sampled_from(sorted(DIGITS)),
    gaps=st.lists(
        st.sampled_from(["", "", " ", "-", "－", "\u3000", "·", "\u200b"]), min_size=10, max_size=10
    ),
)
def test_no_mobile_number_survives(before, after, number, form, gaps):
    assume(form != "han" or not any(gaps))
    written = "".join(d + g for d, g in zip(number, [*gaps, ""], strict=True))
    text = before + written.translate(DIGITS[form]) + after
    assert number not in re.sub(r"\D", "", shadow(mask(text)))


@given(
    before=PLAIN,
    after=PLAIN,
    name=st.text(alphabet="王李欧阳明华强丽", min_size=2, max_size=4),
    phone=st.from_regex(r"[0-9]{7,12}", fullmatch=True),
)
def test_nothing_given_as_contact_survives_anywhere(before, after, name, phone):
    text = f"{before}{name}{after}{phone[:3]}-{phone[3:]} {phone}"
    masked = mask(text, [name, phone])
    assert name not in masked
    assert phone not in re.sub(r"\D", "", masked)


@given(st.text(max_size=200))
def test_masking_is_safe_on_any_text_and_done_once(text):
    once = mask(text)
    assert mask(once) == once
    assert len(shadow(text)) == len(text)
    found = spans(text)
    assert all(a.end <= b.start for a, b in pairwise(found))


FOUND = [pattern for _, pattern in masking._NUMBERS]
ACCOUNTS = [masking._EMAIL, masking._QQ, masking._WECHAT, masking._PLATE]


@pytest.mark.parametrize("pattern", FOUND)
@given(data=st.data())
def test_no_number_hides_where_few_digits_are_looked_for(pattern, data):
    text = data.draw(st.from_regex(pattern))
    if pattern.search(shadow(text)):
        assert len(masking._DIGIT.findall(shadow(text))) >= masking._FEWEST_DIGITS


@pytest.mark.parametrize("pattern", ACCOUNTS)
@given(data=st.data())
def test_no_account_hides_without_a_hint(pattern, data):
    text = data.draw(st.from_regex(pattern))
    if pattern.search(shadow(text)):
        assert masking._HINT.search(shadow(text))
