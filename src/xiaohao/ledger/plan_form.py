"""The form of a programme's plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaohao.ledger.forms import Taking


class PlanForm(Taking):
    """A programme's plan, made on the version that was seen."""

    text = forms.CharField(
        label=_("Plan"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "required": True}),
        help_text=_("Aim, steps and dates, who leads what, how it is checked."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
