"""Proof of work, addresses, limits, rows of sheets: plain Python."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.intake.rules import proof
from xiaohao.intake.rules.addresses import bucket, client
from xiaohao.intake.rules.decisions import reads_like_suggestion
from xiaohao.intake.rules.limits import RATES, Rate, heading, rate
from xiaohao.intake.rules.rows import channel_of, is_nobody, kind_of

KEY, NOW = b"k" * 32, 1_568_000_000.0


def asked(bits: int = 6) -> tuple[str, proof.Challenge]:
    number = str(uuid.uuid4())
    return number, proof.challenge(KEY, number, bits, NOW)


def test_a_solution_serves_its_own_submission_in_time() -> None:
    number, one = asked()
    answer = proof.solve(one.text, one.bits)
    assert proof.is_proof(KEY, one.text, answer, number, NOW + 60)
    assert not proof.is_proof(KEY, one.text, answer, str(uuid.uuid4()), NOW)
    assert not proof.is_proof(KEY, one.text, answer, number, NOW + proof.LIFE + 1)
    assert not proof.is_proof(b"x" * 32, one.text, answer, number, NOW)


def test_easier_bits_or_a_longer_life_cannot_be_written_in() -> None:
    number, one = asked(bits=20)
    _own, bits, expiry, signature = one.text.split(".")
    easy = f"{number}.0.{expiry}.{signature}"
    later = f"{number}.{bits}.{int(expiry) + 9999}.{signature}"
    assert not proof.is_proof(KEY, easy, "0", number, NOW)
    assert not proof.is_proof(KEY, later, "0", number, NOW)


@given(st.text(max_size=80), st.text(max_size=30))
def test_no_nonsense_proves_anything_or_crashes(text: str, answer: str) -> None:
    assert not proof.is_proof(KEY, text, answer, "x", NOW)


@pytest.mark.parametrize("answer", ["", "-1", "1.5", "٣", "1" * 21, "x"])
def test_only_a_plain_number_is_an_answer(answer: str) -> None:
    number, one = asked(bits=0)
    assert not proof.is_proof(KEY, one.text, answer, number, NOW)


def test_the_work_grows_with_what_came_from_an_address() -> None:
    grown = [proof.bits_for(recent) for recent in (0, 5, 10, 20, 40, 10_000)]
    assert grown == sorted(grown)
    assert grown[0] == proof.EASIEST
    assert grown[-1] == proof.HARDEST


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_whole_network_of_ipv6_is_one_address(address: str, same: str) -> None:
    assert bucket(address) == same


def test_what_strangers_write_into_the_header_is_not_believed() -> None:
    assert client("10.0.0.1", "6.6.6.6, 192.0.2.7", 0) == "10.0.0.1"
    assert client("10.0.0.1", "6.6.6.6, 192.0.2.7", 1) == "192.0.2.7"
    assert client("10.0.0.1", "", 1) == "10.0.0.1"


def test_limits_are_set_and_switched_off_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rate("api") == RATES["api"]
    monkeypatch.setenv("XIAOHAO_FLOOD_API", "500/60")
    assert rate("api") == Rate(500, 60)
    monkeypatch.setenv("XIAOHAO_FLOOD_API", "500")
    assert rate("api") == Rate(500, RATES["api"].seconds)
    monkeypatch.setenv("XIAOHAO_FLOOD", "off")
    assert rate("api") is None


def test_the_first_sentence_is_the_title_where_there_is_none() -> None:
    assert heading("", "\n路灯坏了三个月。没有人修。") == "路灯坏了三个月"
    assert heading("题目", "内容") == "题目"
    assert len(heading("", "长" * 500)) <= 40


def test_words_of_sheets_are_understood() -> None:
    written = ("电话", "网站", "意见箱", "12345热线", "QQ")
    assert [channel_of(word) for word in written] == ["phone", "web", "box", "hotline", "other"]
    assert [kind_of(word) for word in ("投诉", "建议", "咨询")] == [
        "problem",
        "suggestion",
        "unknown",
    ]
    assert is_nobody(" 匿名 ")
    assert not is_nobody("陈先生")


def test_a_suggestion_is_heard() -> None:
    assert reads_like_suggestion("建议在河边增设步道") == "建议"
    assert reads_like_suggestion("路灯坏了") == ""
