"""The form of a programme."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.campaigns.models import Programme
from xiaohao.campaigns.queries import origins
from xiaohao.campaigns.rules import LONGEST_ABOUT, LONGEST_NAME
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.errors import Unmet

WITHIN_OWN = reverse_lazy("units_pick_own")


# Without these the action refuses; the browser asks for them first.
NEEDED = frozenset({"code", "name", "lead_unit", "final"})


class ProgrammeForm(forms.Form):
    """A programme's sides. What is missing or wrong is judged by the action, not here."""

    name = forms.CharField(label=_("Name in Chinese"), max_length=LONGEST_NAME, required=False)
    name_en = forms.CharField(
        label=_("Name in English"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Left empty, the Chinese name is shown in English, too."),
    )
    about = forms.CharField(
        label=_("What it is against"),
        max_length=LONGEST_ABOUT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    lead_unit = forms.CharField(
        label=_("Lead unit"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"data-picker": WITHIN_OWN, "autocomplete": "off"}),
    )
    final = forms.DateField(
        label=_("Final date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Measures of its problems are scheduled back from this day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in NEEDED & self.fields.keys():
            self.fields[name].widget.attrs["required"] = True

    def take(self, unmet: Sequence[Unmet]) -> None:
        """Show each unmet requirement at the field it belongs to."""
        for one in unmet:
            if one.field in self.fields:
                self.add_error(one.field, str(one.message))


class _Offered(forms.ChoiceField):
    """One of a list; whether it may be is judged by the action."""

    def valid_value(self, value: Any) -> bool:  # noqa: ARG002 (Django's name)
        """Judged by the action."""
        return True


class NewProgrammeForm(ProgrammeForm):
    """What is said once and then stays as well."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        required=False,
        help_text=_("Stands in addresses and sheets and never changes, e.g. paper-work."),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = origins(by)
        # One that is not offered is refused by the action, in sight of who may set it.
        self.fields["origin"] = _Offered(
            label=_("Set by"), choices=[(one.value, one.label) for one in offered]
        )
        if len(offered) == 1:
            self.fields["origin"].help_text = _("What is set centrally is set up above your unit.")

    field_order = ("code", "origin", "name", "name_en", "about", "lead_unit", "final")


class ChangeProgrammeForm(ProgrammeForm):
    """A change, made on the version that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def of(programme: Programme) -> dict[str, Any]:
        """What stands there now."""
        return {
            "name": programme.name,
            "name_en": programme.name_en,
            "about": programme.about,
            "lead_unit": programme.lead_unit.code,
            "final": programme.final,
            "version": programme.version,
        }
