"""Large files are imported apart from the page that asked for it."""

from procrastinate.contrib.django import app

import xiaohao.exchange.bringing
import xiaohao.exchange.returning  # noqa: F401 (says how lists come back)
from xiaohao.exchange import actions


@app.task(name="exchange.finish", lock="exchange.finish")
def finish(key: str) -> int | None:
    """Import an uploaded file; gives the id of the record of it.

    Args:
        key: the draft's.
    """
    batch = actions.finish(key=key)
    return batch.pk if batch else None
