"""What people type is kept as written, made harmless, and found by two characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import text

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  路灯不亮 \r\n三天了\r", "路灯不亮 \n三天了"),
        ("a\x00b\x07c\x7f", "abc"),
        ("\u202e倒\u202c着\u2066写\u2069\ufeff", "倒着写"),
        ("😀 مرحبا １２３ e\u0301", "😀 مرحبا １２３ é"),
        ("x\ud800y", "xy"),
        ("\t制表\t符", "制表\t符"),
        ("", ""),
    ],
)
def test_cleaning_takes_what_deceives_and_leaves_what_is_meant(typed: str, kept: str) -> None:
    assert text.clean(typed) == kept


@given(st.text(st.characters(codec=None), max_size=60))
def test_cleaning_again_changes_nothing(typed: str) -> None:
    once = text.clean(typed)
    assert text.clean(once) == once
    once.encode()  # can be stored
    assert "\x00" not in once


@given(HAN, st.data())
def test_every_word_of_two_characters_is_a_term(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    assert name[start : start + 2] in text.terms(name)


def matches(query: str, terms: list[str]) -> bool:
    """What PostgreSQL does with the query's text: every term there, or as a beginning."""
    for part in query.split(" & "):
        word = part.removesuffix(":*").strip("'")
        near = [t for t in terms if t == word or (part.endswith(":*") and t.startswith(word))]
        if not near:
            return False
    return True


@given(HAN, st.data())
def test_every_part_of_a_text_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    query = text.query(name[start:end])
    assert query is not None
    if end - start > 1 or start < len(name) - 1:
        assert matches(query, text.terms(name))


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("低保 审批", "'低保' & '审批'"),
        ("灯", "'灯':*"),
        ("LED灯牌", "'灯牌' & 'led':*"),
        ("１２３４５", "'12345':*"),
        ("'; DROP", "'drop':*"),
        ("& | ! ()", None),
        ("😀", None),
        ("", None),
    ],
)
def test_queries_hold_nothing_but_terms(typed: str, query: str | None) -> None:
    assert text.query(typed) == query


@given(st.text(max_size=80))
def test_no_query_can_break_out(typed: str) -> None:
    query = text.query(typed)
    if query is not None:
        for part in query.split(" & "):
            word = part.removesuffix(":*")
            assert word[0] == word[-1] == "'"
            assert "'" not in word[1:-1]
            assert "\\" not in word


def test_shortening_says_that_it_did() -> None:
    assert text.shorten("一二三四五", 5) == "一二三四五"
    assert text.shorten("一二三四五六", 5) == "一二三四…"
    assert text.shorten(" 一\n二 ", 5) == "一 二"
