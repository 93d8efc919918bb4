"""Publishing every few minutes, in divided installations alone."""

import contextlib

from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from xiaohao.kernel import tenancy
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.tenants import actions, registry


@app.task(name="tenants.publish", queueing_lock="tenants.publish", lock="tenants.publish")
def publish(timestamp: int) -> bool:
    """Publish where somebody oversees, and it is not ourselves; whether that was done.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    with connection.cursor() as cursor:
        overseers = [one.slug for one in registry.entries(cursor) if one.oversees]
    if not overseers or tenancy.slug() in {"", *overseers}:
        return False
    with contextlib.suppress(Refused):  # no tree yet, or a key that has changed: the page shows it
        actions.publish(by=SYSTEM)
        return True
    return False


if settings.DIVIDED:
    app.periodic(cron="*/5 * * * *", periodic_id="tenants.publish")(publish)
