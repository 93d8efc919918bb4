"""Two offices send lists that change the same problems at one moment, in opposite order."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, connections

from xiaohao.campaigns.models import Programme
from xiaohao.exchange import returning
from xiaohao.exchange.lists import LISTS
from xiaohao.exchange.tests.test_every_list_returns import book
from xiaohao.exchange.tests.test_lists_back import Row, filled
from xiaohao.exchange.tests.test_lists_written import RESPONSIBILITY
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_programmes import drive

LONGEST_WAIT = 20  # seconds after which nobody is waited for any more


def test_opposite_orders_do_not_wait_in_a_circle(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second waits for the first, and is told that the records went on."""
    with clock.at(make.DAY):
        town = make.city()
        drive(town)
        one = Programme.objects.get()
        for title in ("甲", "乙"):
            make.walk(town, make.problem(town, title=title, programme=one), "referred")
        above = make.actor("EAST-OFFICE", town.east, Role.OFFICE, 77)
        contents = [_led(town.office, "LEADER"), _led(above, "HANDLER", backwards=True)]
    taken = _slowly(monkeypatch)
    said: list[int | str | None] = []

    def send(by: Actor, content: bytes) -> None:
        try:
            with clock.at(make.DAY):
                said.append(returning.import_list(by=by, source=content).changed)
        except Refused as refused:
            said.append(str(refused.unmet[0].message))
        finally:
            connections.close_all()

    pairs = zip((town.office, above), contents, strict=True)
    threads = [threading.Thread(target=send, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) >= 1
    assert sorted(map(type, said), key=str) == [int, str], said
    assert 2 in said
    leads = set(Problem.objects.filter(programme=one).values_list("lead__code", flat=True))
    assert len(leads) == 1  # all rows of one of them, none of the other


def _led(by: Actor, lead: str, *, backwards: bool = False) -> bytes:
    """The responsibility list with this post named at both problems."""

    def name(rows: list[Row]) -> None:
        for row in rows:
            row["包案领导"] = f"单位120101 · {lead}"
        if backwards:
            rows.reverse()

    return filled(book(by, LISTS["programmes_lists"]), name, RESPONSIBILITY)


def _slowly(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let each sender stop after his first row until the other has one too, or waits for him."""
    taken: list[int] = []
    take = returning._taken

    def slow(asked: Any) -> Any:
        thing = take(asked)
        me = threading.get_ident()
        if me not in taken:
            taken.append(me)
            end = time.monotonic() + LONGEST_WAIT
            while len(taken) < 2 and not _somebody_waits() and time.monotonic() < end:
                time.sleep(0.05)
        return thing

    monkeypatch.setattr(returning, "_taken", slow)
    return taken


def _somebody_waits() -> bool:
    """Whether a session of this database has come to wait for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks w "
            "WHERE NOT w.granted AND pg_backend_pid() = ANY (pg_blocking_pids(w.pid)))"
        )
        return bool(cursor.fetchone() == (True,))
