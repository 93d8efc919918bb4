"""Reading pages from a replica of the database, used where `XIAOHAO_REPLICA_URL` names one.

What runs on the replica is the view alone: who asks, and what they may, was read from the primary
before. A page is never older than `BOUND` seconds, which is measured and not believed: a place in
the primary's log is noted with its time, and the replica is as fresh as the last such place that it
has replayed; an idle primary makes it no older. Who has written carries the place of the write, and
reads from the primary until the replica has replayed it. Whatever goes wrong on the replica, also
what is not found there, is asked of the primary again.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponseBase

ALIAS: Final = "replica"
BOUND: Final = 10.0  # seconds a page may be old
LOOK_EVERY: Final = 1.0  # seconds between two measurements in a process
PAUSE: Final = 5.0  # seconds for which a replica that failed is left alone
WRITTEN: Final = "xiaohao_written"  # cookie with the place in the log of its owner's last write
NOWHERE: Final = "FFFFFFFF/FFFFFFFF"  # a place that no log reaches
# Rooms whose pages only read; each GET of theirs may be some seconds old.
READING: Final = ("xiaohao.dashboards.", "xiaohao.figures.pages", "xiaohao.trail.pages")
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PLACE: Final = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
_HERE = "SELECT pg_current_wal_insert_lsn()"
_HAS = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn AND pg_is_in_recovery()"
_WHICH = "SELECT system_identifier FROM pg_control_system()"
View = Callable[..., HttpResponseBase]
log = logging.getLogger(__name__)


class Freshness:
    """How old what the replica shows may be, as measured in this process by all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._measuring = threading.Lock()
        self._known = False  # that it is a replica of this very primary
        self._mark: tuple[str, float] | None = None  # a place in the primary's log, and when
        self._as_of = float("-inf")
        self._next = float("-inf")

    def is_usable(self) -> bool:
        """Whether the replica answers and is at most `BOUND` seconds behind."""
        if self._clock() >= self._next and self._measuring.acquire(blocking=False):
            try:
                self._next = self._clock() + LOOK_EVERY
                self._measure()
            except Exception as fault:  # noqa: BLE001 (whatever it is: the primary has it all)
                self.fail(fault)
            finally:
                self._measuring.release()
        return self._clock() - self._as_of <= BOUND - LOOK_EVERY

    def fail(self, fault: Exception | str) -> None:
        """Leave the replica alone for a while."""
        log.warning("replica left alone for %g s: %s", PAUSE, fault)
        self._mark, self._as_of, self._next = None, float("-inf"), self._clock() + PAUSE
        self._known = False
        connections[ALIAS].close()

    def _measure(self) -> None:
        if not self._known:
            if one(ALIAS, _WHICH) != one("default", _WHICH):
                self.fail("it follows another server")
                return
            self._known = True
        self._compare()
        if self._mark is None:
            moment = self._clock()
            self._mark = str(one("default", _HERE)), moment
            self._compare()

    def _compare(self) -> None:
        if self._mark is not None and one(ALIAS, _HAS, self._mark[0]):
            self._as_of, self._mark = self._mark[1], None


class reading:  # noqa: N801 (named like the other middleware)
    """Lets reading pages read from the replica; the last of the middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.freshness = Freshness()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; let who may have written remember up to where."""
        response = self.get_response(request)
        if request.method not in SAFE:
            response.set_cookie(
                WRITTEN,
                _written(),
                max_age=int(BOUND) + 1,  # by then every replica in use has it
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The page as the replica has it; None where the primary must make it."""
        wanted = request.method in SAFE and view.__module__.startswith(READING)
        if not wanted or not self.freshness.is_usable():
            return None
        try:
            if not _has(request.COOKIES.get(WRITTEN)):
                return None
            with_replica = _swapped(connections[ALIAS])
            try:
                response = view(request, *args, **kwargs)
            finally:
                _swapped(with_replica)
        except Exception as fault:  # noqa: BLE001 (asked again of the primary)
            if not _is_answering():
                self.freshness.fail(fault)
            return None
        if response.status_code >= 400:  # noqa: PLR2004 (refused or not there: perhaps not yet)
            return None
        response["X-Data-At-Most-Seconds-Old"] = str(int(BOUND))
        return response


def behind() -> int | None:
    """How many bytes of the primary's log the replica has not replayed; None for no replica of it.

    Raises:
        django.db.Error: one of the two does not answer.
    """
    here = one("default", "SELECT pg_current_wal_lsn()")
    missing = one(
        ALIAS,
        "SELECT CASE WHEN pg_is_in_recovery() THEN "
        "greatest(pg_wal_lsn_diff(%s::pg_lsn, pg_last_wal_replay_lsn()), 0)::bigint END",
        here,
    )
    return missing if one(ALIAS, _WHICH) == one("default", _WHICH) else None


def one(alias: str, query: str, *values: Any) -> Any:
    """The one value that a database answers."""
    with connections[alias].cursor() as cursor:
        cursor.execute(query, list(values))
        return cursor.fetchone()[0]


def _written() -> str:
    """A place in the primary's log behind everything committed so far."""
    try:
        return str(one("default", _HERE))
    except Exception:  # noqa: BLE001 (the answer is made; whoever gets it stays with the primary)
        return NOWHERE


def _has(place: str | None) -> bool:
    """Whether the replica has replayed up to where somebody says he has written."""
    if place is None:
        return True
    return _PLACE.fullmatch(place) is not None and bool(one(ALIAS, _HAS, place))


def _swapped(wrapper: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """Let this thread's default connection be that one; gives the one it was."""
    before = connections["default"]
    connections["default"] = wrapper
    return before


def _is_answering() -> bool:
    try:
        return bool(one(ALIAS, "SELECT 1"))
    except Exception:  # noqa: BLE001 (it is not, then)
        return False
