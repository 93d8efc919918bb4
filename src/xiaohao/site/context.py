"""What every template may use."""

from typing import Any

from django.http import HttpRequest

from xiaohao.kernel import clock


def house(request: HttpRequest) -> dict[str, Any]:
    """The actor (None for strangers), the day it is, the moment where the clock is a demo's."""
    return {
        "actor": getattr(request, "actor", None),
        "today": clock.today(),
        "demo_now": clock.now() if clock.is_shifted() else None,
    }
