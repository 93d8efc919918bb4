"""How somebody wants to be told by mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaohao.notices.models import RHYTHM_NAMES


class DigestForm(forms.Form):
    """How often, and where to. What is wrong is judged by the action."""

    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=[(key.value, name) for key, name in RHYTHM_NAMES.items()],
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("A mail with a link goes there; digests come once you have opened it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
