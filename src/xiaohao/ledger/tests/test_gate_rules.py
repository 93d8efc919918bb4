"""The closing gate by itself: from what closes, one thing is taken away at a time.

In the product several walls stand one behind the other, so that a walk through the moves never
comes to see some of these; each must hold alone.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.rules import State
from xiaohao.ledger.rules.checks import gate_whole
from xiaohao.ledger.rules.facts import Facts, MeasureFact, WordFact

TODAY = dt.date(2019, 9, 20)
YESTERDAY = dt.date(2019, 9, 19)
UNIT, ABOVE, BESIDE = "0001a/0002b/", "0001a/", "0001a/0003c/"
DONE = MeasureFact(id=1, text="换灯", round=2, done=True, evidence=1)
WHOLE = Facts(
    state=State.AWAITING,
    today=TODAY,
    unit_path=UNIT,
    round=2,
    measures=(DONE, replace(DONE, id=2, round=1)),
    verified_by=BESIDE,
    words=(
        WordFact(asked=True, answer_by=YESTERDAY, answer=""),
        WordFact(asked=True, answer_by=TODAY, answer="solved"),
    ),
)


def lacks(**changed: Any) -> list[str]:
    return [need.code for need in gate_whole(replace(WHOLE, **changed), SYSTEM, {})]


def word(answer: str, by: dt.date | None = YESTERDAY, *, asked: bool = True) -> dict[str, Any]:
    return {"words": (*WHOLE.words, WordFact(asked=asked, answer_by=by, answer=answer))}


def measure(**changed: Any) -> dict[str, Any]:
    return {"measures": (*WHOLE.measures, replace(DONE, id=3, **changed))}


def test_what_is_whole_closes() -> None:
    assert lacks() == []
    assert lacks(verified_by=ABOVE) == []
    assert lacks(words=()) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (measure(done=False), "measure_not_done"),
        (measure(done=False, round=1), "measure_not_done"),
        (measure(evidence=0), "measure_without_evidence"),
        (measure(evidence=0, round=1), "measure_without_evidence"),
        ({"measures": ()}, "no_measures"),
        ({"measures": (replace(DONE, round=1),)}, "no_measures"),
        ({"verified_by": None}, "not_verified"),
        ({"verified_by": UNIT}, "verified_by_own_unit"),
        ({"verified_by": UNIT + "0004d/"}, "verified_by_own_unit"),
        (word("", None, asked=False), "reporter_not_asked"),
        (word("solved", asked=False), "reporter_not_asked"),
        (word("partly"), "not_solved"),
        (word("not"), "not_solved"),
        (word("", TODAY), "answer_outstanding"),
        (word("", None), "answer_outstanding"),
    ],
)
def test_one_thing_lacking_keeps_it_open(changed: dict[str, Any], code: str) -> None:
    assert lacks(**changed) == [code]
