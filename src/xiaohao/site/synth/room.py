"""Whether what is to be generated fits on the disk: asked before anything is written."""

import shutil

from xiaohao.kernel import postgres
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.home import home

# Measured on a city of 50,000 problems with 150,000 messages, their events, figures and cells:
# 1.65 GB of tables and indexes, 33 kB a problem with all that hangs on it, and 2.4 GB of
# write-ahead log, which PostgreSQL lets grow so far while a load runs and takes back afterwards.
PER_PROBLEM = 33_000  # bytes, with three messages each
LOG_SHARE, LOG_MOST = 1.5, 3 * 10**9
SPARE = 10**9  # what an installation and its machine need beside it


def needed(problems: int) -> int:
    """Bytes that so many generated problems take while they are loaded."""
    kept = problems * PER_PROBLEM
    return kept + int(min(kept * LOG_SHARE, LOG_MOST)) + SPARE


def must_fit(problems: int) -> None:
    """Nothing, where there is room. The disk of a server that somebody else runs is not known.

    Raises:
        Refused: `no_room`, with what is needed and what is free.
    """
    if postgres.is_external():
        return
    need, free = needed(problems), shutil.disk_usage(home()).free
    if free < need:
        text = (
            f"{problems:,} problems need some {need / 10**9:.0f} GB, and {home()} has"
            f" {free / 10**9:.0f} GB free. Nothing was written. Name a folder on a larger disk"
            f" (XIAOHAO_HOME=…), or fewer problems (--problems {_fitting(free)})."
        )
        raise Refused.because("no_room", text)


def _fitting(free: int) -> int:
    """How many problems fit into so many bytes, in round thousands."""
    left = max(free - SPARE, 0)
    most = max(int(left / (1 + LOG_SHARE)), left - LOG_MOST)
    return most // PER_PROBLEM // 1000 * 1000
