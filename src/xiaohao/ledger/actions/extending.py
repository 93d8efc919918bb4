"""More time: asked for with a reason, granted from above, counted and limited."""

from xiaohao.kernel import clock
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Extension
from xiaohao.trail.actions import change, create


def ask_extension(took: Took) -> None:
    """The responsible unit asks for a later deadline."""
    given = took.given
    if took.post is None:  # the table lets nobody else come here
        raise TypeError(took.by)
    write(took, data={"deadline": given["deadline"], "reason": given["reason"]})
    create(
        thing=Extension(
            problem=took.problem,
            asked_at=clock.now(),
            asked_post_id=took.post,
            before=took.problem.deadline,
            deadline=given["deadline"],
            reason=given["reason"],
        ),
        by=took.by,
        kind=took.move.name,
    )


def grant_extension(took: Took) -> None:
    """A post above gives the time asked for."""
    extension = _decide(took, granted=True)
    write(
        took,
        "ledger.extended",
        data={"deadline": extension.deadline, "note": extension.note},
        deadline=extension.deadline,
        extensions=took.problem.extensions + 1,
    )


def decline_extension(took: Took) -> None:
    """A post above does not; the deadline stands."""
    extension = _decide(took, granted=False)
    write(took, data={"deadline": extension.deadline, "reason": extension.note})


def lapse(took: Took, why: str) -> None:
    """The unit has the problem no longer: what it asked for ends with that, and is not granted."""
    if took.facts.extension_asked:
        _decide(took, granted=False, note=why)


def _decide(took: Took, *, granted: bool, note: str | None = None) -> Extension:
    extension = Extension.objects.get(problem=took.problem, decided_at=None)
    extension.granted, extension.decided_at = granted, clock.now()
    extension.decided_post_id = took.post
    said = took.given.get("note") or took.given.get("reason") or ""
    extension.note = said if note is None else note
    fields = ["granted", "decided_at", "decided_post", "note"]
    change(thing=extension, by=took.by, kind=took.move.name, fields=fields)
    return extension
