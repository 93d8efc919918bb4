"""Forms of the duty list."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.triage.queries import category_tree

WITHIN_OWN = reverse_lazy("units_pick_own")
INDENT = "　"


def category_choices() -> list[tuple[str, str]]:
    """Code and name of every category, indented by its depth."""
    return [(row.code, INDENT * depth + row.label) for row, depth in category_tree()]


class ChooseUnit(forms.Form):
    """Whose duties to look at."""

    unit = forms.CharField(
        label=_("Unit"),
        max_length=200,
        widget=forms.TextInput(attrs={"data-picker": WITHIN_OWN, "autocomplete": "off"}),
    )


class SetDuty(forms.Form):
    """A duty of one unit: what it answers for, and the words that lead to it."""

    category = forms.ChoiceField(label=_("What it answers for"))
    words = forms.CharField(
        label=_("Telling words"),
        required=False,
        max_length=1200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Words by which citizens’ messages about it are known, separated by blanks or commas. "
            "Those of the category itself count anyway."
        ),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        if isinstance(field, forms.ChoiceField):
            field.choices = category_choices()

    def clean_words(self) -> list[str]:
        """The words one by one."""
        typed: str = self.cleaned_data["words"]
        for sign in "，、,;；\n\r\t":
            typed = typed.replace(sign, " ")
        return typed.split()
