"""Words of rungs for templates."""

from django import template

from xiaohao.notices.wording import RUNG_NAMES

register = template.Library()


@register.filter
def rung_word(name: str) -> str:
    """The rung in words."""
    return str(RUNG_NAMES.get(name, name))
