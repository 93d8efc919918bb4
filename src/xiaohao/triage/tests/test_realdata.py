"""On messages that citizens really wrote, where they are at hand: they are not in the project."""

import csv
import itertools
from pathlib import Path

import pytest

from xiaohao.triage import learning
from xiaohao.triage.classifier import Example
from xiaohao.triage.likeness import cosine, look

DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "messages" / "board_labelled.csv"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the labelled messages are not at hand"),
]
Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_fold_held_out_is_answered_well_and_surer_answers_better(rows: list[Row]) -> None:
    names = sorted({row["neardup_group"] for row in rows})
    fold = {name: i % 5 for i, name in enumerate(names)}
    known = [row for row in rows if fold[row["neardup_group"]]]
    held = [row for row in rows if not fold[row["neardup_group"]]]
    model = learning.train([
        Example(row["留言主题"], row["留言详情"], row["一级标签"], i)
        for i, row in enumerate(known)
    ])  # fmt: skip
    table = model.probabilities([(row["留言主题"], row["留言详情"]) for row in held])
    said = [model.labels[i] for i in table.argmax(axis=1)]
    right = [one == row["一级标签"] for one, row in zip(said, held, strict=True)]
    surest = sorted(zip(table.max(axis=1), right, strict=True), key=lambda one: -one[0])
    four_fifths = [ok for _, ok in surest[: len(surest) * 4 // 5]]
    assert sum(right) / len(right) > 0.85
    assert sum(four_fifths) / len(four_fifths) > sum(right) / len(right) + 0.03


def test_those_known_to_be_near_duplicates_share_a_key_and_look_alike(rows: list[Row]) -> None:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["neardup_group"], []).append(row)
    pairs = [pair for group in groups.values() for pair in itertools.combinations(group, 2)]
    looks = [[look(row["留言主题"], row["留言详情"]) for row in pair] for pair in pairs]
    near = [(one, other) for one, other in looks if cosine(one.sketch, other.sketch) >= 0.4]
    assert len(near) > 0.9 * len(pairs)
    found = [pair for pair in near if set(pair[0].keys) & set(pair[1].keys)]
    assert len(found) > 0.95 * len(near)
