"""The page of seals: what was sealed, and how anybody can check it."""

from django.http import HttpResponse
from django.shortcuts import render

from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.trail.queries import seals, unsealed


@gate(Permission.SEE_TRAIL)
def trail_seals(request: GatedRequest) -> HttpResponse:
    """The daily seals, newest first, with their roots."""
    page = seals(request.GET.get("cursor"))
    return render(request, "trail/seals.html", {"page": page, "unsealed": unsealed()})
