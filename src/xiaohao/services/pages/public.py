"""What departments promise, for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xiaohao.kernel.access import public
from xiaohao.services import queries
from xiaohao.services.models import AUDIENCES
from xiaohao.services.rules import FEW


@public
@require_GET
def services_public(request: HttpRequest) -> HttpResponse:
    """The published lists, and what became of the calls; small numbers are not told."""
    lists = list(queries.published())
    keys = [
        service.pk for row in lists for measure in row.measures.all()
        for service in measure.services.all()
    ]  # fmt: skip
    counted = queries.everybodys(keys)
    shown = [
        (
            row,
            [
                (
                    measure,
                    [
                        (one, AUDIENCES[one.audience], counted[one.pk])
                        for one in measure.services.all()
                        if one.withdrawn_at is None
                    ],
                )
                for measure in row.measures.all()
            ],
        )
        for row in lists
    ]
    return render(request, "services/public.html", {"lists": shown, "few": FEW})
