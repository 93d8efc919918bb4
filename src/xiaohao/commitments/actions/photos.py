"""Photos of a visit: they come in before it is noted, and are named in it."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from django.db import transaction

from xiaohao.commitments.actions.handing_on import visitor
from xiaohao.commitments.models import Household, HouseholdUpload, Visit, VisitPhoto
from xiaohao.commitments.rules import By, Need
from xiaohao.files.actions import store
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import create

MOST = 6  # photos of one visit


def upload_photo(
    *, household: Household, by: Actor, name: str, stream: BinaryIO
) -> HouseholdUpload:
    """Check and keep a photo for a visit to this household; name its id in the visit's `files`.

    Raises:
        Forbidden, NotFound: the post visits nobody, or not there.
        Refused: it is no photo, too large, or broken.
    """
    visitor(by, household.path)
    with transaction.atomic():
        file = store(by=by, name=name, content=stream, purpose="photo", field="files")
        return HouseholdUpload.objects.create(
            household=household,
            file=file,
            unit_id=by.unit_id,
            name=clean(name)[:200],
            at=clock.now(),
        )


def read_photos(
    household: Household, by: By, keys: Sequence[Any]
) -> tuple[list[HouseholdUpload], list[Need]]:
    """The photos sent in for this household by the actor's unit, each content once; what is odd."""
    if len(keys) > MOST:
        return [], [Need("photos_too_many", "files", {"most": MOST})]
    named = [int(key) for key in keys if str(key).isdecimal() and len(str(key)) < 18]  # noqa: PLR2004 (bigint)
    rows = household.uploads.filter(pk__in=named).select_related("file").order_by("id")
    if isinstance(by, Actor):
        rows = rows.filter(unit_id=by.unit_id)
    found = {str(row.pk): row for row in rows}
    lost = [key for key in keys if str(key) not in found]
    needs = [Need("no_such_photo", "files", {"file": str(key)[:40]}) for key in lost]
    return list({row.file_id: row for row in found.values()}.values()), needs


def keep_photos(visit: Visit, by: Actor, uploads: Sequence[HouseholdUpload]) -> None:
    """Let these be the photos of a visit that is being noted."""
    for upload in uploads:
        photo = VisitPhoto(visit=visit, file=upload.file, at=visit.at, post_id=visit.post_id)
        create(thing=photo, by=by, kind="photo")
