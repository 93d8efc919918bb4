"""The dashboard's page of any unit, end to end, over the problems of `bench.size`.

No measurement of its own: `bench.size` calls it on the tables it has filled.
"""

import random
import time
from collections.abc import Iterator

from django.test import Client
from django.urls import reverse

from bench.figures import sql
from bench.filling import loading
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.people.actions import hold_post, open_account, open_post
from xiaohao.units.models import Unit

PAGES = 200
GOAL = 100.0  # milliseconds, for 95 pages of 100

# Open ones in each of the four states before the fix, late or not, some returned, some reopened.
_ROWS = """
INSERT INTO ledger_problem (id, version, year, title, text, place, channel, source, track, urgent,
    state, unit_id, path, origin_unit_id, origin_path, deadline, round, returns, final, extensions,
    reporters, received_at, registered_at, referred_at, closing, category_id)
SELECT id, 1, 2019, '路灯不亮' || id, '路灯不亮', '', 'web', 'message', 'ledger', false,
    CASE WHEN closed THEN 'closed'
         ELSE (ARRAY['referred','accepted','in_progress','reported'])[1 + id %% 4] END,
    unit_id, path, %s, %s, due, 1 + (id %% 89 = 0)::int, (id %% 97 = 0)::int * 2, false, 0,
    1, at, at, at + interval '1 hour', '', NULL
FROM bench_problem
"""


def fill_ledger(root: Unit) -> None:
    """The problems themselves, in the ledger's table."""
    sql("SET maintenance_work_mem = '1GB'")
    with loading("ledger_problem"):
        sql(_ROWS, [root.pk, root.path])
    sql("SELECT setval(pg_get_serial_sequence('ledger_problem', 'id'), max(id)) FROM bench_problem")


def signed_in(root: Unit) -> Client:
    """A browser of a leader at the root."""
    post = open_post(by=SYSTEM, code="BENCH-LEADER", title="bench", unit=root, role=Role.LEADER)
    account, _password = open_account(by=SYSTEM, username="bench")
    hold_post(by=SYSTEM, account=account, post=post)
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages(root: Unit) -> Iterator[tuple[str, float, float]]:
    """Units of every level alike, each page once."""
    client = signed_in(root)
    levels: dict[str, list[str]] = {}
    for code, level in Unit.objects.order_by("pk").values_list("code", "level"):
        levels.setdefault(level, []).append(code)
    chance = random.Random(2019)
    codes = [
        chance.choice(levels[level])
        for level in sorted(levels)
        for _ in range(PAGES // len(levels))
    ]
    chance.shuffle(codes)
    taken = sorted(_page(client, code) for code in [root.code, *codes])
    half, most = taken[len(taken) // 2], taken[len(taken) * 95 // 100]
    yield ("a unit's page, half of them within (bare: the goal)", half, GOAL)
    yield ("a unit's page, 95 % of them within (bare: the goal)", most, GOAL)


def _page(client: Client, code: str) -> float:
    """Milliseconds until the whole page is there."""
    started = time.perf_counter()
    answer = client.get(reverse("dashboards_unit", args=[code]))
    took = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:  # noqa: PLR2004 (HTTP's "here it is")
        raise RuntimeError(f"{code}: {answer.status_code}, {clock.today()}")
    return took
