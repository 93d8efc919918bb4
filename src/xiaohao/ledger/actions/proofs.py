"""Whether a file can be a proof of the unit's own."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from xiaohao.files.models import File
from xiaohao.kernel.acting import CITIZEN
from xiaohao.kernel.errors import Refused
from xiaohao.ledger.models import Upload
from xiaohao.trail.queries import events_of_each


def own(uploads: Iterable[Upload]) -> None:
    """Go on only with files that no citizen sent in: his shows what is wrong, not that it is fixed.

    Raises:
        Refused: `citizens_file`.
    """
    named = {upload.file.sha256: upload.name for upload in uploads}
    files = dict(File.objects.filter(sha256__in=named).values_list("pk", "sha256"))
    sent = events_of_each(File.trail_label(), list(files)).filter(seq=1, by__role=CITIZEN.name)
    first = sent.order_by("id").first() if files else None
    if first is not None:
        text = _(
            "“%(name)s” was sent in by a citizen and shows the problem, not its fix. Add a photo "
            "taken after the work."
        )
        raise Refused.because(
            "citizens_file", text % {"name": named[files[first.thing_id]]}, "files"
        )
