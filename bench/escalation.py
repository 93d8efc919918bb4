"""The search for like problems in many units: `python -m bench escalation [OPEN PROBLEMS]`.

Beside it plain SQL that only groups what shares a key of the index of looks, without reading a text
or testing anything, in the same run. One run each, in milliseconds.

Among the noise stand known roots: like problems in several units under one superior. The line says
how many of them were proposed, whole and to the right unit, and how much was proposed besides.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench.filling import loading
from bench.ledger import tree
from xiaohao.escalation.queries import Book, Crowds, Found
from xiaohao.kernel import clock
from xiaohao.ledger.models import OPEN
from xiaohao.triage.actions import Thing, index_many
from xiaohao.triage.models import Category, Likeness
from xiaohao.units.models import Unit

CATEGORIES = 40
SHAPES = 4000  # texts of which the generated ones are made
SIGNS = "路灯停车低保暖气噪音积水公交占道电梯垃圾物业学校医院楼道水压河道审批窗口"

FILL = """
INSERT INTO ledger_problem (version, year, title, text, place, channel, source, urgent, state,
    track, unit_id, path, origin_unit_id, origin_path, deadline, round, returns, final, extensions,
    reporters, received_at, registered_at, closing, category_id)
SELECT 1, 2019, 'n' || n, 'n' || n, '', 'web', 'message', false, 'in_progress', 'ledger',
    u.id, u.path, %(root)s, %(path)s, date '2019-10-01', 1, 0, false, 0, 0, now(), now(), '',
    %(category)s + (n %% %(categories)s)::int
FROM generate_series(1, %(count)s) n
JOIN units_unit u ON u.id = %(first)s + (n * 7919::bigint) %% %(leaves)s
ORDER BY n
"""
# Every problem looks like the shape of its turn, so that looks need not be taken a million times.
LOOKS = """
INSERT INTO triage_likeness (label, thing_id, at, keys, marks, sketch)
SELECT 'ledger.problem', p.id, now(), s.keys, s.marks, s.sketch
FROM ledger_problem p
JOIN (SELECT *, row_number() OVER (ORDER BY thing_id) - 1 AS turn FROM triage_likeness
      WHERE label = 'bench.shape') s ON s.turn = (p.id * 2654435761) %% %(shapes)s
"""
PLANTS = 30  # known roots
FEWEST, MOST = 8, 16  # units under the superior in which a root shows
PLANT = """
INSERT INTO ledger_problem (version, year, title, text, place, channel, source, urgent, state,
    track, unit_id, path, origin_unit_id, origin_path, deadline, round, returns, final, extensions,
    reporters, received_at, registered_at, closing, category_id)
SELECT 1, 2019, 'planted', 'planted', '', 'web', 'message', false, 'in_progress', 'ledger',
    u.id, u.path, %(root)s, %(path)s, date '2019-10-01', 1, 0, false, 0, 0, now(), now(), '',
    %(category)s
