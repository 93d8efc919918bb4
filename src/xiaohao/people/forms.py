"""Forms about posts, accounts, holdings and tokens."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.people.models import ROLE_NAMES, Post
from xiaohao.people.queries import TOKEN_DAYS
from xiaohao.people.rules import GRANTS
from xiaohao.people.wording import PERMISSION_NAMES

OWN_UNITS = {"data-picker": reverse_lazy("units_pick_own"), "autocomplete": "off"}


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=required)


class OpenPost(forms.Form):
    """A new post."""

    unit = forms.CharField(label=_("Unit"), max_length=200, widget=forms.TextInput(attrs=OWN_UNITS))
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Short and lasting, e.g. OFFICE-01.")
    )
    title = forms.CharField(label=_("Name of the post"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=[(r.value, n) for r, n in ROLE_NAMES.items()])


class OpenAccount(forms.Form):
    """A new account."""

    username = forms.CharField(label=_("User name"), max_length=150)
    display_name = forms.CharField(label=_("Name shown"), max_length=80, required=False)


class Hold(forms.Form):
    """Who holds a post, from when to when."""

    username = forms.CharField(label=_("User name"), max_length=150)
    since = _day(_("From"))
    until = _day(_("Last day"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"since": clock.today()})


class Issue(forms.Form):
    """A token for a program of a post."""

    post = forms.CharField(label=_("Code of the post"), max_length=40)
    name = forms.CharField(label=_("What it is for"), max_length=80)
    days = forms.IntegerField(label=_("Good for how many days"), min_value=1, max_value=1098)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all that the post may do today."),
    )

    def __init__(self, data: Any = None, post: Post | None = None) -> None:
        super().__init__(data, initial={"days": TOKEN_DAYS, "post": post.code if post else ""})
        granted = GRANTS[Role(post.role)] if post else frozenset(PERMISSION_NAMES)
        offered = [(p.value, name) for p, name in PERMISSION_NAMES.items() if p in granted]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]
