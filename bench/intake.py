"""Intake: messages received per second over HTTP, with everything that receiving one does.

`python -m bench intake [MESSAGES]`: eight clients on the loopback post to two web workers, with
trail, figure, sealed contact and receipt. Beside it the bare insert of two rows in plain SQL by
eight connections, in the same run. Limits on floods are off, since all comes from one address.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psycopg

from xiaohao.intake.models import Contact, Message
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.paths import step
from xiaohao.kernel.postgres import database_url
from xiaohao.people.models import Post
from xiaohao.trail.actions import create
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

UNIT: Final = "/s"
CLIENTS: Final = 8
WORKERS: Final = 2
WARM_UP: Final = 200
TEXT: Final = "小区东门外的路灯已经三个月不亮了，晚上老人出门看不清路，希望尽快派人来修。"
BARE: Final = """
    CREATE TABLE bench_message
        (id bigserial PRIMARY KEY, code bytea UNIQUE, body text, at timestamptz);
    CREATE TABLE bench_event
        (id bigserial PRIMARY KEY, message bigint, hash bytea, at timestamptz)
"""
INSERT: Final = """
    WITH message AS (
        INSERT INTO bench_message (code, body, at) VALUES (%s, %s, now()) RETURNING id
    )
    INSERT INTO bench_event (message, hash, at) SELECT id, %s, now() FROM message
"""


def run(count: int = 3000) -> list[tuple[str, float, float]]:
    """Rows `(what, messages per second, bare inserts per second)`."""
    _found()
    port = _free_port()
    server = _serve(port)
    try:
        asyncio.run(_post_all(port, WARM_UP))
        bare = _bare(count)
        took = asyncio.run(_post_all(port, count))
    finally:
        server.terminate()
        server.wait()
    _check(WARM_UP + count)
    return [(f"POST at {CLIENTS} clients, {WORKERS} workers", count / took, bare)]


def _found() -> None:
    """A city, its street, an office that reads the board."""
    city = Unit.objects.create(code="12", name="市", level="city", path="?")
    city.path = step(city.pk)
    city.save()
    street = Unit.objects.create(code="1201", name="街道", level="township", parent=city, path="?")
    street.path = city.path + step(street.pk)
    street.save()
    post = Post(code="OFFICE", title="办公室", unit=city, role=Role.OFFICE)
    create(thing=post, by=SYSTEM, kind="open")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(port: int) -> "subprocess.Popen[bytes]":
    """The web server as `xiaohao up` starts it, with the limits off."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "4",
        "--log-level", "warning", "--no-ws", "xiaohao.site.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, "XIAOHAO_FLOOD": "off"})
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.kill()
    raise RuntimeError("the web server does not answer")


async def _post_all(port: int, count: int) -> float:
    """Post `count` messages over eight connections that stay open; the seconds it took."""
    left = iter(range(count))
    begun = time.perf_counter()
    await asyncio.gather(*(_client(port, left.__next__) for _ in range(CLIENTS)))
    return time.perf_counter() - begun


async def _client(port: int, following: Callable[[], int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        try:
            number = following()
        except StopIteration:
            break
        writer.write(_request(number))
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 201 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode())
        await reader.readexactly(_length(head))
    writer.close()


def _length(head: bytes) -> int:
    fields = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next(int(value) for name, _, value in fields if name == b"content-length")


def _request(number: int) -> bytes:
    message = {
        "text": f"{TEXT}（第{number}次）",
        "place_code": "1201",
        "contact": {"name": "李某", "phone": "13800000000"},
    }
    body = json.dumps(message, ensure_ascii=False).encode()
    head = (
        "POST /api/v1/public/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _bare(count: int) -> float:
    """Two rows inserted `count` times by eight connections, a transaction each; per second."""
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(BARE)
    ready = threading.Barrier(CLIENTS + 1)
    share = count // CLIENTS

    def insert(client: int) -> None:
        with psycopg.connect(database_url(), autocommit=True) as connection:
            ready.wait()
            for number in range(share):
                code = f"{client}-{number}".encode()
                connection.execute(INSERT, [code, TEXT, code])

    with ThreadPoolExecutor(CLIENTS) as pool:
        jobs = [pool.submit(insert, client) for client in range(CLIENTS)]
        ready.wait()
        begun = time.perf_counter()
        for job in jobs:
            job.result()
        return share * CLIENTS / (time.perf_counter() - begun)


def _check(count: int) -> None:
    """Everything sent is there, with its contact, and agrees with the trail."""
    have = (Message.objects.count(), Contact.objects.count())
    wrong = list(faults(Checked()))
    if have != (count, count) or wrong:
        raise RuntimeError(f"{have} of {count}, {wrong[:3]}")
