"""What a claim, a refusal and a joint call ask for. What is wrong is judged by the actions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.escalation.models import Grade
from xiaohao.escalation.rules import LONGEST_HOURS
from xiaohao.kernel.errors import Unmet
from xiaohao.units.queries import UnitPicker

WITHIN_OWN = reverse_lazy("units_pick_own")
ROWS = 6  # departments that the form has room for


def _long(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, required=required, max_length=2000, widget=widget, help_text=help_text
    )


class Versioned(forms.Form):
    """A form that knows what its sender had seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def take(self, unmet: Sequence[Unmet]) -> list[Unmet]:
        """Show each unmet requirement at its field; gives those that belong to none."""
        rest = []
        for one in unmet:
            name = one.field if one.field in self.fields else None
            if name is None:
                rest.append(one)
            else:
                self.add_error(name, str(one.message))
        return rest


class ClaimForm(Versioned):
    """Taking a root on."""

    title = forms.CharField(
        label=_("What the problem above is called"),
        max_length=200,
        required=False,
        help_text=_("Empty: as it is called below."),
    )
    unit = forms.CharField(
        label=_("Who mends it (empty: your own unit)"),
        required=False,
        max_length=200,
        widget=UnitPicker(WITHIN_OWN),
    )
    deadline = forms.DateField(
        label=_("Deadline (empty: the usual one)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = _long(
        _("What is wrong above"),
        _("Empty: as it was put to you. The problem stands on the ledger with its own gate."),
        required=False,
    )
    despite = forms.BooleanField(
        label=_("Hand it there although nobody holds a post there"),
        required=False,
        widget=forms.HiddenInput,
    )

    def ask_again(self, unit: str) -> None:
        """Say that nobody is there to take it, and let it be ticked all the same."""
        text = _("Nobody holds a post at %(unit)s. Nothing was sent yet: choose another, or tick.")
        self.add_error("unit", text % {"unit": unit})
        self.fields["despite"].widget = forms.CheckboxInput()


class ReasonForm(Versioned):
    """A decision that needs a reason."""

    reason = _long(_("Reason"))


class CaseForm(forms.Form):
    """One more case of a root."""

    number = forms.CharField(
        label=_("Number of the problem"), max_length=40, help_text=_("e.g. XH-2019-000123")
    )


class CallForm(forms.Form):
    """Calling departments."""

    reason = _long(_("What you need them for"))
    place = forms.CharField(label=_("Where to come to"), max_length=200)
    hours = forms.IntegerField(
        label=_("Hours to answer"),
        initial=2,
        help_text=_("By the clock, not by office hours: at most 72."),
        widget=forms.NumberInput(attrs={"min": 1, "max": LONGEST_HOURS}),
    )
    on_site_by = forms.DateTimeField(
        label=_("To be on site by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(ROWS):
            widget = UnitPicker(reverse("units_pick"))
            self.fields[f"unit_{n}"] = forms.CharField(
                label=_("Department %(n)s") % {"n": n + 1},
                required=n == 0,
                max_length=200,
                widget=widget,
            )

    def typed_units(self) -> list[tuple[str, str]]:
        """The name of each field that was filled in, and what was typed."""
        names = [f"unit_{n}" for n in range(ROWS)]
        return [(name, self.cleaned_data[name]) for name in names if self.cleaned_data.get(name)]

    def unit_rows(self) -> list[forms.BoundField]:
        """The departments' fields."""
        return [self[f"unit_{n}"] for n in range(ROWS)]

    def plain_fields(self) -> list[forms.BoundField]:
        """The others."""
        return [field for field in self.visible_fields() if not field.name.startswith("unit_")]

    def take(self, unmet: Sequence[Unmet]) -> list[Unmet]:
        """Show each unmet requirement at its field; gives those that belong to none."""
        rest = []
        for one in unmet:
            name = "unit_0" if one.field == "units" else one.field
            if name in self.fields:
                self.add_error(name, str(one.message))
            else:
                rest.append(one)
        return rest


class AnswerForm(Versioned):
    """A department's answer."""

    comes = forms.ChoiceField(
        label=_("Reply"),
        choices=(("1", _("we will come")), ("0", _("we cannot come"))),
        widget=forms.RadioSelect,
        initial="1",
    )
    words = _long(_("Who comes, or why you cannot"), required=False)


class CheckInForm(Versioned):
    """On site."""

    who = forms.CharField(label=_("Who has come"), max_length=200, help_text=_("Posts, not names."))


class GradeForm(Versioned):
    """The caller's grade."""

    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, widget=forms.RadioSelect)
    words = _long(_("In words"), required=False)
