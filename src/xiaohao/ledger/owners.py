"""Who may answer for a measure: posts and units to choose from, or anybody in words."""

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from xiaohao.ledger.models import Problem
from xiaohao.people.models import Post

MOST = 40  # choices; a unit with more posts is typed


class OwnerInput(forms.TextInput):
    """A line with a list to choose from; what is not on it can be typed."""

    def __init__(self, choices: list[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs)
        self.choices = choices

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> Any:
        """The line, and its list after it."""
        if not self.choices:
            return super().render(name, value, attrs, renderer)
        key = f"{(attrs or {}).get('id') or f'id_{name}'}_choices"
        line = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((c,) for c in self.choices))
        return format_html('{}<datalist id="{}">{}</datalist>', line, key, options)


def owners_of(problem: Problem) -> list[str]:
    """The responsible unit, its posts and those below it, and the units that help; two queries."""
    unit = problem.unit
    if unit is None:
        return []
    helps = problem.cooperations.filter(until=None).select_related("unit").order_by("id")
    told = [unit.shown, *posts_at(unit.path), *(row.unit.shown for row in helps)]
    return list(dict.fromkeys(told))


def posts_at(path: str) -> list[str]:
    """The first posts in use at the unit at `path` and below it, as people tell them."""
    rows = Post.objects.filter(unit__path__startswith=path, is_active=True)
    rows = rows.select_related("unit").defer("unit__search")
    return [post.told for post in rows.order_by("unit__path", "code")[:MOST]]


def owner_field(choices: list[str], usual: str) -> forms.CharField:
    """Who answers for a measure: chosen, or in words."""
    return forms.CharField(
        label=_("Owner (post or unit)"),
        required=False,
        max_length=120,
        initial=usual,
        widget=OwnerInput(choices),
    )


def usual_owner(problem: Problem) -> str:
    """Who answers for a measure where nobody else is named: the responsible unit."""
    return problem.unit.shown if problem.unit else ""
