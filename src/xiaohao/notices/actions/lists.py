"""Telling posts what happened to entries of the lists in which they have a part."""

from collections.abc import Iterable, Sequence

from xiaohao.commitments.models import Entry
from xiaohao.notices.models import Kind, Notice
from xiaohao.notices.queries.lists import told_of
from xiaohao.notices.rules.lists import NEWS
from xiaohao.trail.models import Event


def tell_of_entries(events: Sequence[Event]) -> int:
    """A notice for each post that has a part in these events; gives how many were written."""
    known = Notice.objects.filter(kind=Kind.ENTRY, source__in=[event.pk for event in events])
    done = set(known.order_by().values_list("source", flat=True))
    events = [event for event in events if event.pk not in done]
    keys = {event.thing_id for event in events}
    rows = Entry.objects.select_related("lead__unit").defer("search", "text")
    entries = rows.in_bulk(keys)
    return _write(
        Notice(
            post_id=post,
            entry_id=event.thing_id,
            kind=Kind.ENTRY,
            source=event.pk,
            data={"move": event.kind, "part": part.value},
            at=event.at,
        )
        for event in events
        for post, part in told_of(
            entries[event.thing_id], NEWS[event.kind], event.by.get("post") or ""
        ).items()
    )


def _write(notices: Iterable[Notice]) -> int:
    return len(Notice.objects.bulk_create(notices, ignore_conflicts=True))
