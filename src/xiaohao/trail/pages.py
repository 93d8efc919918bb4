"""The page of seals: what was sealed, and how anybody can check it."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from xiaohao.kernel.access import ActingRequest, GatedRequest, gate, public
from xiaohao.kernel.acting import Permission
from xiaohao.trail.models import Seal
from xiaohao.trail.queries import as_told, seals, unsealed


@gate(Permission.SEE_TRAIL)
def trail_seals(request: GatedRequest) -> HttpResponse:
    """The daily seals, newest first, with their roots."""
    page = seals(request.GET.get("cursor"))
    return render(request, "trail/seals.html", {"page": page, "unsealed": unsealed()})


@public
def trail_public(request: ActingRequest) -> HttpResponse:
    """The seals for everybody: days, counts and hashes."""
    return render(request, "trail/public.html", {"page": seals(request.GET.get("cursor"))})


@public
def trail_public_file(request: ActingRequest) -> HttpResponse:  # noqa: ARG001 (Django's)
    """All seals as a file, to keep and to compare; a line each day makes 100 kB a year."""
    told = [as_told(seal) for seal in Seal.objects.order_by("day")]
    answer = JsonResponse(
        {"kind": "xiaohao-seals-1", "seals": told}, json_dumps_params={"indent": 1}
    )
    answer["Content-Disposition"] = 'attachment; filename="seals.json"'
    return answer
