"""Sending a lot to the database while other threads of this process are busy."""

import os
import socket

from django.db import connection

_ASKED = 1 << 20  # bytes; the system gives as much of it as it allows anybody


def widen() -> None:
    """Let this thread's connection take more at a time, for as long as it lasts.

    Whoever sends waits for his turn among the threads each time the way is free again, and the
    database waits with him. Over a network the system finds the right size by itself.
    """
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        if line.family == socket.AF_UNIX:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ASKED)
