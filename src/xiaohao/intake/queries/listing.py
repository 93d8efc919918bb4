"""The list of messages, narrowed by an address; photos that a problem's page may show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.figures import queries as figures
from xiaohao.intake.models import LABEL, Channel, Message, MessageQuerySet, Photo, State, Suggestion
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem, Reporter


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of messages is narrowed to.

    Attributes:
        state, channel: one of their words, "" for any.
        q: full text.
        ids: the records behind a figure; `figure_name` is its name.
    """

    state: str = ""
    channel: str = ""
    q: str = ""
    ids: Any = None
    figure_name: str = ""


def filters_of(get: Mapping[str, str], actor: Actor) -> Filters:
    """The filters that an address names; unknown words are left out.

    Raises:
        NotFound: no such figure, or a unit out of sight.
        Refused: a moment that cannot be read.
    """
    state = get.get("state", "")
    channel = "" if get.get("figure") else get.get("channel", "")  # the figure's records say it
    ids, name = _behind(get, actor) if get.get("figure") else (None, "")
    return Filters(
        state=state if state in State.values else "",
        channel=channel if channel in Channel.values else "",
        q=get.get("q", "")[:200],
        ids=ids,
        figure_name=name,
    )


def _behind(get: Mapping[str, str], actor: Actor) -> tuple[Any, str]:
    found = figures.behind(actor, get)
    return found.ids, str(found.metric.name)


def listed(actor: Actor, filters: Filters) -> MessageQuerySet:
    """Messages that the actor may read, narrowed; unordered."""
    rows = Message.objects.visible_to(actor).select_related("place_unit", "problem")
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.channel:
        rows = rows.filter(channel=filters.channel)
    if filters.q:
        rows = rows.matching(filters.q)
    if filters.ids is not None:
        rows = rows.filter(pk__in=filters.ids)
    return rows.defer("search", "proposal")


def suggestions(actor: Actor, stage: str = "") -> Any:
    """Suggestions that the actor may read, unordered."""
    rows = Suggestion.objects.filter(
        withdrawn_at=None, message__in=Message.objects.visible_to(actor)
    ).select_related("message__home", "category")
    return rows.filter(stage=stage) if stage else rows


def shared_photos(problem: Problem) -> list[dict[str, str]]:
    """Photos sent by those who reported a problem, which the office has shared with the unit."""
    shown = []
    for number, photo in enumerate(shared(problem).order_by("id"), 1):
        href = reverse("intake_shared_photo", args=[problem.number, photo.pk])
        alt = _("Photo %(n)d") % {"n": number}
        shown.append({"href": href, "thumb": f"{href}?small=1", "alt": alt})
    return shown


def shared(problem: Problem) -> QuerySet[Photo]:
    """The rows of those photos: of everybody who stands as a reporter of the problem now."""
    reporters = Reporter.objects.filter(problem=problem, label=LABEL, until=None)
    return Photo.objects.filter(shared=True, message_id__in=reporters.values("source_id"))
