"""Files come in before the move that uses them as evidence."""

from typing import BinaryIO

from django.db import transaction

from xiaohao.files.actions import store
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Problem, Upload
from xiaohao.ledger.rules import MOST_FILES, MOVES, Need
from xiaohao.ledger.wording import refusal

TAKING_FILES = {m.permission for m in MOVES.values() if "files" in m.inputs and m.permission}


def upload(*, problem: Problem, by: Actor, name: str, stream: BinaryIO) -> Upload:
    """Check and keep a file for this problem; name its id in the next move's `files`.

    Raises:
        Forbidden: the post makes no move that takes a file; who only reads sends none in.
        Refused: the file is too large, of a kind not allowed, or broken; `too_many_files`: as many
            as one problem may have are there.
    """
    if not any(by.may(permission) for permission in TAKING_FILES):
        raise refusal([Need("not_permitted", "file")])
    with transaction.atomic():
        # Held, so that no two of them are both the last one that goes in.
        Problem.objects.select_for_update(no_key=True).only("pk").get(pk=problem.pk)
        if Upload.objects.filter(problem=problem).count() >= MOST_FILES:
            raise refusal([Need("too_many_files", "files", {"most": MOST_FILES})])
        file = store(by=by, name=name, content=stream, purpose="evidence")
        return Upload.objects.create(
            problem=problem,
            file=file,
            unit_id=by.unit_id,
            name=clean(name)[:200],
            at=clock.now(),
        )
