"""Closings by the post that had verified them, as re-checks found them."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from xiaohao.exchange.lists.base import Listing, Sheet
from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.lookback import queries
from xiaohao.people.models import Post


def _rows(actor: Actor, get: QueryDict) -> QuerySet[Post]:
    wave = queries.wave_of(str(get.get("wave", "")))
    return queries.verifiers(actor, str(get.get("unit", ""))[:40], wave)


def _percent(share: float | None) -> Any:
    return _("too few to tell") if share is None else round(100 * share, 1)


VERIFIERS = Listing(
    "lookback_verifiers",
    gettext_lazy("Closings by verifying post"),
    _rows,
    [
        Sheet(
            gettext_lazy("Closings by verifying post"),
            (
                Column(pgettext_lazy("column", "Post"), 24, lambda r: r.post.title),
                Column(pgettext_lazy("column", "Code of the post"), 16, lambda r: r.post.code),
                Column(pgettext_lazy("column", "Unit"), 24, lambda r: r.post.unit, "unit"),
                Column(pgettext_lazy("column", "Struck off on its check"), 14,
                       lambda r: r.closings, "number"),
                Column(pgettext_lazy("column", "Checked again"), 12,
                       lambda r: r.estimate.checked, "number"),
                Column(pgettext_lazy("column", "False closings"), 12,
                       lambda r: r.estimate.failed, "number"),
                Column(pgettext_lazy("column", "Estimated share of false closings (%)"), 18,
                       lambda r: _percent(r.false_share)),
            ),
            of=queries.told_of_verifiers,
            stays=gettext_lazy("This is counted from re-checks; nobody enters it. Results are "
                               "entered at each re-check."),
        )
    ],
    (Permission.SEE_FIGURES,),
)  # fmt: skip
LISTS = (VERIFIERS,)
