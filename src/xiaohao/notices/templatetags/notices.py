"""Words of rungs and posts for templates."""

from django import template

from xiaohao.notices.wording import RUNG_NAMES
from xiaohao.people.models import Post
from xiaohao.units.models import Unit

register = template.Library()


@register.filter
def rung_word(name: str) -> str:
    """The rung in words."""
    return str(RUNG_NAMES.get(name, name))


@register.filter
def seen_from(post: Post, unit: Unit) -> str:
    """A post's title, without the unit's name where it is a post of `unit` itself."""
    if post.unit_id != unit.pk:
        return post.title
    for name in (unit.name, unit.short_name):
        if name and post.title.startswith(name) and post.title != name:
            return post.title.removeprefix(name).strip()
    return post.title
