"""Two who write past the application at one moment make no circle of measures between them."""

import datetime as dt
import threading
import time

from django.db import DatabaseError, connection, connections, transaction

from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.models import Measure
from xiaohao.ledger.tests import make

LONGEST_WAIT = 20  # seconds after which nobody is waited for any more


def test_of_two_that_would_wait_for_each_other_one_is_refused(committed: None) -> None:
    with clock.at(make.DAY):
        city = make.city()
        row = make.walk(city, make.problem(city), "accepted")
        day = clock.today() + dt.timedelta(days=5)
        steps = [{"text": text, "owner": "科", "deadline": day} for text in ("停电", "换灯")]
        actions.move(problem=row, move="plan", by=city.handler, measures=steps)
    first, second = row.measures.order_by("id").values_list("pk", flat=True)
    said: list[str] = []

    def second_waits_for_first() -> None:
        try:
            Measure.objects.filter(pk=second).update(after=[first])
            said.append("written")
        except DatabaseError as error:
            said.append(str(error))
        finally:
            connections.close_all()

    other = threading.Thread(target=second_waits_for_first)
    with transaction.atomic():
        Measure.objects.filter(pk=first).update(after=[second])
        other.start()
        assert somebody_waits()
        assert said == []
    other.join()
    assert len(said) == 1
    assert "would wait for itself" in said[0]
    kept = dict(row.measures.values_list("pk", "after"))
    assert kept == {first: [second], second: []}


def somebody_waits() -> bool:
    """Whether a session of this database has come to wait for a lock of this one."""
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks w "
                "WHERE NOT w.granted AND pg_backend_pid() = ANY (pg_blocking_pids(w.pid)))"
            )
            if cursor.fetchone() == (True,):
                return True
        time.sleep(0.05)
    return False
