"""Forms of the figures."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FreezeForm(forms.Form):
    """Where a figure is stated; what it is narrowed to stands in the address."""

    stated = forms.CharField(
        label=_("Where it is stated"),
        max_length=200,
        help_text=_("For instance the number and page of a circular, or the medium and its day."),
    )
