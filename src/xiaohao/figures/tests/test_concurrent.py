"""Many at once: writers, folders that die, moving units, and readers who never see it happen."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.figures import queries
from xiaohao.figures.actions import add, fold, fold_all, promote
from xiaohao.figures.tests.make import HALF, MOST, STOCK, TOOK, delta, move, unit
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


def folding(chance: random.Random) -> None:
    """Fold some, and now and then die before it commits."""
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        fold(50)
        if chance.random() < 0.3:
            1 / 0  # noqa: B018 (dies)


def grow(chance: random.Random) -> None:
    """Begin to keep cells for whoever has a few changes."""
    time.sleep(0.2)
    promote(chance.choice([3, 10, 30]))


def carrying(streets: Sequence[Unit], districts: Sequence[Unit]) -> Callable[..., None]:
    """Put a street under another district."""

    def carry(chance: random.Random) -> None:
        time.sleep(0.05)
        with transaction.atomic():
            move(chance.choice(streets), chance.choice(districts))

    return carry


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

    def killed(chance: random.Random) -> None:
        time.sleep(0.3 + chance.random() / 5)
        with contextlib.suppress(DatabaseError), transaction.atomic():
            fold(50)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.close()

    def reading(_: random.Random) -> None:
        figures = queries.table([STOCK], [root, *districts, *streets])
        values = {pk: int(row[STOCK] or 0) for pk, row in figures.items()}
        assert values[root.pk] == sum(values[d.pk] for d in districts)
        assert values[root.pk] == sum(values[s.pk] for s in streets)
        seen.append(values[root.pk])

    carry = carrying(streets, districts)
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


def test_histograms_are_exact_while_everything_happens() -> None:
    root = unit()
    districts = [unit(root) for _ in range(3)]
    streets = [unit(district) for district in districts for _ in range(2)]
    took: Counter[int] = Counter()
    lock = threading.Lock()
    seen: list[int] = []
    numbers = iter(range(1, 10**9))

    def write(chance: random.Random) -> None:
        """Some things done, and now and then one of them taken back and done anew."""
        place, days = chance.choice(streets), [chance.choice([0, 1, 7, 30, 400]) for _ in range(3)]
        with lock:
            things = [next(numbers) for _ in days]
        deltas = [delta(TOOK, place, t, days=n) for t, n in zip(things, days, strict=True)]
        kept = Counter(days)
        if chance.random() < 0.3:
            deltas.append(delta(TOOK, place, things[0], -1, days=days[0]))
            deltas.append(delta(TOOK, place, things[0], days=days[0] + 5))
            kept[days[0]] -= 1
            kept[days[0] + 5] += 1
        with transaction.atomic():
            add(deltas)
            time.sleep(chance.random() / 200)
        with lock:
            took.update(kept)

    def reading(_: random.Random) -> None:
        found = queries.spreads([TOOK], [root, *districts])
        whole = found[root.pk].get(TOOK, {})
        parts: Counter[int] = Counter()
        for district in districts:
            parts.update(found[district.pk].get(TOOK, {}))
        # What is taken back and done anew is one write: nobody sees half of it, nor less than none.
        assert all(n >= 0 for n in whole.values())
        assert sum(whole.values()) % 3 == 0
        assert +parts == +Counter(whole)
        seen.append(sum(whole.values()))

    carry = carrying(streets, districts)
    assert together(write, write, write, carry, grow, folding, folding, reading, reading) == []
    assert min(took.total(), len(seen)) > 50
    days = sorted(took.elements())
    for _ in range(2):  # as it stands, and with everything folded
        whole = queries.spreads([TOOK], [root])[root.pk][TOOK]
        assert {n: count for n, count in whole.items() if count} == dict(+took)
        assert queries.value(HALF, root) == days[(len(days) - 1) // 2]
        assert queries.value(MOST, root) == days[-(-len(days) * 9 // 10) - 1]
        fold_all()
    assert queries.check().differences == 0


def test_who_moves_a_unit_of_one_tenant_keeps_no_other_waiting() -> None:
    place = unit()
    held, done = threading.Event(), threading.Event()

    def hold(path: str) -> None:
        """Hold both locks alone, as somebody does whose tables lie in that schema."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path TO {path}")
            cursor.execute(
                "SELECT pg_advisory_xact_lock(public.figures_lock()),"
                " pg_advisory_xact_lock(public.figures_folding_lock())"
            )
            held.set()
            assert done.wait(30)
        connection.close()

    def written(path: str) -> bool:
        """Whether a change can be written and folded here while the locks are held there."""
        held.clear()
        done.clear()
        holder = threading.Thread(target=hold, args=(path,))
        holder.start()
        assert held.wait(30)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
                add([delta(STOCK, place, 1)])
                fold()
        except DatabaseError:
            return False
        finally:
            done.set()
            holder.join()
        return True

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA t_other")
    try:
        assert written("t_other, public")
        assert not written("public")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA t_other")
