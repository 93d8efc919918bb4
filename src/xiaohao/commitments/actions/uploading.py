"""Files come in before the move that names them."""

from typing import BinaryIO

from django.db import transaction

from xiaohao.commitments.models import Entry, Upload
from xiaohao.files.actions import store
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.text import clean


def upload(*, entry: Entry, by: Actor, name: str, stream: BinaryIO) -> Upload:
    """Check and keep a file for this entry; name its id in the next move's `files`.

    Raises:
        Refused: the file is too large, of a kind not allowed, or broken.
    """
    with transaction.atomic():
        file = store(by=by, name=name, content=stream, purpose="evidence", field="files")
        return Upload.objects.create(
            entry=entry, file=file, unit_id=by.unit_id, name=clean(name)[:200], at=clock.now()
        )
