"""What every template may use."""

from typing import Any

from django.http import HttpRequest

from xiaohao.kernel import clock
from xiaohao.site.navigation import entries


def house(request: HttpRequest) -> dict[str, Any]:
    """The actor, his navigation, and the day it is."""
    actor = getattr(request, "actor", None)
    return {"actor": actor, "navigation": entries(request, actor), "today": clock.today()}
