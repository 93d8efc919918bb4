"""The tags every page is built with: words first, then the components.

Components are shown in every state at /gallery; what each takes is told by the function of the
same name in `xiaohao.site.parts`.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.template.base import NodeList
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from xiaohao.kernel import series, slots
from xiaohao.site import fields, gantt, moving, parts, shapes, wording
from xiaohao.site.icons import NAMES
from xiaohao.site.states import STATES, Look

register = template.Library()

SPRITE = "vendor/icons/sprite.svg"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; silent for screen readers unless a `label` is given.

    Raises:
        ValueError: for a name that is not in `xiaohao.site.icons.NAMES`.
    """
    if not label:
        return _silent(name)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
        label,
        _drawing(name),
    )


def _drawing(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"{name!r} is not in the icon sprite; add it to xiaohao.site.icons")
    return f"{static(SPRITE)}#{name}"


@cache
def _silent(name: str) -> SafeString:
    """An icon without a label; a page asks a hundred times for a few dozen of them."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', _drawing(name)
    )


@register.simple_tag
def badge(word: str, tone: str = "grey", icon_name: str = "") -> SafeString:
    """A word on a tinted ground, with an icon where one is named."""
    drawing = icon(icon_name) if icon_name else ""
    return format_html('<span class="state tone-{}">{}{}</span>', tone, drawing, word)


@register.simple_tag
def state_badge(state: str, overdue: bool = False) -> SafeString:  # noqa: FBT001, FBT002 (template tag)
    """The badge of a problem's state; `overdue` adds the red one beside it.

    A state this version does not know is shown by its code in grey rather than hidden.
    """
    look = STATES.get(state, Look(state, "circle-dashed", "grey"))
    shown = badge(look.word, look.tone, look.icon)
    if not overdue or state == "overdue":
        return shown
    late = STATES["overdue"]
    return format_html("{} {}", shown, badge(late.word, late.tone, late.icon))


@register.filter
def listed(parts: Iterable[object]) -> str:
    """Names or numbers beside each other: `1、2` or `1, 2`."""
    return series.listed(parts)


@register.filter
def state_word(state: str) -> str:
    """The plain word of a state, for titles and exports."""
    return str(STATES[state].word) if state in STATES else state


@register.filter
def day(value: wording.Day | None) -> SafeString | str:
    """9月13日 (周五), with the exact date in title and `datetime`; a dash for nothing."""
    return _time(value, wording.day_text(value)) if value else wording.DASH


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    """9月13日 (周五) 10:02, exact to the second in title and `datetime`; a dash for nothing."""
    return _time(value, wording.moment_text(value)) if value else wording.DASH


@register.filter
def full_moment(value: dt.datetime | None) -> SafeString | str:
    """As `moment`, with the year: for papers that are kept."""
    return _time(value, wording.moment_text(value, year=True)) if value else wording.DASH


def _time(value: wording.Day, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        wording.machine_text(value),
        wording.exact_text(value),
        words,
    )


@register.simple_tag
def deadline(
    due: wording.Day | None, today: dt.date | None = None, done: wording.Day | None = None
) -> SafeString:
    """What is left until `due` in working days, or by how much it was missed.

    `today` is the clock's unless given (as-of pages); `done` stops the count.
    """
    told = wording.due(due, today, done)
    title = wording.exact_text(due) if due else ""
    return format_html(
        '<span class="deadline tone-{}" title="{}">{}{}</span>',
        told.tone,
        title,
        icon(told.icon),
        told.words,
    )


@register.filter
def minutes(value: dt.timedelta) -> int:
    """A duration in whole minutes, rounded up."""
    return -(-value // dt.timedelta(minutes=1))


@register.filter
def working_days(value: int) -> str:
    """A duration such as “3 个工作日”."""
    return wording.working_days(value)


@register.filter
def number(value: float | Decimal | str | None, digits: int | None = None) -> str:
    """Grouped by thousands; a dash for nothing."""
    return wording.number_text(value, digits)


@register.filter
def percent(value: float | Decimal | None, digits: int = 0) -> str:
    """A share between 0 and 1 as a percentage; a dash for nothing."""
    return wording.percent_text(value, digits)


@register.simple_tag
def unit_link(unit: Any) -> SafeString:
    """The unit's short name as a link to its page, the full name in the title."""
    if unit is None:
        return format_html('<span class="quiet">{}</span>', wording.DASH)
    name = getattr(unit, "short_name", "") or unit.name
    return format_html(
        '<a href="{}" title="{}">{}</a>', reverse("units_unit", args=[unit.code]), unit.name, name
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The current address's query with parameters changed; None or "" takes one out.

    `cursor` never survives another change: a new filter starts at the first page.
    """
    return moving.changed_query(context["request"].GET, changes)


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> str:
    """The text of a block once more, without markup: the page's title in the window's title."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    nodes: NodeList = block.nodelist if block is not None else NodeList()
    with context.push(block=block):
        return " ".join(strip_tags(nodes.render(context)).split())


@register.simple_tag(takes_context=True)
def slot(context: Context, place: str, thing: Any = None) -> SafeString:
    """What rooms above the page's own put at `place` (`kernel.slots`); nothing for strangers."""
    request = context["request"]
    if getattr(request, "actor", None) is None:
        return SafeString("")
    cards = slots.shown(place, request, thing)
    drawn = ((SafeString(render_to_string(name, dict(more), request)),) for name, more in cards)
    return format_html_join("\n", "{}", drawn)


register.simple_tag(takes_context=True)(moving.navigation)
register.inclusion_tag("components/post_switcher.html", takes_context=True)(moving.post_switcher)
register.inclusion_tag("components/language_switch.html", takes_context=True)(
    moving.language_switch
)
register.inclusion_tag("components/sort_head.html", takes_context=True)(moving.sort_head)
register.inclusion_tag("components/filter_menu.html", takes_context=True)(moving.filter_menu)
register.inclusion_tag("components/filter_chips.html", takes_context=True)(moving.filter_chips)
register.inclusion_tag("components/search_box.html", takes_context=True)(moving.search_box)
register.inclusion_tag("components/pager.html", takes_context=True)(moving.pager)
register.inclusion_tag("components/breadcrumbs.html")(moving.breadcrumbs)
register.inclusion_tag("components/tabs.html")(moving.tabs)

register.inclusion_tag("components/figure.html")(parts.figure)
register.inclusion_tag("components/facts.html")(parts.facts)
register.inclusion_tag("components/empty.html")(parts.empty)
register.inclusion_tag("components/notice.html")(parts.notice)
register.inclusion_tag("components/refusal.html")(parts.refusal)
register.inclusion_tag("components/stale.html")(parts.stale)
register.inclusion_tag("components/next_moves.html")(parts.next_moves)
register.inclusion_tag("components/timeline.html")(parts.timeline)
register.inclusion_tag("components/changes.html")(parts.changes)
register.inclusion_tag("components/steps.html")(parts.steps)
register.inclusion_tag("components/photos.html")(parts.photos)
register.inclusion_tag("components/progress.html")(parts.progress)
register.inclusion_tag("components/copy.html")(parts.copy)
register.inclusion_tag("components/keys.html")(parts.keys)
register.inclusion_tag("components/toast.html", takes_context=True)(parts.toast)
register.inclusion_tag("components/confirm.html", takes_context=True)(parts.confirm)
register.inclusion_tag("components/picker_options.html")(parts.picker_options)

register.inclusion_tag("components/field.html")(fields.field)
register.inclusion_tag("components/fields.html")(fields.fields)

register.inclusion_tag("components/bar.html")(shapes.bar)
register.inclusion_tag("components/stack.html")(shapes.stack)
register.inclusion_tag("components/spark.html")(shapes.spark)
register.inclusion_tag("components/gantt.html")(gantt.gantt)
register.inclusion_tag("components/chart.html")(shapes.chart)
