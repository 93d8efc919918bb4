"""What every template may use."""

from typing import Any

from django.http import HttpRequest

from xiaohao.kernel import clock


def house(request: HttpRequest) -> dict[str, Any]:
    """The actor (None for strangers) and the day it is."""
    return {"actor": getattr(request, "actor", None), "today": clock.today()}
