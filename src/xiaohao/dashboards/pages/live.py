"""Pages that renew themselves: whether anything has happened since a page was made.

Polling with a validator, not server-sent events: an open stream would hold one of the few threads
of the web server per wall screen, while the question here costs one look into an index and mostly
ends in "not modified". What a page shows of time itself (overdue) turns at midnight, so the day is
part of the answer.
"""

import datetime as dt
import hashlib

from django.utils.translation import get_language

from xiaohao.kernel import clock
from xiaohao.kernel.access import GatedRequest
from xiaohao.trail.queries import latest

LIVE_SECONDS = 15
IN_FLIGHT = 500  # ids that writers may hold at one moment


def witnessed(request: GatedRequest) -> str:
    """A tag that changes whenever the page of this reader at this address might."""
    # Of yesterday, too: what began before midnight may end after it.
    today = clock.today()
    first, after = (clock.start_of(today + dt.timedelta(days=days)) for days in (-1, 2))
    # A write that began earlier may end later, with a smaller id: it changes how many there are.
    last, lately = latest(first, after, IN_FLIGHT)
    told = (
        request.get_full_path(),
        request.actor.post_code,
        sorted(request.actor.permissions),
        get_language(),
        today.isoformat(),
        last,
        lately,
    )
    return f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def unchanged(request: GatedRequest, state: str) -> bool:
    """Whether a page that renews itself already shows this state."""
    return request.headers.get("If-None-Match") == state and "X-Live" in request.headers
