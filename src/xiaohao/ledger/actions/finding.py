"""What was found otherwise than by a message is registered, with photos of how it was found."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.ledger import finding
from xiaohao.ledger.actions.handing import register
from xiaohao.ledger.actions.uploading import upload
from xiaohao.ledger.models import AS_FOUND, Evidence, Problem, Source
from xiaohao.trail.actions import create
from xiaohao.units.models import Unit

MOST_PHOTOS = 6


def register_found(
    *,
    by: Actor,
    source: str,
    place_unit: Unit | None = None,
    photos: Iterable[tuple[str, BinaryIO]] = (),
    **found: Any,
) -> Problem:
    """Put on the ledger what somebody in office found; who only handles, for his own unit alone.

    It stands with the unit that found it, to be handed on by an office at it or above it.

    Args:
        source: how it was found; for who only handles one of `finding.OWN_SOURCES`.
        place_unit: for who only handles at his unit or below it; his own where none is named.
        photos: name and content of each, at most `MOST_PHOTOS`; kept as found, no proof of a fix.
        found: what else `register` takes.

    Raises:
        Forbidden: the post neither registers nor handles.
        Refused: `source_not_own`, `area_not_own`, `too_many_photos`, or what `register` refuses.
    """
    if not finding.may_register(by):
        raise Forbidden([Unmet("not_permitted", _("Your post does not allow this."))])
    finding.stay_within(by, source, place_unit)
    if finding.only_own(by) and place_unit is None:
        place_unit = Unit.objects.get(pk=by.unit_id)
    with transaction.atomic():
        row = register(by=by, source=Source(source), place_unit=place_unit, **found)
        _keep(row, by, list(photos))
    return row


def _keep(problem: Problem, by: Actor, photos: list[tuple[str, BinaryIO]]) -> None:
    if len(photos) > MOST_PHOTOS:
        text = _("Attach at most %(most)d photos.") % {"most": MOST_PHOTOS}
        raise Refused.because("too_many_photos", text, "photos")
    for name, content in photos:
        sent = upload(problem=problem, by=by, name=name, stream=content)
        row = Evidence(
            problem=problem, file=sent.file, round=AS_FOUND, at=clock.now(), post_id=by.post_id
        )
        create(thing=row, by=by, kind="register")
