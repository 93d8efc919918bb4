"""What happened lately to entries of the lists, and who is told."""

from datetime import datetime

from django.db.models import QuerySet

from xiaohao.commitments.models import Entry
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.notices.queries.news import nearest
from xiaohao.notices.rules.lists import NEWS, Part
from xiaohao.people.models import Post
from xiaohao.trail.models import Event
from xiaohao.units.models import Unit


def happened(after: int, since: datetime) -> QuerySet[Event]:
    """Events of entries since then, beyond that one, of kinds that are news to somebody."""
    rows = Event.objects.filter(label=Entry.trail_label(), kind__in=sorted(NEWS))
    return rows.filter(id__gt=after, at__gte=since).order_by("id")


def told_of(entry: Entry, parts: tuple[Part, ...], but: str = "") -> dict[int, Part]:
    """The posts that are told and in which part; never the one with the code `but`, who did it."""
    found: dict[int, Part] = {}
    for part in parts:
        for post in _at(entry, part):
            if post.code != but and _sees(post, entry):
                found.setdefault(post.pk, part)
    return found


def _at(entry: Entry, part: Part) -> list[Post]:
    if part is Part.LEAD:
        return [entry.lead] if entry.lead.is_active else []
    if part is Part.UNIT:
        return nearest(entry.path, [Permission.HANDLE, Permission.REPORT_FIXED])
    above = Unit.objects.filter(pk__in=ids(entry.path)[:-1]).order_by("-path").first()
    return nearest(above.path, [Permission.VERIFY]) if above else []


def _sees(post: Post, entry: Entry) -> bool:
    return Entry.objects.visible_to(post.actor()).filter(pk=entry.pk).exists()
