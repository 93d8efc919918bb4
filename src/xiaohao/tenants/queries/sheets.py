"""The figures that leave this tenant, and no others: sums of its top unit and one level below.

What is small stays at home: of the units below each figure is hidden as in what everybody may read
(`figures.rules.hide`), so that no number from 1 to 4 is told or can be worked out. Amounts of money
and histograms are told of the top alone: there is no telling how few stand behind an amount, and a
histogram of few is a list of cases.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from xiaohao.figures import queries as figures
from xiaohao.figures.queries import Kind, Metric, Per
from xiaohao.kernel import clock, tenancy
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.hashing import canonical, sha256
from xiaohao.kernel.signing import SIGNATURE, public_key, sign
from xiaohao.tenants import rules
from xiaohao.tenants.rules import Malformed, Number, Place, Sheet
from xiaohao.tenants.shelf import Publication
from xiaohao.trail.queries import last_seal
from xiaohao.units.models import Unit

Spreads = Mapping[int, Mapping[str, Mapping[int, int]]]


def own_sheet() -> Sheet:
    """This tenant's figures as of now, read in one statement.

    Raises:
        Refused: `no_units`, `many_tops`.
    """
    top, moment = _top(), clock.now()
    units = [top, *figures.children(top)]
    metrics = figures.registry()
    bases = figures.base_keys(metric.key for metric in metrics)
    found = figures.spreads(bases, units, figures.Scope(asof=moment))
    told = _figures(metrics, units, found)
    seal = last_seal()
    return Sheet(
        name=top.shown,
        url=tenancy.address(settings.XIAOHAO_URL),
        at=moment,
        seal={"day": seal.day.isoformat(), "hash": seal.hash_hex} if seal else {},
        definitions={metric.key: figures.definition_hash(metric) for metric in metrics},
        units=[Place(unit.code, unit.shown, unit.level) for unit in units],
        figures=told,
        spreads=_spreads(metrics, found[top.pk], told),
    )


def signed(sheet: Sheet, key: bytes | None = None) -> dict[str, Any]:
    """A sheet as the document that leaves the house: what is told, and the signature over it."""
    body = rules.write(sheet) | {"key": (key or public_key()).hex()}
    return {"publication": body, "signature": sign(canonical(body)).hex()}


def shelved(document: Any, publisher: str) -> tuple[Publication, Sheet, bytes]:
    """A document as it is kept, as it is read, and the key that it says it is signed with.

    Raises:
        Refused: `no_publication`, with what is wrong with it.
    """
    try:
        body, signature = document["publication"], bytes.fromhex(document["signature"])
        sheet, key = rules.read(body), bytes.fromhex(body["key"])
        content = canonical(body)
    except Malformed as wrong:
        raise _no_publication(str(wrong)) from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _no_publication(_("publication, key or signature is missing")) from None
    if len(signature) != SIGNATURE:
        raise _no_publication(_("publication, key or signature is missing"))
    day = clock.local_day(sheet.at)
    kept = Publication(
        publisher, day, sheet.at, clock.now(), sha256(content), signature, content.decode()
    )
    return kept, sheet, key


def sheet_of(publication: Publication) -> Sheet:
    """A publication as it is read; it was looked through when it came here."""
    return rules.read(json.loads(publication.body))


def _no_publication(why: str) -> Refused:
    text = _("This is no publication of figures that can be read here: %(why)s.") % {"why": why}
    return Refused.because("no_publication", text, "file")


def _top() -> Unit:
    tops = list(Unit.objects.filter(parent=None).active().order_by("code")[:2])
    if not tops:
        text = _("There are no units yet. Import the tree first.")
        raise Refused.because("no_units", text, "unit")
    if len(tops) > 1:
        text = _("The tree has several top units (%(codes)s, …). Put them under one.")
        codes = ", ".join(unit.code for unit in tops)
        raise Refused.because("many_tops", text % {"codes": codes}, "unit")
    return tops[0]


def _figures(
    metrics: Sequence[Metric], units: Sequence[Unit], found: Spreads
) -> dict[str, list[Number]]:
    """Each figure that adds up, and each quantile, one number for each unit."""
    told: dict[str, list[Number]] = {}
    for metric in metrics:
        if metric.adds_up:
            told[metric.key] = _row(
                metric, [sum(found[unit.pk].get(metric.key, {}).values()) for unit in units]
            )
    for metric in metrics:
        if metric.kind is Kind.QUANTILE:
            whole = told[metric.of]
            told[metric.key] = [
                _quantile(metric, found[unit.pk], whole[i]) for i, unit in enumerate(units)
            ]
    return told


def _row(metric: Metric, values: Sequence[int]) -> list[Number]:
    top, *below = values
    if metric.per is Per.FEN:
        return [top, *([None] * len(below))]
    rest = top - sum(below)  # the unit itself, and what was counted under units that have moved
    total, shown = figures.hide([max(value, 0) for value in (*below, rest)])
    return [top if total.value is not None else str(total), *(_number(one) for one in shown[:-1])]


def _number(shown: figures.Shown) -> Number:
    return str(shown) if shown.value is None else shown.value


def _quantile(metric: Metric, sums: Mapping[str, Mapping[int, int]], whole: Number) -> Number:
    """Of few, or of how many is not told, no quantile is told either."""
    if not isinstance(whole, int) or whole < metric.least:
        return "*" if whole else None
    value = figures.put([metric.key], sums)[metric.key]
    return None if value is None else int(value)


def _spreads(
    metrics: Sequence[Metric],
    sums: Mapping[str, Mapping[int, int]],
    told: Mapping[str, Sequence[Number]],
) -> dict[str, dict[int, int]]:
    return {
        metric.key: {days: n for days, n in sums.get(metric.key, {}).items() if n}
        for metric in metrics
        if metric.kind is Kind.SPREAD and isinstance(told[metric.key][0], int)
    }
