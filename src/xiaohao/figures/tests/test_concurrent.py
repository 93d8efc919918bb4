"""Many at once: writers, folders that die, moving units, and readers who never see it happen."""

import contextlib
import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold, fold_all, promote
from xiaohao.figures.tests.make import STOCK, delta, move, unit
from xiaohao.units.models import Unit

SECONDS = 4.0
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]


def together(*jobs: Callable[[random.Random], None]) -> list[BaseException]:
    """Each job over and over in a thread of its own, for some seconds; what went wrong."""
    wrong: list[BaseException] = []
    end = time.monotonic() + SECONDS

    def run(job: Callable[[random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        try:
            while time.monotonic() < end and not wrong:
                job(chance)
        except BaseException as trouble:  # noqa: BLE001 (reported by the test)
            wrong.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job, n)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_every_reader_sees_exact_figures_while_everything_happens() -> None:
    root = unit()
    districts = [unit(root) for _ in range(3)]
    streets = [unit(district) for district in districts for _ in range(2)]
    written: list[int] = []
    seen: list[int] = []
    numbers = iter(range(1, 10**9))
    lock = threading.Lock()

    def write(chance: random.Random) -> None:
        with lock:
            things = [next(numbers) for _ in range(3)]
        with transaction.atomic():
            add([delta(STOCK, chance.choice(streets), thing) for thing in things])
            time.sleep(chance.random() / 200)
        written.extend(things)

    def carry(chance: random.Random) -> None:
        time.sleep(0.05)
        with transaction.atomic():
            move(chance.choice(streets), chance.choice(districts))

    def folding(chance: random.Random) -> None:
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            fold(50)
            if chance.random() < 0.3:
                1 / 0  # noqa: B018 (dies before it commits)

    def killed(chance: random.Random) -> None:
        time.sleep(0.3 + chance.random() / 5)
        with contextlib.suppress(DatabaseError), transaction.atomic():
            fold(50)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.close()

    def grow(chance: random.Random) -> None:
        time.sleep(0.2)
        promote(chance.choice([3, 10, 30]))

    def reading(_: random.Random) -> None:
        figures = queries.table([STOCK], [root, *districts, *streets])
        values = {pk: int(row[STOCK] or 0) for pk, row in figures.items()}
        assert values[root.pk] == sum(values[d.pk] for d in districts)
        assert values[root.pk] == sum(values[s.pk] for s in streets)
        seen.append(values[root.pk])

    assert (
        together(write, write, write, carry, grow, folding, folding, killed, reading, reading) == []
    )
    assert min(len(written), len(seen)) > 50
    assert queries.value(STOCK, root) == len(written)
    for district in districts:
        below = Unit.objects.filter(parent=district).order_by("pk")
        assert queries.value(STOCK, district) == sum(
            int(child.value or 0) for child in queries.by_child(STOCK, district)
        ), below
    fold_all()
    assert queries.value(STOCK, root) == len(written)
    assert queries.check().differences == 0