FROM units_unit u WHERE u.id = ANY(%(units)s) ORDER BY u.id
RETURNING id
"""
BARE = f"""
SELECT count(*) FROM (
    SELECT p.category_id, k.key, left(p.path, 10)
    FROM ledger_problem p
    JOIN triage_likeness l ON l.label = 'ledger.problem' AND l.thing_id = p.id
    CROSS JOIN LATERAL unnest(l.keys) AS k(key)
    WHERE p.state IN ({", ".join(f"'{state}'" for state in sorted(OPEN))})
    GROUP BY 1, 2, 3 HAVING count(DISTINCT p.unit_id) >= 3
) AS grouped
"""  # noqa: S608 (our own words)


def shapes(rng: random.Random) -> list[Thing]:
    """Texts of about sixty characters, with turns of phrase that many share."""
    opening = ["领导您好，", "请有关部门尽快处理，", "多次反映没有结果，", ""]
    at = clock.now()
    return [
        Thing(
            "bench.shape",
            n,
            at,
            "",
            rng.choice(opening) + "".join(rng.choice(SIGNS) for _ in range(rng.randint(30, 80))),
        )
        for n in range(SHAPES)
    ]


@dataclass(frozen=True, slots=True)
class Plant:
    """A known root: these problems of one category under one superior are alike."""

    category: int
    superior: int
    problems: frozenset[int]


def plant(rng: random.Random, root: Unit, categories: Sequence[Category]) -> Plant:
    """Problems that are alike but for their places, in some of the units right below a superior."""
    level = rng.choice(("city", "county"))
    superior = rng.choice(list(Unit.objects.filter(level=level).order_by("id")))
    below = list(Unit.objects.filter(parent=superior).order_by("id"))
    hit = rng.sample(below, min(rng.randint(FEWEST, MOST), len(below)))
    leaves = [rng.choice(_leaves(unit)) for unit in hit]
    category = rng.choice(categories)
    values: Any = {"root": root.pk, "path": root.path, "category": category.pk, "units": leaves}
    with connection.cursor() as cursor:
        cursor.execute(PLANT, values)
        keys = [row[0] for row in cursor.fetchall()]
    text = "".join(rng.choice(SIGNS) for _ in range(60))
    at = clock.now()
    things = [
        Thing("ledger.problem", key, at, "", f"{n}号院：{text}") for n, key in enumerate(keys)
    ]
    index_many(things=things)
    return Plant(category.pk, superior.pk, frozenset(keys))


def _leaves(unit: Unit) -> list[int]:
    """The lowest units at or under `unit`."""
    rows = Unit.objects.filter(path__startswith=unit.path).order_by("id")
    lowest = max(len(row.path) for row in rows)
    return [row.pk for row in rows if len(row.path) == lowest]


def met(plants: Sequence[Plant], found: Sequence[Found]) -> tuple[int, int]:
    """How many of the plants were found, and how much was found besides.

    A plant is found where its category and superior are named and more than half of its problems
    are among those put together, and nothing else is.
    """
    besides, seen = 0, set()
    for one in found:
        put = set(one.problems)
        for n, known in enumerate(plants):
            right = (one.category, one.superior) == (known.category, known.superior)
            if right and put <= known.problems and 2 * len(put) > len(known.problems):
                seen.add(n)
                break
        else:
            besides += 1
    return len(seen), besides


def fill(count: int) -> list[Plant]:
    """`count` open problems over the leaves of a tree, each with a look, and the known roots."""
    rng = random.Random(1)
    root, _middle, first, leaves = tree()
    made = [Category.objects.create(code=f"c{n}", name=f"类{n}") for n in range(CATEGORIES)]
    index_many(things=shapes(rng))
    values: dict[str, Any] = {
        "root": root.pk,
        "path": root.path,
        "count": count,
        "first": first,
        "leaves": leaves,
        "category": made[0].pk,
        "categories": CATEGORIES,
        "shapes": SHAPES,
    }
    with connection.cursor() as cursor:
        with loading("ledger_problem"):
            cursor.execute(FILL, values)
        with loading("triage_likeness"):
            cursor.execute(LOOKS, values)
        cursor.execute("ALTER TABLE ledger_problem DISABLE TRIGGER USER")
        plants = [plant(rng, root, made) for _ in range(PLANTS)]
        cursor.execute("ALTER TABLE ledger_problem ENABLE TRIGGER USER")
    return plants


def timed(work: Any) -> tuple[float, Any]:
    """Milliseconds, and what came of it."""
    start = time.perf_counter()
    found = work()
    return (time.perf_counter() - start) * 1000, found


def grouped() -> int:
    """The plain grouping; how many groups."""
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        return int(cursor.fetchone()[0])


def run(count: int = 1_000_000) -> list[tuple[str, float, float]]:
    """Search once, group once."""
    plants = fill(count)
    ours, found = timed(lambda: list(Crowds(Book.read())))
    known, besides = met(plants, found)
    bare, groups = timed(grouped)
    looks = Likeness.objects.filter(label="ledger.problem").count()
    told = f"{known} of {len(plants)} known roots found, {besides} besides"
    return [(f"{looks:,} open: {told}; {groups:,} groups", ours, bare)]
