"""Triage: look-alikes among many messages, a whole proposal, and what a trained model is worth.

`python -m bench triage [MESSAGES]` measures times (medians of warm runs, in milliseconds): the
product's way beside the bare statement in the same run. `python -m bench.triage FILE.csv --text
COLUMN --label COLUMN [--title COLUMN] [--group COLUMN]` needs a file of labelled messages and
prints what a model learnt from it is worth on parts it had not seen.
"""

import argparse
import csv
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

RUNS = 31
AT_ONCE = 5_000
LESSONS = 600
SENTENCES = 20_000
PARTS = (
    ("昨天", "上个月", "从去年冬天起", "这两周", "每到晚上", "国庆以后"),
    ("我们", "楼下", "小区东门", "村口", "学校旁边", "单位附近"),
    ("没人管", "越来越厉害", "又坏了", "天天这样", "打了几次电话", "老人孩子受不了", "影响出行"),
)


def median(work: Callable[[], Any]) -> float:
    """Milliseconds of one run, the median of `RUNS`."""
    work()
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def texts(count: int) -> Iterator[tuple[str, str]]:
    """Messages of some two hundred characters; one in fifty is a former one told otherwise."""
    from xiaohao.triage.categories import seeds  # noqa: PLC0415 (the environment comes first)

    rng = random.Random(2019)
    words = [word for seed in seeds() for word in seed.words]
    pool = [_sentence(rng, words) for _ in range(SENTENCES)]
    before: list[str] = []
    for number in range(count):
        if before and number % 50 == 0:
            parts = rng.choice(before).split("，")
            rng.shuffle(parts)
            yield "", "，".join(parts[1:])
            continue
        text = "，".join([f"{number}号院", *rng.sample(pool, 9)])
        if number % 100 == 1:
            before.append(text)
        yield "", text


def _sentence(rng: random.Random, words: list[str]) -> str:
    start, where, what = (rng.choice(part) for part in PARTS)
    named = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(3))
    return f"{start}{named}{where}{rng.choice(words)}{what}{rng.choice(words)}"


def fill(count: int) -> None:
    """Looks of `count` messages, and a model of some hundred lessons."""
    from django.db import connection  # noqa: PLC0415

    from xiaohao.kernel import clock  # noqa: PLC0415
    from xiaohao.triage import actions  # noqa: PLC0415

    batch = []
    for number, (title, text) in enumerate(texts(count)):
        batch.append(actions.Thing("bench.message", number, clock.now(), title, text))
        if len(batch) == AT_ONCE:
            actions.index_many(things=batch)
            batch.clear()
    actions.index_many(things=batch)
    _teach()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE triage_likeness")


def _teach() -> None:
    from xiaohao.kernel.acting import SYSTEM  # noqa: PLC0415
    from xiaohao.triage import actions  # noqa: PLC0415
    from xiaohao.triage.models import Category  # noqa: PLC0415

    rng = random.Random(7)
    rows = list(Category.objects.exclude(parent=None).order_by("id")[:12])
    told = []
    for number in range(LESSONS):
        row = rows[number % len(rows)]
        text = "，".join(_sentence(rng, row.words) for _ in range(6))
        told.append(actions.Confirmed("bench.lesson", number, "", text, row.pk))
    actions.learn_many(confirmed=told)
    actions.train(by=SYSTEM)


BARE = """
SELECT label, thing_id, sketch, marks FROM triage_likeness WHERE keys && %s::int[]
ORDER BY at DESC, id DESC LIMIT 1000
"""


def run(count: int = 100_000) -> list[tuple[str, float, float]]:
    """Look-alikes of one among `count` messages, one proposal, one indexing, in milliseconds."""
    from xiaohao.kernel import clock  # noqa: PLC0415
    from xiaohao.triage import actions, queries  # noqa: PLC0415
    from xiaohao.triage.likeness import look  # noqa: PLC0415
    from xiaohao.triage.queries.lookalikes import telling  # noqa: PLC0415

    fill(count)
    asked = [text for _, text in list(texts(2_000))[-RUNS - 1 :]]
    turn = iter(asked * 10)
    keys = iter([telling(look("", text).keys) for text in asked * 2])
    name = f"{count:,}"

    def found() -> None:
        queries.lookalikes(title="", text=next(turn))

    def bare() -> None:
        _bare(next(keys))

    def proposed() -> None:
        queries.propose(title="", text=next(turn), exclude=("bench.message", 0))

    number = iter(range(count, count * 2))

    def indexed() -> None:
        actions.index(
            label="bench.message", thing_id=next(number), at=clock.now(), title="", text=asked[0]
        )

    candidates = median(bare)
    return [
        (f"look-alikes among {name}", median(found), candidates),
        (f"whole proposal beside {name}", median(proposed), candidates),
        ("one look into the index", median(indexed), median(_bare_insert(iter(number)))),
    ]


def _bare(keys: list[int]) -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(BARE, [keys])
        cursor.fetchall()


def _bare_insert(numbers: Iterator[int]) -> Callable[[], None]:
    from django.db import connection  # noqa: PLC0415

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO triage_likeness (label, thing_id, at, keys, marks, sketch) SELECT"
                " 'bench.bare', %s, now(), keys, marks, sketch FROM triage_likeness LIMIT 1",
                [next(numbers)],
            )

    return insert


def report(given: argparse.Namespace) -> str:
    """What a model of the file's rows is worth, as lines of text."""
    from xiaohao.triage import learning, likeness  # noqa: PLC0415
    from xiaohao.triage.classifier import Example  # noqa: PLC0415
    from xiaohao.triage.rules import curve, sure_part  # noqa: PLC0415

    with Path(given.file).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [(row[given.title] if given.title else "", row[given.text]) for row in rows]
    groups = likeness.groups([likeness.look(*one) for one in told], 0.5)
    if given.group:
        names = {name: i for i, name in enumerate(sorted({row[given.group] for row in rows}))}
        groups = [names[row[given.group]] for row in rows]
    examples = [
        Example(*one, row[given.label], group)
        for one, row, group in zip(told, rows, groups, strict=True)
    ]
    start = time.perf_counter()
    model, held = learning.learn(examples, given.folds)
    took = time.perf_counter() - start
    start = time.perf_counter()
    model.probabilities(told[:1000])
    each = (time.perf_counter() - start) * 1000 / len(told[:1000])
    share, right = sure_part(held.confidences, held.right)
    lines = [
        (
            f"{len(rows):,} rows, {given.folds} folds: accuracy {held.accuracy:.4f}, "
            f"macro-F1 {held.macro_f1:.4f}; from 0.6 on {share:.1%} filled in, {right:.1%} right"
        ),
        (
            f"all trainings {took:.0f} s; one message {each:.1f} ms; "
            f"file {len(model.to_bytes()) / 1e6:.1f} MB"
        ),
        *(
            f"  surest {point.coverage:>4.0%}: right {point.accuracy:.3f}, "
            f"confidence from {point.confidence:.2f}"
            for point in curve(held.confidences, held.right)
        ),
        *(
            f"  {label}: precision {one['precision']:.3f}, recall {one['recall']:.3f}, "
            f"F1 {one['f1']:.3f}, {one['support']:.0f} cases"
            for label, one in held.per_label().items()
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, learn, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.triage", description=__doc__)
    parser.add_argument("file")
    for name in ("--text", "--label"):
        parser.add_argument(name, required=True)
    for name in ("--title", "--group"):
        parser.add_argument(name, default="")
    parser.add_argument("--folds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["XIAOHAO_HOME"] = home
        sys.stdout.write(report(given) + "\n")


if __name__ == "__main__":
    main()
