"""A ledger's workbook of 100,000 rows, brought in with all it does; and the same rows by COPY.

`python -m bench exchange [ROWS]`: in rows a second, beside two COPYs: of the workbook's cells into
one table, and of every row that the import wrote (problems, parts, events, changes of figures) into
tables of the same columns and indexes, without guards and references. Printed beside it: memory,
the highest of this process and of the one that reads the workbook, and processor time, which says
more than the clock where others are at work on the machine.
"""

import datetime as dt
import os
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from django.db import connection

from xiaohao.exchange.bringing import import_ledger
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.paths import step
from xiaohao.people.models import Post
from xiaohao.trail.actions import create
from xiaohao.units.models import Unit

UNIT = "/s"
STREETS = 200
HEADS = (
    "序号", "问题表现", "责任单位", "配合单位", "责任人",
    "发现时间", "整改措施", "整改时限", "整改情况",
)  # fmt: skip
WHAT = ("路灯不亮", "车辆占道停放", "低保审批迟缓", "楼道堆放杂物", "电梯停运", "下水道堵塞")
WRITTEN = (
    "ledger_problem", "ledger_referral", "ledger_measure", "ledger_cooperation", "trail_event",
    "trail_head", "figures_entry", "figures_pending", "exchange_line",
)  # fmt: skip
_COPY = """
COPY bench_ledger (number, text, unit, helper, owner, found, measure, due, said) FROM STDIN
"""


def run(count: int = 100_000) -> list[tuple[str, float, float]]:
    """Import one workbook of `count` problems, each with unit, measure and deadline."""
    post = _found()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.xlsx"
        _write(file, count)
        busy, begun = _busy(), time.perf_counter()
        report = import_ledger(by=post.actor(), source=file)
        took = time.perf_counter() - begun
        spent = [after - before for before, after in zip(busy, _busy(), strict=True)]
    if report.imported != count or report.errors:
        raise RuntimeError(str(report.as_data())[:2000])
    bare, whole = _copied(count), _copied_again()
    mebi = [
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    told = f"{count:,} rows in {took:.1f} s; at most {mebi[0]:.0f} MiB and {mebi[1]:.0f} MiB"
    sys.stderr.write(f"{told}\n")
    names = ("Python", "the reader", "the database's process")
    parts = ", ".join(f"{name} {used:.1f} s" for name, used in zip(names, spent, strict=True))
    sys.stderr.write(f"processor time: {parts}\n")
    return [
        ("ledger workbook imported, rows", count / took, count / bare),
        ("beside COPY of all that it wrote", count / took, count / whole),
    ]


def _busy() -> tuple[float, float, float]:
    """Seconds of processor time so far: of this process, of its children, of its connection's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    used = [
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    ]
    return used[0], used[1], ticks / os.sysconf("SC_CLK_TCK")


def _copied_again() -> float:
    """Seconds that COPY takes for all rows that were written, into tables like theirs."""
    took = 0.0
    for table in WRITTEN:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            with cursor.copy(f"COPY (TABLE {table}) TO STDOUT") as copy:
                rows = b"".join(copy)
            begun = time.perf_counter()
            with cursor.copy(f"COPY bench_{table} FROM STDIN") as copy:
                copy.write(rows)
            took += time.perf_counter() - begun
    return took


def _found() -> Post:
    """A city with streets, and its office."""
    city = Unit.objects.create(code="12", name="市", level="city", path="?")
    city.path = step(city.pk)
    city.save()
    for n in range(STREETS):
        street = Unit(
            code=f"12{n:04}", name=f"第{n}街道办事处", level="township", parent=city, path="?"
        )
        street.save()
        street.path = city.path + step(street.pk)
        street.save()
    post = Post(code="OFFICE", title="办公室", unit=city, role=Role.OFFICE)
    create(thing=post, by=SYSTEM, kind="open")
    return post


def _row(n: int) -> tuple[object, ...]:
    day = dt.date(2019, 9, 1) + dt.timedelta(days=n % 28)
    return (
        n + 1,
        f"第{n}号小区{WHAT[n % len(WHAT)]}，居民多次反映，至今没有解决，影响出行和安全",
        f"第{n % STREETS}街道办事处",
        f"第{(n + 7) % STREETS}街道办事处" if n % 5 == 0 else "",
        "主任岗",
        f"2019年8月{n % 28 + 1}日",
        f"更换设施并安排人员每日巡查，{n % 30}日内完成",
        f"{day:%Y.%m.%d}",
        "正在整改" if n % 3 else "已完成",
    )


def _write(file: Path, count: int) -> None:
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, ["问题整改台账"])
    sheet.write_row(1, 0, HEADS)
    for n in range(count):
        sheet.write_row(n + 2, 0, _row(n))
    book.close()


def _copied(count: int) -> float:
    """Seconds that plain COPY takes for the same cells."""
    rows = [_row(n) for n in range(count)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_ledger (id bigserial PRIMARY KEY, number int, text text, unit text,"
            " helper text, owner text, found text, measure text, due text, said text)"
        )
        begun = time.perf_counter()
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - begun
