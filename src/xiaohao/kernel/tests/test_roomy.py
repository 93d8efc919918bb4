import os
import socket
from pathlib import Path

import pytest
from django.db import connection

from xiaohao.kernel.roomy import widen


@pytest.mark.django_db
def test_a_connection_takes_as_much_at_a_time_as_the_system_allows() -> None:
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        if line.family != socket.AF_UNIX:
            pytest.skip("the database is reached over a network")
        before = line.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        widen()
        after = line.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    most = int(Path("/proc/sys/net/core/wmem_max").read_text())
    # Linux doubles what is asked for, to have room for its own notes.
    assert after == 2 * min(1 << 20, most) >= before
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
